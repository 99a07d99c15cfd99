import { describe, expect, it } from 'vitest'
import type { Position } from '@/api/types'
import { inAllSystems, toBD09, toGaussKruger, toGCJ02 } from './systems'

/** Metres between two places on the sphere's tangent plane. */
const metres = (a: Position, b: Position) => Math.hypot((a[0] - b[0]) * 111_195 * Math.cos((a[1] * Math.PI) / 180), (a[1] - b[1]) * 111_195)

/**
 * Gauss–Krüger by Redfearn's series in powers of the distance from the meridian,
 * with the meridian arc integrated numerically: nothing in common with Krüger's n.
 */
function redfearn([lon, lat]: Position): [number, number] {
  const [a, f] = [6_378_137, 1 / 298.257_222_101]
  const e2 = f * (2 - f)
  const second = e2 / (1 - e2)
  const phi = (lat * Math.PI) / 180
  const l = ((lon - Math.round(lon / 3) * 3) * Math.PI) / 180
  const steps = 2_000
  let arc = 0
  for (let i = 0; i < steps; i++) arc += (a * (1 - e2) * (phi / steps)) / (1 - e2 * Math.sin((phi * (i + 0.5)) / steps) ** 2) ** 1.5
  const [n, t, h] = [a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2), Math.tan(phi), second * Math.cos(phi) ** 2]
  const c = l * Math.cos(phi)
  const north = arc + n * t * (c ** 2 / 2 + (c ** 4 / 24) * (5 - t ** 2 + 9 * h + 4 * h ** 2) + (c ** 6 / 720) * (61 - 58 * t ** 2 + t ** 4))
  const east = n * (c + (c ** 3 / 6) * (1 - t ** 2 + h) + (c ** 5 / 120) * (5 - 18 * t ** 2 + t ** 4 + 14 * h - 58 * t ** 2 * h))
  return [500_000 + east, north]
}

describe('a place in other systems', () => {
  it('has the coordinates that GCJ-02 and BD-09 are known to give', () => {
    // Tiananmen, as map services publish it in each of the three systems.
    expect(metres(toGCJ02([116.391_3, 39.907_3]), [116.397_54, 39.908_7])).toBeLessThan(10)
    expect(metres(toBD09([116.391_3, 39.907_3]), [116.403_9, 39.915_1])).toBeLessThan(25)
    expect(toGCJ02([2.35, 48.85])).toEqual([2.35, 48.85])
  })

  it('moves by hundreds of metres within China, smoothly', () => {
    for (let lon = 80; lon <= 130; lon += 2.5) {
      for (let lat = 20; lat <= 50; lat += 2.5) {
        const moved = metres([lon, lat], toGCJ02([lon, lat]))
        expect(moved).toBeGreaterThan(50)
        expect(moved).toBeLessThan(1200)
        expect(metres(toGCJ02([lon, lat]), toGCJ02([lon + 1e-4, lat]))).toBeLessThan(15)
      }
    }
  })

  it('has Gauss–Krüger coordinates equal to another series within a millimetre', () => {
    for (let lon = 75; lon <= 135; lon += 1.37) {
      for (let lat = 4; lat <= 53; lat += 3.1) {
        const { east, north } = toGaussKruger([lon, lat])
        const [x, y] = redfearn([lon, lat])
        expect(Math.hypot(east - x, north - y), `${lon} ${lat}`).toBeLessThan(0.001)
      }
    }
    expect(toGaussKruger([111.29, 30.69])).toMatchObject({ zone: 37, epsg: 4546 })
  })

  it('is told in the systems that exist there', () => {
    expect(inAllSystems([111.29, 30.69]).map(({ id }) => id)).toEqual(['wgs84', 'gcj02', 'bd09', 'cgcs2000_gk'])
    expect(inAllSystems([2.35, 48.85]).map(({ id }) => id)).toEqual(['wgs84', 'gcj02', 'bd09'])
  })
})
