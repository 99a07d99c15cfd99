import type { BasemapTiles, Feature, Layer } from '@/api/types'
import { basemapLayers, basemapSource } from '@/layers/basemap'
import { baseLayers, drawLayer, openSource } from '@/layers/draw'
import { deskLayers } from '@/layers/desk'
import { liveLayers } from '@/layers/events'
import { hexLayers, type Breaks } from '@/layers/hex'
import type { Source } from '@/layers/labels'
import { overlayLayers } from '@/layers/overlay'
import { grounds } from '@/layers/palette'
import { ranks, type Drawn, type Look, type StyleLayer } from '@/layers/style'
import { isOpen, eventStates } from '@/model/eventstate'
import { all, oneOf } from '@/model/filter'
import type { ShownLayer } from '@/model/view'
import type { FontFace } from './fonts'

/** Everything the picture depends on; the style is a pure function of it. */
export interface Scene {
  origin: string
  layers: Layer[]
  shown: ShownLayer[]
  filters: Record<string, string>
  hex: string | null
  breaks: Breaks
  look: Omit<Look, 'opacity'>
  /** Features drawn over the tiles. */
  overlays: { selection: Feature[]; region: Feature[]; live: Feature[]; desk: Feature[] }
  /** Ids of events that the live overlay draws instead of the tiles. */
  hidden: string[]
  fonts: FontFace[]
  maxzoom: number
  /** The basemap that everything lies on. */
  ground?: { name: string; tiles: BasemapTiles } | null
  /** What panels beside the map add: sources, style layers, and layers drawn in another way. */
  extras?: { sources: Record<string, SceneSource>; drawn: Drawn[]; hidden: string[] }
}

export interface SceneSource { type: string; [key: string]: unknown }
export interface SceneStyle {
  version: 8
  sources: Record<string, SceneSource>
  layers: StyleLayer[]
  'font-faces'?: Record<string, FontFace[]>
  [key: string]: unknown
}

const openStates = eventStates.filter(isOpen)

export const baseSource = 'base'

/** The map source that a layer's tiles come from. */
export function sourceOf(id: string, filters: Record<string, string>): string {
  return baseLayers.includes(id) && !filters[id] ? baseSource : `t-${id}`
}

export function buildStyle(scene: Scene): SceneStyle {
  const drawn: Drawn[] = [{ rank: ranks.ground, layer: { id: 'ground', type: 'background', paint: { 'background-color': grounds[scene.look.theme].land } } }]
  const sources: Record<string, SceneSource> = {}
  if (scene.ground) {
    sources[basemapSource] = basemap(scene.origin, scene.ground.name, scene.ground.tiles)
    drawn.push(...basemapLayers(scene.ground.tiles, scene.look))
  }
  const composed = baseLayers.filter((id) => scene.layers.some((layer) => layer.id === id && layer.listable))
  if (composed.length > 0) sources[baseSource] = tiles(scene, composed.join(','), '')
  for (const { id, opacity } of scene.shown) {
    const layer = scene.layers.find((candidate) => candidate.id === id)
    if (!layer || !layer.listable || layer.geometry === 'none' || scene.hex === id || scene.extras?.hidden.includes(id)) continue
    const source: Source = { id: sourceOf(id, scene.filters), layer: id }
    sources[source.id] ??= tiles(scene, id, scene.filters[id] ?? '')
    if (id === 'events') sources[openSource(source.id)] = tiles(scene, id, all(scene.filters[id], oneOf('state', openStates)))
    drawn.push(...drawLayer(layer, source, { ...scene.look, opacity: opacity / 100 }, scene.hidden))
  }
  drawn.push(...hexagons(scene, sources))
  for (const [name, features] of Object.entries(scene.overlays)) {
    sources[name] = { type: 'geojson', data: { type: 'FeatureCollection', features } }
  }
  Object.assign(sources, scene.extras?.sources)
  const plain = { ...scene.look, opacity: 1 }
  drawn.push(...(scene.extras?.drawn ?? []), ...overlayLayers(plain), ...liveLayers(plain, 'live'), ...deskLayers(plain))
  return {
    version: 8,
    sources,
    layers: drawn.map((item, order) => ({ ...item, order })).sort((a, b) => a.rank - b.rank || a.order - b.order).map((item) => item.layer),
    ...(scene.fonts.length > 0 ? { 'font-faces': { 'Noto Sans SC': scene.fonts } } : {}),
    light: { anchor: 'viewport', color: '#ffffff', intensity: scene.look.theme === 'dark' ? 0.25 : 0.35, position: [1.3, 210, 40] },
    sky: sky(scene.look.theme),
    transition: { duration: 200, delay: 0 },
  }
}

function hexagons(scene: Scene, sources: Record<string, SceneSource>): Drawn[] {
  const layer = scene.layers.find((candidate) => candidate.id === scene.hex)
  if (!layer) return []
  sources.hex = tiles(scene, `${layer.id}/hex`, scene.filters[layer.id] ?? '')
  return hexLayers('hex', { ...scene.look, opacity: 1 }, scene.breaks)
}

function tiles(scene: Scene, path: string, filter: string): SceneSource {
  const query = filter ? `?filter=${encodeURIComponent(filter)}` : ''
  return { type: 'vector', tiles: [`${scene.origin}/tiles/${path}/{z}/{x}/{y}.mvt${query}`], minzoom: 0, maxzoom: scene.maxzoom }
}

function basemap(origin: string, name: string, { format, minzoom, maxzoom, bounds }: BasemapTiles): SceneSource {
  const source = { tiles: [`${origin}/basemaps/${name}/{z}/{x}/{y}.${format}`], minzoom, maxzoom, bounds }
  return format === 'mvt' ? { type: 'vector', ...source } : { type: 'raster', tileSize: 256, ...source }
}

function sky(theme: Look['theme']) {
  const [top, horizon, fog] = theme === 'dark' ? ['#0b1116', '#1c2a33', '#11171b'] : ['#a9c9de', '#e8eef0', '#f4f3ef']
  return {
    'sky-color': top, 'horizon-color': horizon, 'fog-color': fog, 'sky-horizon-blend': 0.6, 'horizon-fog-blend': 0.7, 'fog-ground-blend': 0.85,
    'atmosphere-blend': 0,
  }
}
