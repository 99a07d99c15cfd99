import type { Geometry, Position } from '@/api/types'

const degreeM = 111_195.08 // metres of a degree of latitude on the mean sphere

/** Metres east and north of `from`, on the plane that touches the sphere there; good to 0.5 % within 10 km. */
export function flat(from: Position, to: Position): [number, number] {
  return [(to[0] - from[0]) * degreeM * Math.cos((from[1] * Math.PI) / 180), (to[1] - from[1]) * degreeM]
}

export function unflat(from: Position, east: number, north: number): Position {
  const micro = (value: number) => Math.round(value * 1e7) / 1e7
  return [micro(from[0] + east / (degreeM * Math.cos((from[1] * Math.PI) / 180))), micro(from[1] + north / degreeM)]
}

/** Calls visit for each ring of a polygon or several. */
export function eachRing(geometry: Geometry, visit: (ring: Position[]) => void): void {
  if (geometry.type === 'Polygon') (geometry.coordinates as Position[][]).forEach(visit)
  else if (geometry.type === 'MultiPolygon') (geometry.coordinates as Position[][][]).forEach((part) => part.forEach(visit))
}

/** Whether the point lies within an area; holes and parts count by the even-odd rule. */
export function isWithin(area: Geometry, [x, y]: Position): boolean {
  let inside = false
  eachRing(area, (ring) => {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]]
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
    }
  })
  return inside
}

/** Metres from the point to the nearest border of the area. */
export function borderDistance(area: Geometry, at: Position): number {
  let best = Infinity
  eachRing(area, (ring) => {
    for (let i = 1; i < ring.length; i++) {
      const [a, b] = [flat(at, ring[i - 1]), flat(at, ring[i])]
      const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
      const along = Math.max(0, Math.min(1, -(a[0] * dx + a[1] * dy) / (dx * dx + dy * dy || 1)))
      best = Math.min(best, Math.hypot(a[0] + along * dx, a[1] + along * dy))
    }
  })
  return best
}

/** Degrees from north, clockwise, in which `to` lies. */
export function bearing(from: Position, to: Position): number {
  const [east, north] = flat(from, to)
  return (Math.atan2(east, north) * 180) / Math.PI + (east < 0 ? 360 : 0)
}
