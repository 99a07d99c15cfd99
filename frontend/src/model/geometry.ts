import type { Extent, Geometry, Position } from '@/api/types'

const radius = 6_371_008.8 // IUGG mean radius of the Earth, metres
const rad = Math.PI / 180

/** Calls visit for every position of the geometry. */
export function eachPosition(geometry: Geometry, visit: (at: Position) => void): void {
  geometry.geometries?.forEach((part) => eachPosition(part, visit))
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return
    if (typeof value[0] === 'number') visit([value[0], value[1] as number])
    else value.forEach(walk)
  }
  walk(geometry.coordinates)
}

export function extentOf(geometry: Geometry): Extent | null {
  const box: Extent = [Infinity, Infinity, -Infinity, -Infinity]
  eachPosition(geometry, ([x, y]) => {
    box[0] = Math.min(box[0], x)
    box[1] = Math.min(box[1], y)
    box[2] = Math.max(box[2], x)
    box[3] = Math.max(box[3], y)
  })
  return box[0] <= box[2] ? box : null
}

/** The point itself, or the middle of the extent: good enough to fly to. */
export function middleOf(geometry: Geometry): Position | null {
  const box = extentOf(geometry)
  return box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
}

/** Great-circle distance in metres on the mean sphere (error ≤ 0.6 %); display only. */
export function distance(a: Position, b: Position): number {
  const dLat = (b[1] - a[1]) * rad
  const dLon = (b[0] - a[0]) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * Math.sin(dLon / 2) ** 2
  return 2 * radius * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The destination `metres` from a point at a bearing in degrees, on the mean sphere. */
export function destination(from: Position, bearing: number, metres: number): Position {
  const d = metres / radius
  const lat = from[1] * rad
  const sinLat = Math.sin(lat) * Math.cos(d) + Math.cos(lat) * Math.sin(d) * Math.cos(bearing * rad)
  const y = Math.sin(bearing * rad) * Math.sin(d) * Math.cos(lat)
  const lon = from[0] * rad + Math.atan2(y, Math.cos(d) - Math.sin(lat) * sinLat)
  return [lon / rad, Math.asin(sinLat) / rad]
}

const round = (value: number) => Math.round(value * 1e6) / 1e6

/** A circle as a closed ring of `sides` vertices, counter-clockwise. */
export function circleRing(centre: Position, radiusM: number, sides = 96): Position[] {
  const ring = Array.from({ length: sides }, (_, i): Position => {
    const [x, y] = destination(centre, 360 - (i * 360) / sides, radiusM)
    return [round(x), round(y)]
  })
  return [...ring, ring[0]]
}

/** The position on the edges of a polygon that is nearest to a place, on a plane that touches the Earth there; null for other shapes. */
export function nearestOnEdge(geometry: Geometry, place: Position): Position | null {
  const rings = geometry.type === 'Polygon' ? (geometry.coordinates as Position[][]) : geometry.type === 'MultiPolygon' ? (geometry.coordinates as Position[][][]).flat() : []
  const squeeze = Math.cos(place[1] * rad)
  let best: Position | null = null
  let least = Infinity
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [ax, ay] = [(ring[i - 1][0] - place[0]) * squeeze, ring[i - 1][1] - place[1]]
      const [bx, by] = [(ring[i][0] - place[0]) * squeeze, ring[i][1] - place[1]]
      const [dx, dy] = [bx - ax, by - ay]
      const along = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)))
      const [x, y] = [ax + along * dx, ay + along * dy]
      if (x * x + y * y < least) {
        least = x * x + y * y
        best = [place[0] + x / squeeze, place[1] + y]
      }
    }
  }
  return best
}
