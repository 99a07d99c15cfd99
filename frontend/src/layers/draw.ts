import type { Layer } from '@/api/types'
import { areaLayers } from './areas'
import { buildingLayers } from './buildings'
import { eventLayers } from './events'
import { greenLayers, roadLayers, waterLayers } from './ground'
import type { Source } from './labels'
import { pointLayers } from './points'
import { lineLayers, polygonLayers } from './shapes'
import type { Drawn, Look } from './style'

/** Layers of one composed source: the map that everything else lies on. */
export const baseLayers = ['water', 'green', 'roads', 'buildings', 'districts', 'streets', 'communities']

/** What a fresh visitor sees. Imported cities show everything they brought. */
export function shownAtFirst(layers: Layer[]): string[] {
  const wanted = ['water', 'green', 'roads', 'buildings', 'districts', 'streets', 'sites', 'events']
  const synthetic = new Set(layers.map((layer) => layer.id).filter((id) => wanted.includes(id)))
  const imported = layers.filter((layer) => !standard.has(layer.id) && layer.listable && layer.geometry !== 'none')
  return [...wanted.filter((id) => synthetic.has(id)), ...imported.map((layer) => layer.id)]
}

const standardOrder = [
  'persons', 'households', 'enterprises', 'buildings', 'parcels', 'plan_zones', 'components', 'devices', 'cameras', 'movers',
  'sites', 'departments', 'districts', 'streets', 'communities', 'grids', 'roads', 'addresses', 'water', 'green', 'events',
]

const standard = new Set(standardOrder)

/** Whether a layer belongs to the usual set; all others were imported. */
export function isStandard(id: string): boolean {
  return standard.has(id)
}

/** The usual layers in their usual order, then the imported ones by id. */
export function byCustom(a: Layer, b: Layer): number {
  const at = (layer: Layer) => (standard.has(layer.id) ? standardOrder.indexOf(layer.id) : standardOrder.length)
  return at(a) - at(b) || (a.id < b.id ? -1 : 1)
}

/** The source that holds the open events alone. */
export function openSource(source: string): string {
  return `${source}-open`
}

/**
 * How a layer is drawn: by what it is called when it is part of the ground, by
 * its level when it is an area layer, else by its element and geometry. Layers
 * unknown when this was written (`delaware_roads`) fall into the same groups.
 */
export function drawLayer(layer: Layer, source: Source, look: Look, hidden: string[] = []): Drawn[] {
  if (layer.element === 'event' && layer.id === 'events') return eventLayers(layer.id, source, { ...source, id: openSource(source.id) }, look, hidden)
  if (layer.level) return areaLayers(layer, source, look)
  const role = layer.id.split('_').pop() ?? layer.id
  if (role === 'water') return waterLayers(source, look)
  if (role === 'green') return greenLayers(source, look)
  if (role === 'roads') return roadLayers(source, look)
  if (role === 'buildings') return buildingLayers(layer, source, look)
  const drawn: Drawn[] = []
  const any = layer.geometry === 'Geometry' || layer.geometry === 'GeometryCollection' || layer.geometry === ''
  if (any || layer.geometry.endsWith('Polygon')) drawn.push(...polygonLayers(layer, source, look))
  if (any || layer.geometry.endsWith('LineString')) drawn.push(...lineLayers(layer, source, look))
  if (any || layer.geometry.endsWith('Point')) drawn.push(...pointLayers(layer, source, look))
  return drawn
}
