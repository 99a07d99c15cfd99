import { describe, expect, it } from 'vitest'
import type { Position } from '@/api/types'
import { circleRing, destination, distance, extentOf, nearestOnEdge } from './geometry'

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

it('finds the nearest position on an edge: never farther than any other one on it', () => {
  const ring: Position[] = [[111, 30], [111.01, 30.002], [111.012, 30.01], [111.002, 30.008], [111, 30]]
  const place: Position = [111.004, 30.004]
  const found = nearestOnEdge({ type: 'Polygon', coordinates: [ring] }, place) ?? [0, 0]
  const away = distance(place, found)
  for (let i = 1; i < ring.length; i++) {
    for (let k = 0; k <= 200; k++) {
      const on: Position = [ring[i - 1][0] + (k / 200) * (ring[i][0] - ring[i - 1][0]), ring[i - 1][1] + (k / 200) * (ring[i][1] - ring[i - 1][1])]
      expect(away).toBeLessThanOrEqual(distance(place, on) + 1e-3)
    }
  }
  expect(away).toBeGreaterThan(0)
  expect(nearestOnEdge({ type: 'MultiPolygon', coordinates: [[ring]] }, place)).toEqual(found)
  expect(nearestOnEdge({ type: 'Point', coordinates: place }, place)).toBeNull()
})
