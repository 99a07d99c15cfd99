import { describe, expect, it } from 'vitest'
import type { Geometry, Position } from '@/api/types'
import { circleRing, destination, distance } from '@/model/geometry'
import { bearing, borderDistance, flat, isWithin, unflat } from './ground'

const here: Position = [111.3, 30.7]
const disc: Geometry = { type: 'Polygon', coordinates: [circleRing(here, 500), circleRing(here, 100).reverse()] }

describe('the ground around a place', () => {
  it('is flat: there and back, as far as the sphere says', () => {
    for (const [east, north] of [[0, 0], [300, -120], [-2500, 4000]]) {
      const there = unflat(here, east, north)
      expect(distance(here, there)).toBeCloseTo(Math.hypot(east, north), -1)
      const back = flat(here, there)
      expect(back[0]).toBeCloseTo(east, 1)
      expect(back[1]).toBeCloseTo(north, 1)
    }
  })

  it('lies within an area or not, holes left out, and so far from its border', () => {
    for (let turn = 0; turn < 360; turn += 17) {
      for (const [metres, inside] of [[50, false], [150, true], [450, true], [560, false]] as const) {
        const at = destination(here, turn, metres)
        expect(isWithin(disc, at), `${metres} m at ${turn}°`).toBe(inside)
        expect(Math.abs(borderDistance(disc, at) - Math.min(Math.abs(500 - metres), Math.abs(100 - metres)))).toBeLessThan(3)
      }
    }
    const both: Geometry = { type: 'MultiPolygon', coordinates: [disc.coordinates, [circleRing([111.4, 30.7], 50)]] }
    expect(isWithin(both, [111.4, 30.7])).toBe(true)
  })

  it('has directions', () => {
    for (const turn of [0, 45, 90, 135, 180, 225, 270, 315]) expect(Math.abs(bearing(here, destination(here, turn, 400)) - turn)).toBeLessThan(0.5)
  })
})
