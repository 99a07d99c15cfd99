import type { Geometry } from '@/api/types'

/**
 * A little larger copy of a polygon, about `metres` on every side, so that the
 * body drawn over it hides the walls of the body within. Other geometries are
 * returned as they are. Good for shapes of building size.
 */
export function swell(geometry: Geometry, metres: number): Geometry {
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return geometry
  const points = (geometry.coordinates as unknown[]).flat(geometry.type === 'Polygon' ? 1 : 2) as [number, number][]
  const [west, east] = [Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0]))]
  const [south, north] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))]
  const [x, y] = [(west + east) / 2, (south + north) / 2]
  const degree = 111_195 // metres in a degree of latitude
  const wide = 1 + (2 * metres) / Math.max(1, (east - west) * degree * Math.cos((y * Math.PI) / 180))
  const high = 1 + (2 * metres) / Math.max(1, (north - south) * degree)
  const grow = (value: unknown): unknown =>
    Array.isArray(value) && typeof value[0] === 'number'
      ? [x + (value[0] - x) * wide, y + ((value[1] as number) - y) * high]
      : (value as unknown[]).map(grow)
  return { type: geometry.type, coordinates: grow(geometry.coordinates) }
}
