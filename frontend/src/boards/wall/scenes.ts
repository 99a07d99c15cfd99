import type { Extent, Feature } from '@/api/types'
import { all, equals } from '@/model/filter'
import { extentOf } from '@/model/geometry'

/** One picture of the wall: what part of the cases it is about, and where the map looks. */
export interface Scene {
  id: string
  kind: 'city' | 'district' | 'overdue' | 'hot' | 'free'
  /** Name of the area; '' where the kind says enough. */
  name: string
  filter: string
  extent: Extent
}

/** The scenes of a city: the whole, each district, what is overdue, the hot-spots; in the order they are shown. */
export function scenesOf(extent: Extent, districts: Feature[], base: string): Scene[] {
  const own = districts.flatMap(({ id, geometry, properties }): Scene[] => {
    const inside = geometry && extentOf(geometry)
    const code = String(properties.code ?? id)
    return inside ? [{ id: code, kind: 'district', name: String(properties.name ?? code), filter: all(base, equals('district', code)), extent: inside }] : []
  }).sort((a, b) => (a.id < b.id ? -1 : 1))
  return [
    { id: 'city', kind: 'city', name: '', filter: base, extent },
    ...own,
    { id: 'overdue', kind: 'overdue', name: '', filter: base, extent },
    { id: 'hot', kind: 'hot', name: '', filter: base, extent },
  ]
}

/** The cases of what the map shows after somebody moved it. */
export function freeScene([west, south, east, north]: Extent, base: string): Scene {
  const at = (value: number) => Number(value.toFixed(6))
  const [w, s, e, n] = [at(west), at(south), at(east), at(north)]
  const box = `S_INTERSECTS(geometry, POLYGON((${w} ${s}, ${e} ${s}, ${e} ${n}, ${w} ${n}, ${w} ${s})))`
  return { id: 'free', kind: 'free', name: '', filter: all(base, box), extent: [w, s, e, n] }
}
