import type { MapGeoJSONFeature, PointLike } from 'maplibre-gl'
import type { HitThing } from '@/state/selection'
import type { MapLibreMap } from './engine'

const reachPx = 6
const maxHits = 60

export interface Picked { hits: HitThing[]; cluster: { lon: number; lat: number } | null }

/**
 * Everything under a point of the screen, topmost first, each feature once.
 * Points are found within a few pixels, areas exactly. `order` ranks layers;
 * lower comes first.
 */
export function pick(map: MapLibreMap, at: { x: number; y: number }, order: (layer: string) => number): Picked {
  const clickable = map.getStyle().layers.filter((layer) => (layer.metadata as { layer?: string } | undefined)?.layer).map((layer) => layer.id)
  const box: [PointLike, PointLike] = [[at.x - reachPx, at.y - reachPx], [at.x + reachPx, at.y + reachPx]]
  const exact = new Set(map.queryRenderedFeatures([at.x, at.y], { layers: clickable }).map(keyOf))
  const found = map.queryRenderedFeatures(box, { layers: clickable })
  const hits = new Map<string, HitThing>()
  let cluster: Picked['cluster'] = null
  for (const feature of found) {
    const layer = (feature.layer.metadata as { layer: string }).layer
    const id = feature.properties.id ?? feature.id
    if (Number(feature.properties.point_count ?? 1) > 1) {
      if (!cluster && feature.geometry.type === 'Point') cluster = { lon: feature.geometry.coordinates[0], lat: feature.geometry.coordinates[1] }
      continue
    }
    const isArea = feature.geometry.type.endsWith('Polygon')
    if (id === undefined || (isArea && !exact.has(keyOf(feature)))) continue
    const key = `${layer}/${id}`
    if (!hits.has(key) && hits.size < maxHits) hits.set(key, { layer, id: String(id), properties: feature.properties })
  }
  return { hits: [...hits.values()].sort((a, b) => order(a.layer) - order(b.layer)), cluster }
}

function keyOf(feature: MapGeoJSONFeature): string {
  return `${feature.layer.id}/${feature.properties.id ?? feature.id}`
}
