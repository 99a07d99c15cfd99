import { grounds } from './palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

/** Where a layer's features come from: a map source and the name inside its tiles. */
export interface Source { id: string; layer: string }

export interface LabelStyle { colour?: string; size?: Expression; minzoom?: number; maxzoom?: number; spacing?: number; priority?: number }

/** Names of polygons, placed by the server at one point each; the higher priority (0–0.9) wins a place. */
export function labels(source: Source, look: Look, style: LabelStyle = {}): Drawn {
  const ground = grounds[look.theme]
  const layer: Drawn['layer'] = {
    id: `${source.layer}-names`, type: 'symbol', source: source.id, 'source-layer': `${source.layer}_label`,
    minzoom: style.minzoom ?? 14,
    layout: {
      'text-field': ['coalesce', ['get', 'name'], ''], 'text-font': ['Noto Sans SC'], 'text-size': style.size ?? byZoom([[14, 11], [18, 13]]),
      'text-letter-spacing': style.spacing ?? 0.02, 'text-max-width': 8, 'text-padding': 6, 'symbol-sort-key': ['coalesce', ['get', 'rank'], 0],
    },
    paint: {
      'text-color': style.colour ?? ground.label, 'text-halo-color': ground.halo, 'text-halo-width': 1.5, 'text-opacity': look.opacity,
    },
  }
  if (style.maxzoom) layer.maxzoom = style.maxzoom
  return { rank: ranks.labels + (style.priority ?? 0), layer }
}
