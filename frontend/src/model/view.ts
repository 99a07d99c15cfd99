import type { Theme } from './element'
import type { Language } from './language'
import { decodeOnly, type Only } from './only'
import { decodeRegion, encodeRegion, isPosition, type Region } from './region'

export interface Camera { lon: number; lat: number; zoom: number; bearing: number; pitch: number }
/** A shown layer; `opacity` in percent. Later entries are drawn on top. */
export interface ShownLayer { id: string; opacity: number }
export interface Selection { layer: string; id: string }
export type PanelName = 'layers' | 'events' | 'region' | 'none'

/** Everything a link has to carry to show the same picture again. */
export interface View {
  camera: Camera | null // null: the whole city
  layers: ShownLayer[] | null // null: the default set
  filters: Record<string, string> // CQL2 text by layer id
  selection: Selection | null
  region: Region | null
  hex: string | null // layer drawn as hexagons
  solid: boolean // 3D buildings
  ground: string // name of the basemap under the layers; '' for none
  theme: Theme
  language: Language
  panel: PanelName
  queue: string // the queue of events that is open; '' for the first
  order: EventOrder
  only: Only // what the events are narrowed to, in the queue and on the map
  beside: string // what the panels beside the map keep: overlay, drill-down, time; they read it themselves
}
export type EventOrder = 'new' | 'due'

export const viewVersion = 1

export function defaultView(): View {
  return {
    camera: null, layers: null, filters: {}, selection: null, region: null, hex: null,
    solid: false, ground: '', theme: 'light', language: 'zh', panel: 'layers', queue: '', order: 'new', only: {}, beside: '',
  }
}

const panels: PanelName[] = ['layers', 'events', 'region', 'none']
const layerID = /^[a-z][a-z0-9_]{0,62}$/
const round = (value: number, digits: number) => Number(value.toFixed(digits)) + 0 // + 0: no negative zero

/** Rounds a camera to what the address bar keeps: 0.1 m, 0.01 zoom, 0.1°. */
export function roundCamera(camera: Camera): Camera {
  return {
    lon: round(camera.lon, 6), lat: round(camera.lat, 6), zoom: round(camera.zoom, 2),
    bearing: round(camera.bearing, 1), pitch: round(camera.pitch, 1),
  }
}

/** The query of the address bar, values that equal the default left out. */
export function encodeView(view: View): Record<string, string> {
  const out: Record<string, string> = { v: String(viewVersion) }
  if (view.camera) {
    const c = roundCamera(view.camera)
    out.c = [c.lon, c.lat, c.zoom, c.bearing, c.pitch].join('~')
  }
  if (view.layers) out.l = view.layers.map((layer) => (layer.opacity === 100 ? layer.id : `${layer.id}.${layer.opacity}`)).join('~')
  const filters = Object.entries(view.filters).filter(([, text]) => text !== '')
  if (filters.length > 0) out.f = JSON.stringify(Object.fromEntries(filters))
  if (view.selection) out.s = `${view.selection.layer}/${view.selection.id}`
  if (view.region) out.r = encodeRegion(view.region)
  if (view.hex) out.h = view.hex
  if (view.solid) out.m = '3d'
  if (view.ground) out.g = view.ground
  if (view.theme !== 'light') out.t = view.theme
  if (view.language !== 'zh') out.lang = view.language
  if (view.panel !== 'layers') out.p = view.panel
  if (view.queue) out.q = view.queue
  if (view.order !== 'new') out.o = view.order
  if (Object.keys(view.only).length > 0) out.e = JSON.stringify(view.only)
  if (view.beside) out.b = view.beside
  return out
}

/**
 * Reads a query. Parts that are malformed or unknown fall back to the default
 * one by one, so that one bad part never loses the rest of a shared link.
 */
export function decodeView(query: Record<string, unknown>): View {
  const text = (name: string) => (typeof query[name] === 'string' ? (query[name] as string) : '')
  const view = defaultView()
  view.camera = decodeCamera(text('c'))
  if (typeof query.l === 'string') view.layers = decodeLayers(query.l)
  view.filters = decodeFilters(text('f'))
  view.selection = decodeSelection(text('s'))
  view.region = decodeRegion(text('r'))
  view.hex = layerID.test(text('h')) ? text('h') : null
  view.solid = text('m') === '3d'
  view.ground = /^[a-z0-9][a-z0-9_-]{0,62}$/.test(text('g')) ? text('g') : ''
  view.theme = text('t') === 'dark' ? 'dark' : 'light'
  view.language = text('lang') === 'en' ? 'en' : 'zh'
  view.panel = panels.find((panel) => panel === text('p')) ?? 'layers'
  view.queue = /^[a-z]{1,16}$/.test(text('q')) ? text('q') : ''
  view.order = text('o') === 'due' ? 'due' : 'new'
  view.only = decodeOnly(text('e'))
  view.beside = text('b').slice(0, 400)
  return view
}

function decodeCamera(text: string): Camera | null {
  const parts = text.split('~')
  const [lon, lat, zoom, bearing, pitch] = parts.map(Number)
  const sound = parts.length === 5 && parts.every((part) => part !== '' && Number.isFinite(Number(part)))
  if (!sound || !isPosition(lon, lat) || zoom < 0 || zoom > 24 || pitch < 0 || pitch > 85) return null
  return roundCamera({ lon, lat, zoom, bearing, pitch })
}

function decodeLayers(text: string): ShownLayer[] {
  const shown: ShownLayer[] = []
  for (const part of text.split('~')) {
    const [id, percent] = part.split('.')
    const opacity = percent === undefined ? 100 : Number(percent)
    const known = shown.some((layer) => layer.id === id)
    if (layerID.test(id) && !known && Number.isInteger(opacity) && opacity >= 0 && opacity <= 100) shown.push({ id, opacity })
  }
  return shown
}

function decodeFilters(text: string): Record<string, string> {
  try {
    const entries = Object.entries(JSON.parse(text || '{}') as object)
    return Object.fromEntries(entries.filter(([id, filter]) => layerID.test(id) && typeof filter === 'string' && filter !== ''))
  } catch {
    return {}
  }
}

function decodeSelection(text: string): Selection | null {
  const slash = text.indexOf('/')
  const layer = text.slice(0, slash)
  const id = text.slice(slash + 1)
  return slash > 0 && layerID.test(layer) && id !== '' ? { layer, id } : null
}
