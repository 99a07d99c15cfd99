// Reads vector tiles as map clients do, with @mapbox/vector-tile, and holds them
// against what they were made from. Standard input: for each tile its length and
// bytes, and the length and text of a JSON array of layers,
// {name, features: [{id, type, tags, parts: [[x, y, …], …]}]}; lengths are 32 bits,
// least byte first. Polygons are cut into triangles with earcut, whose areas must add
// up. Prints what differs, and a line of JSON with the counts; the exit status is 1
// when anything differs.
import { VectorTile, classifyRings } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import earcut, { deviation, flatten } from 'earcut'

const count = { tiles: 0, features: 0, polygons: 0, differ: 0, rough: 0, deviation: 0 }

function differ(where, what) {
  if (count.differ++ < 20) console.log(`${where}: ${what}`)
}

function feature(where, got, want) {
  count.features++
  if ((got.id ?? 0) !== want.id) differ(where, `id ${got.id}, want ${want.id}`)
  if (got.type !== want.type) differ(where, `type ${got.type}, want ${want.type}`)
  const tags = got.properties
  const names = Object.keys(want.tags)
  if (names.length !== Object.keys(tags).length || names.some((k) => tags[k] !== want.tags[k])) {
    differ(where, `tags ${JSON.stringify(tags)}, want ${JSON.stringify(want.tags)}`)
  }
  const rings = got.loadGeometry()
  const parts = got.type === 1 ? [rings.flat()] : rings
  const flat = parts.map((p) => p.flatMap((at) => [at.x, at.y]))
  const closed = want.parts.map((p) => (want.type === 3 ? [...p, p[0], p[1]] : p))
  if (JSON.stringify(flat) !== JSON.stringify(closed)) {
    differ(where, `parts ${JSON.stringify(flat).slice(0, 300)}, want ${JSON.stringify(closed).slice(0, 300)}`)
  } else if (got.type === 3) {
    triangles(where, rings, want.parts)
  }
}

// The sum of x1*y2 - x2*y1 is exact: whole numbers far below 2^53.
function area(p) {
  let sum = 0
  for (let i = 0; i < p.length; i += 2) {
    const j = (i + 2) % p.length
    sum += p[i] * p[j + 1] - p[j] * p[i + 1]
  }
  return sum
}

function triangles(where, rings, parts) {
  const polygons = classifyRings(rings)
  const outer = parts.filter((p) => area(p) > 0).length
  if (polygons.length !== outer) differ(where, `${polygons.length} polygons, want ${outer}`)
  for (const polygon of polygons) {
    count.polygons++
    const data = flatten(polygon.map((ring) => ring.map((at) => [at.x, at.y])))
    const off = deviation(data.vertices, data.holes, data.dimensions, earcut(data.vertices, data.holes, data.dimensions))
    count.deviation = Math.max(count.deviation, off)
    if (off >= 1e-3 && count.rough++ < 20) console.log(`${where}: deviation ${off} of ${JSON.stringify(polygon).slice(0, 600)}`)
  }
}

function tile(bytes, want) {
  const where = `tile ${count.tiles++}`
  const got = new VectorTile(new PbfReader(bytes))
  const names = Object.keys(got.layers).sort()
  if (names.join() !== want.map((l) => l.name).sort().join()) return differ(where, `layers ${names}`)
  for (const layer of want) {
    const read = got.layers[layer.name]
    if (read.version !== 2 || read.extent !== 4096 || read.length !== layer.features.length) {
      differ(where, `layer ${layer.name}: version ${read.version}, extent ${read.extent}, ${read.length} features, want ${layer.features.length}`)
      continue
    }
    layer.features.forEach((f, i) => feature(`${where} layer ${layer.name} feature ${i}`, read.feature(i), f))
  }
}

let held = Buffer.alloc(0)
for await (const chunk of process.stdin) {
  held = held.length ? Buffer.concat([held, chunk]) : chunk
  let at = 0
  for (;;) {
    if (held.length < at + 4) break
    const size = held.readUInt32LE(at)
    if (held.length < at + 8 + size) break
    const said = held.readUInt32LE(at + 4 + size)
    const end = at + 8 + size + said
    if (held.length < end) break
    tile(held.subarray(at + 4, at + 4 + size), JSON.parse(held.toString('utf8', at + 8 + size, end)))
    at = end
  }
  held = held.subarray(at)
}
if (held.length) differ('the end', `${held.length} bytes are left`)
console.log(JSON.stringify(count))
process.exitCode = count.differ + count.rough > 0 ? 1 : 0
