import type { Layer } from '@/api/types'
import { elementColour } from '@/model/element'
import { iconOf, plainIcon } from './icons'
import type { Source } from './labels'
import { grounds } from './palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

/** From this zoom on a point is drawn with its icon; before, as a dot. */
export const iconZoom = 14.5

/** Large layers start later, so that a dense city does not turn into one stain. */
export function pointMinzoom(layer: Layer): number {
  const count = layer.count ?? 0
  if (count > 50_000) return 14
  if (count > 5_000) return 13
  return count > 1_000 ? 11 : 0
}

export const isCluster: Expression = ['>', ['to-number', ['get', 'point_count'], 1], 1]
export const isPoint: Expression = ['all', ['==', ['geometry-type'], 'Point'], ['!', isCluster]]

/** The name of an image that map/images draws when it is first needed. */
export function markImage(icon: string, colour: string): string {
  return `mark|${icon}|${colour}`
}

function icons(layer: Layer, colour: string): Expression {
  const field = layer.schema.fields.find((candidate) => candidate.name === layer.schema.kind_field)
  const codes = field?.codes ?? []
  const kind: Expression = ['to-string', ['get', field?.name ?? 'kind']]
  const byIcon = new Map<string, string[]>()
  for (const code of codes) byIcon.set(iconOf(code.value), [...(byIcon.get(iconOf(code.value)) ?? []), code.value])
  byIcon.delete(plainIcon)
  if (byIcon.size === 0) return markImage(iconOf(layer.id), colour)
  return ['match', kind, ...[...byIcon].flatMap(([icon, values]): Expression[] => [values, markImage(icon, colour)]), markImage(plainIcon, colour)]
}

export function pointLayers(layer: Layer, source: Source, look: Look): Drawn[] {
  const colour = elementColour(layer.element, look.theme)
  const ground = grounds[look.theme]
  const at = { source: source.id, 'source-layer': source.layer, minzoom: pointMinzoom(layer) }
  const title = layer.schema.title_field
  const dots: Drawn[] = [
    {
      rank: ranks.points,
      layer: {
        id: `${source.layer}-dot`, type: 'circle', ...at, filter: isPoint,
        paint: {
          'circle-color': colour, 'circle-radius': byZoom([[9, 1.2], [12, 2], [14, 3.6], [18, 5]]), 'circle-stroke-color': ground.halo,
          'circle-stroke-width': byZoom([[10, 0.4], [14, 1.2]]), 'circle-opacity': look.opacity, 'circle-stroke-opacity': look.opacity,
        },
        metadata: { layer: layer.id, legend: 'circle-color' },
      },
    },
    ...clusterLayers(layer.id, source, look, colour, at.minzoom),
  ]
  if (layer.element === 'frame') return dots // addresses would bury the map under icons
  return [
    ...dots,
    {
      rank: ranks.points,
      layer: {
        id: `${source.layer}-icon`, type: 'symbol', ...at, minzoom: Math.max(at.minzoom, iconZoom), filter: isPoint,
        layout: {
          'icon-image': icons(layer, colour), 'icon-size': byZoom([[14, 0.8], [18, 1.1]]), 'icon-padding': 1,
          ...(title && layer.element === 'government'
            ? {
                'text-field': ['step', ['zoom'], '', 15, ['coalesce', ['get', title], '']], 'text-font': ['Noto Sans SC'], 'text-size': 11.5,
                'text-offset': [0, 1.15], 'text-anchor': 'top', 'text-optional': true, 'text-max-width': 9,
              }
            : {}),
        },
        paint: { 'icon-opacity': look.opacity, 'text-color': colour, 'text-halo-color': ground.halo, 'text-halo-width': 1.4, 'text-opacity': look.opacity },
        metadata: { layer: layer.id, legend: 'icon-image' },
      },
    },
  ]
}

/** Points that the server has gathered at low zooms: a disc with their number. */
export function clusterLayers(id: string, source: Source, look: Look, colour: string, minzoom: number): Drawn[] {
  const at = { source: source.id, 'source-layer': source.layer, minzoom, filter: isCluster }
  return [
    {
      rank: ranks.points,
      layer: {
        id: `${source.layer}-cluster`, type: 'circle', ...at,
        paint: {
          'circle-color': colour, 'circle-opacity': 0.22 * look.opacity, 'circle-stroke-color': colour, 'circle-stroke-width': 1.2,
          'circle-stroke-opacity': 0.7 * look.opacity,
          'circle-radius': ['interpolate', ['linear'], ['sqrt', ['to-number', ['get', 'point_count'], 1]], 1, 5, 10, 12, 60, 24],
        },
        metadata: { layer: id },
      },
    },
    {
      rank: ranks.points,
      layer: {
        id: `${source.layer}-clustercount`, type: 'symbol', ...at,
        layout: { 'text-field': ['to-string', ['get', 'point_count']], 'text-font': ['Noto Sans SC'], 'text-size': 11 },
        paint: { 'text-color': grounds[look.theme].label, 'text-halo-color': grounds[look.theme].halo, 'text-halo-width': 1, 'text-opacity': look.opacity },
      },
    },
  ]
}
