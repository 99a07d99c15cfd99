import { listFeatures } from '@/api/features'
import type { Feature, Layer, Level } from '@/api/types'
import { equals } from '@/model/filter'
import { extentOf, middleOf } from '@/model/geometry'
import type { Extent } from '@/api/types'
import type { DrillArea } from '../api'

const most = 1000
const parentColumn: Partial<Record<Level, string>> = { street: 'district', community: 'street', grid: 'community' }

/** The areas of a level inside a parent, from the layer that holds them; none when nobody may list it. */
export async function areasInside(layers: Layer[], level: Level, parent: DrillArea, signal?: AbortSignal): Promise<Feature[]> {
  const layer = layers.find((each) => each.level === level && each.listable)
  if (!layer) return []
  const column = parentColumn[level]
  const has = column !== undefined && layer.schema.fields.some(({ name }) => name === column)
  const filter = parent.code !== '' && has ? equals(column, parent.code) : ''
  const found = await listFeatures(layer.id, { limit: most, filter, 'filter-lang': filter ? 'cql2-text' : undefined }, signal)
  return found.features
}

export function boundsOf(areas: Feature[]): Extent | null {
  const extents = areas.flatMap(({ geometry }) => { const extent = geometry && extentOf(geometry); return extent ? [extent] : [] })
  if (extents.length === 0) return null
  return [Math.min(...extents.map((e) => e[0])), Math.min(...extents.map((e) => e[1])), Math.max(...extents.map((e) => e[2])), Math.max(...extents.map((e) => e[3]))]
}

/** The areas with their counts, and a point in each for its label. */
export function countedAreas(areas: Feature[], children: DrillArea[], shown: (count: number) => string): Feature[] {
  const byCode = new Map(children.map((child) => [child.code, child]))
  return areas.flatMap((area): Feature[] => {
    const code = String(area.properties.code ?? area.id)
    const child = byCode.get(code) ?? byCode.get(area.id)
    if (!child || !area.geometry) return []
    const properties = { code: child.code, name: child.name, count: child.count, shown: shown(child.count) }
    const middle = middleOf(area.geometry)
    return [{ type: 'Feature', id: `a${child.code}`, geometry: area.geometry, properties }, ...(middle ? [{ type: 'Feature' as const, id: `l${child.code}`, geometry: { type: 'Point', coordinates: middle }, properties }] : [])]
  })
}
