import type { Theme } from '@/model/element'
import type { Language } from '@/model/language'

/** A MapLibre expression or constant; this folder describes, it does not draw. */
export type Expression = string | number | boolean | null | Expression[] | { [key: string]: Expression }

export interface StyleLayer {
  id: string
  type: 'background' | 'fill' | 'line' | 'circle' | 'symbol' | 'fill-extrusion' | 'heatmap' | 'raster'
  source?: string
  'source-layer'?: string
  minzoom?: number
  maxzoom?: number
  filter?: Expression
  layout?: Record<string, Expression>
  paint?: Record<string, Expression>
  metadata?: Metadata
}

export interface Metadata {
  /** The layer of the city that a click on this style layer hits. */
  layer?: string
  /** The paint or layout property the legend is read from. */
  legend?: string
}

/** What the drawing of a layer depends on beside the layer itself. */
export interface Look {
  theme: Theme
  language: Language
  solid: boolean
  /** 0–1, multiplied into every opacity. */
  opacity: number
}

/** Drawing order of the parts of a map, lowest first. */
export const ranks = {
  ground: 0, green: 1, water: 2, parcels: 3, areas: 4, roads: 5, buildings: 6, borders: 7, hex: 8, lines: 9,
  region: 10, solids: 11, points: 12, events: 13, labels: 14, selection: 15,
}

export interface Drawn { rank: number; layer: StyleLayer }

/** `value` at the first zoom to the last, straight lines or a power between. */
export function byZoom(stops: [number, Expression][], base = 1): Expression {
  return ['interpolate', base === 1 ? ['linear'] : ['exponential', base], ['zoom'], ...stops.flat()]
}
