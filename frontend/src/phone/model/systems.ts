import type { Position } from '@/api/types'

/**
 * A place in the systems that people in the field are asked for, worked out on
 * the phone so that it can be read out without a line. WGS 84 and CGCS2000 differ
 * by centimetres, which no telephone sees.
 */
export interface InSystem { id: string; name: string; text: string }

// Krassovsky ellipsoid, by which the offsets of GCJ-02 are scaled.
const axis = 6_378_245
const squared = 0.006_693_421_622_965_943

const wave = (x: number, periods: readonly (readonly [number, number])[]): number => periods.reduce((sum, [amount, length]) => sum + amount * Math.sin((x / length) * Math.PI), 0) * (2 / 3)

/** The published GCJ-02 offsets of a place, in degrees of longitude and latitude. */
function offset([lon, lat]: Position): Position {
  const [x, y] = [lon - 105, lat - 35]
  const shared = wave(x, [[20, 1 / 6], [20, 1 / 2]])
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + shared + wave(x, [[20, 1], [40, 3], [150, 12], [300, 30]])
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + shared + wave(y, [[20, 1], [40, 3], [160, 12], [320, 30]])
  const phi = (lat * Math.PI) / 180
  const magic = 1 - squared * Math.sin(phi) ** 2
  return [(east * 180) / ((axis / Math.sqrt(magic)) * Math.cos(phi) * Math.PI), (north * 180) / (((axis * (1 - squared)) / (magic * Math.sqrt(magic))) * Math.PI)]
}

/** Outside this box GCJ-02 is WGS 84. */
const isInChina = ([lon, lat]: Position): boolean => lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271

export function toGCJ02(at: Position): Position {
  if (!isInChina(at)) return at
  const [dLon, dLat] = offset(at)
  return [at[0] + dLon, at[1] + dLat]
}

export function toBD09(at: Position): Position {
  const [x, y] = toGCJ02(at)
  const turn = (Math.PI * 3000) / 180
  const length = Math.hypot(x, y) + 0.000_02 * Math.sin(y * turn)
  const angle = Math.atan2(y, x) + 0.000_003 * Math.cos(x * turn)
  return [length * Math.cos(angle) + 0.0065, length * Math.sin(angle) + 0.006]
}

/**
 * Gauss–Krüger coordinates in the 3° zone around the place, on the ellipsoid of
 * CGCS2000: Krüger's series in n to the fourth power, exact to below a
 * millimetre within the zone. Easting without the zone's number, in metres.
 */
export function toGaussKruger([lon, lat]: Position): { zone: number; epsg: number; east: number; north: number } {
  const [a, f] = [6_378_137, 1 / 298.257_222_101]
  const n = f / (2 - f)
  const zone = Math.round(lon / 3)
  const lambda = ((lon - zone * 3) * Math.PI) / 180
  const phi = (lat * Math.PI) / 180
  const e = Math.sqrt(f * (2 - f))
  const tau = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)))
  const xi = Math.atan2(tau, Math.cos(lambda))
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(tau, Math.cos(lambda)))
  const series = [
    n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3 + (41 / 180) * n ** 4,
    (13 / 48) * n ** 2 - (3 / 5) * n ** 3 + (557 / 1440) * n ** 4,
    (61 / 240) * n ** 3 - (103 / 140) * n ** 4,
    (49_561 / 161_280) * n ** 4,
  ]
  const radius = (a / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64)
  const [north, east] = series.reduce(([x, y], alpha, i) => {
    const k = 2 * (i + 1)
    return [x + alpha * Math.sin(k * xi) * Math.cosh(k * eta), y + alpha * Math.cos(k * xi) * Math.sinh(k * eta)]
  }, [xi, eta])
  return { zone, epsg: 4534 + zone - 25, east: 500_000 + radius * east, north: radius * north }
}

const degrees = ([lon, lat]: Position) => `${lon.toFixed(6)}, ${lat.toFixed(6)}`

export function inAllSystems(at: Position): InSystem[] {
  const { zone, epsg, east, north } = toGaussKruger(at)
  const projected = zone >= 25 && zone <= 45 ? [{ id: 'cgcs2000_gk', name: `CGCS2000 Gauss–Krüger · EPSG:${epsg} · ${zone * 3}°`, text: `${east.toFixed(2)}, ${north.toFixed(2)}` }] : []
  return [
    { id: 'wgs84', name: 'WGS 84 / CGCS2000', text: degrees(at) }, { id: 'gcj02', name: 'GCJ-02', text: degrees(toGCJ02(at)) }, { id: 'bd09', name: 'BD-09', text: degrees(toBD09(at)) }, ...projected,
  ]
}
