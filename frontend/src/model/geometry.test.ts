import { describe, expect, it } from 'vitest'
import { circleRing, destination, distance, extentOf } from './geometry'

describe('geometry', () => {
  it('agrees with the length of one degree of a great circle', () => {
    // IUGG mean radius: one degree is 111 195.08 m.
    expect(distance([0, 0], [1, 0])).toBeCloseTo(111_195.08, 1)
    expect(distance([0, 0], [0, 1])).toBeCloseTo(111_195.08, 1)
  })

  it('finds destinations at the distance asked for, in every direction', () => {
    for (const lat of [-80, -30, 0, 30.69, 85]) {
      for (let bearing = 0; bearing < 360; bearing += 17) {
        expect(distance([111.29, lat], destination([111.29, lat], bearing, 1234))).toBeCloseTo(1234, 3)
      }
    }
  })

  it('makes closed counter-clockwise rings', () => {
    const ring = circleRing([111.29, 30.69], 500)
    expect(ring[0]).toEqual(ring.at(-1))
    const doubled = ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i][0] * y - x * ring[i][1]), 0)
    expect(doubled).toBeGreaterThan(0)
  })

  it('takes the extent of nested coordinates and of nothing', () => {
    expect(extentOf({ type: 'MultiPolygon', coordinates: [[[[1, 2], [3, 5], [0, 4], [1, 2]]]] })).toEqual([0, 2, 3, 5])
    expect(extentOf({ type: 'Polygon', coordinates: [] })).toBeNull()
  })
})
