// Reads vector tiles as map clients do, with @mapbox/vector-tile, and holds them
// against what they were made from. Standard input: for each tile the lengths of three
// blocks and the blocks; lengths are 32 bits, least byte first. The blocks are the tile;
// the text of {tile: name, layers: [{name, features: [{id, tags}]}]} in JSON; and numbers
// of 32 bits that are the shapes of all features in turn: the type, how many numbers
// follow, the number of parts, and of each part the number of its points and their
// coordinates. Polygons are cut into triangles with earcut, whose areas must add up.
//
// Where they do not, earcut is asked once more, for the polygon in a mirror. Rings may
// touch at points, and about one in four million polygons with two holes that do loses
// a triangle in earcut (mapbox/earcut issue 129), but not in a mirror, where a polygon
// that is wrong would be as wrong. Those are counted by themselves, as lost.
//
// Prints what differs, and a line of JSON with the counts; the exit status is 1 when
// anything differs.
import { readSync } from 'node:fs'
import { VectorTile, classifyRings } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import earcut, { deviation } from 'earcut'

const count = { tiles: 0, features: 0, polygons: 0, differ: 0, rough: 0, lost: 0, deviation: 0 }

function differ(where, what) {
  if (count.differ++ < 20) console.log(`${where}: ${what}`)
}

function feature(where, got, want, shape) {
  count.features++
  if ((got.id ?? 0) !== want.id) differ(where(), `id ${got.id}, want ${want.id}`)
  if (got.type !== shape[0]) differ(where(), `type ${got.type}, want ${shape[0]}`)
  const tags = got.properties
  const names = Object.keys(want.tags)
  if (names.length !== Object.keys(tags).length || names.some((k) => tags[k] !== want.tags[k])) {
    differ(where(), `tags ${JSON.stringify(tags)}, want ${JSON.stringify(want.tags)}`)
  }
  const rings = got.loadGeometry()
  if (!same(got.type === 1 ? [rings.flat()] : rings, got.type === 3, shape)) {
    differ(where(), `parts ${JSON.stringify(rings).slice(0, 300)}, want ${shape.subarray(2).join().slice(0, 300)}`)
  } else if (got.type === 3) {
    triangles(where, rings)
  }
}

// Whether parts are those of a shape; rings have their first point at the end once more.
function same(parts, closed, shape) {
  if (parts.length !== shape[2]) return false
  let at = 3
  for (const part of parts) {
    const n = shape[at++]
    if (part.length !== (closed ? n + 1 : n)) return false
    for (let i = 0; i < n; i++, at += 2) {
      if (part[i].x !== shape[at] || part[i].y !== shape[at + 1]) return false
    }
    if (closed && (part[n].x !== part[0].x || part[n].y !== part[0].y)) return false
  }
  return at === shape.length
}

// The sum of x1*y2 - x2*y1 over a closed ring is exact: whole numbers far below 2^53.
function area(ring) {
  let sum = 0
  for (let i = 1; i < ring.length; i++) sum += ring[i - 1].x * ring[i].y - ring[i].x * ring[i - 1].y
  return sum
}

function triangles(where, rings) {
  const polygons = classifyRings(rings)
  let outer = 0
  for (const ring of rings) if (area(ring) > 0) outer++
  if (polygons.length !== outer) differ(where(), `${polygons.length} polygons, want ${outer}`)
  for (const polygon of polygons) {
    count.polygons++
    const off = deviationOf(polygon, 1)
    if (off > count.deviation) count.deviation = off
    if (off < 1e-3) continue
    if (deviationOf(polygon, -1) < 1e-3) count.lost++
    else if (count.rough++ < 20) console.log(`${where()}: deviation ${off} of ${JSON.stringify(polygon).slice(0, 600)}`)
  }
}

// What the areas of the triangles miss, of the polygon as it is or, by -1, in a mirror.
function deviationOf(polygon, side) {
  const vertices = []
  const holes = []
  for (const ring of polygon) {
    if (vertices.length > 0) holes.push(vertices.length / 2)
    for (const at of ring) vertices.push(side * at.x, at.y)
  }
  return deviation(vertices, holes, 2, earcut(vertices, holes, 2))
}

function tile(bytes, want, shapes) {
  count.tiles++
  const got = new VectorTile(new PbfReader(bytes))
  const names = Object.keys(got.layers).sort()
  if (names.join() !== want.layers.map((l) => l.name).sort().join()) return differ(want.tile, `layers ${names}`)
  let at = 0
  for (const layer of want.layers) {
    const read = got.layers[layer.name]
    const fits = read.version === 2 && read.extent === 4096 && read.length === layer.features.length
    if (!fits) {
      differ(want.tile, `layer ${layer.name}: version ${read.version}, extent ${read.extent}, ${read.length} features, want ${layer.features.length}`)
    }
    layer.features.forEach((f, i) => {
      const end = at + 2 + shapes[at + 1]
      if (fits) feature(() => `${want.tile} layer ${layer.name} feature ${i}`, read.feature(i), f, shapes.subarray(at, end))
      at = end
    })
  }
}

// The next bytes of standard input, fewer at its end.
function take(size) {
  const bytes = new Uint8Array(size)
  let at = 0
  while (at < size) {
    const n = readSync(0, bytes, at, size - at)
    if (n === 0) break
    at += n
  }
  return bytes.subarray(0, at)
}

for (;;) {
  const head = take(12)
  if (head.length === 0) break
  const [size, said, numbers] = new Uint32Array(head.buffer)
  const bytes = take(size)
  const text = take(said)
  const shapes = take(numbers)
  if (shapes.length < numbers || head.length < 12) {
    differ('the end', 'a tile is cut off')
    break
  }
  tile(bytes, JSON.parse(new TextDecoder().decode(text)), new Int32Array(shapes.buffer))
}
console.log(JSON.stringify(count))
process.exitCode = count.differ + count.rough > 0 ? 1 : 0
