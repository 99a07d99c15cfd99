import type { Geometry, Position } from '@/api/types'
import { circleRing } from './geometry'

/**
 * A part of the city that is being counted. `area` is an existing feature whose
 * geometry has to be fetched; the others carry their shape.
 */
export type Region =
  | { kind: 'polygon'; ring: Position[] } // without the closing vertex
  | { kind: 'circle'; centre: Position; radiusM: number }
  | { kind: 'area'; layer: string; id: string }

/** The shape that is drawn and counted, one and the same; null for an area. */
export function regionGeometry(region: Region): Geometry | null {
  if (region.kind === 'area') return null
  if (region.kind === 'circle') return { type: 'Polygon', coordinates: [circleRing(region.centre, region.radiusM)] }
  return { type: 'Polygon', coordinates: [[...region.ring, region.ring[0]]] }
}

const micro = 1e6
const maxRadiusM = 100_000
const number = (value: number) => String(Math.round(value * micro) / micro)

/** Compact text for the address bar; decodeRegion is its inverse. */
export function encodeRegion(region: Region): string {
  switch (region.kind) {
    case 'polygon': return `p~${region.ring.map((at) => at.map(number).join('~')).join('~')}`
    case 'circle': return `c~${region.centre.map(number).join('~')}~${Math.round(region.radiusM)}`
    case 'area': return `a~${region.layer}~${region.id}`
  }
}

/** Returns null for anything encodeRegion does not write. */
export function decodeRegion(text: string): Region | null {
  const [kind, ...rest] = text.split('~')
  if (kind === 'a') {
    const [layer, ...id] = rest
    return layer && id.length > 0 && id.join('~') !== '' ? { kind: 'area', layer, id: id.join('~') } : null
  }
  const numbers = rest.map((part) => Math.round(Number(part) * micro) / micro + 0) // + 0: no negative zero
  if (rest.some((part) => part === '') || numbers.some((value) => !Number.isFinite(value))) return null
  if (kind === 'c' && numbers.length === 3 && isPosition(numbers[0], numbers[1]) && numbers[2] >= 1 && numbers[2] <= maxRadiusM) {
    return { kind: 'circle', centre: [numbers[0], numbers[1]], radiusM: Math.round(numbers[2]) }
  }
  if (kind === 'p' && numbers.length >= 6 && numbers.length % 2 === 0 && numbers.length <= 2000) {
    const ring: Position[] = []
    for (let i = 0; i < numbers.length; i += 2) {
      if (!isPosition(numbers[i], numbers[i + 1])) return null
      ring.push([numbers[i], numbers[i + 1]])
    }
    return { kind: 'polygon', ring }
  }
  return null
}

export function isPosition(lon: number, lat: number): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90
}
