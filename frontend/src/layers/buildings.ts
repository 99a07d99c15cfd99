import type { Layer } from '@/api/types'
import { labels, type Source } from './labels'
import { grounds, kindsWithUse, useOf, type Use } from './palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

/** Tints by kind, in the groups of palette.useOf; the legend is read from it. */
export function useColours(layer: Layer, look: Look, tints: Record<Use, string>): Expression {
  const field = layer.schema.fields.find((candidate) => candidate.name === layer.schema.kind_field)
  const groups = new Map<Use, string[]>()
  const values = field?.codes?.length ? field.codes.map((code) => code.value) : field ? kindsWithUse : []
  for (const value of values) {
    const use = useOf(value)
    if (use !== 'other') groups.set(use, [...(groups.get(use) ?? []), value])
  }
  if (!field || groups.size === 0) return grounds[look.theme].building
  return ['match', ['to-string', ['get', field.name]], ...[...groups].flatMap(([use, values]): Expression[] => [values, tints[use]]), tints.other]
}

/** Metres above ground; three a floor when no height is known, one floor at least. */
export function heightOf(layer: Layer): Expression {
  const field = layer.schema.height_field || 'height'
  return ['max', 3, ['coalesce', ['to-number', ['get', field], 0], 0], ['*', 3, ['to-number', ['get', 'floors'], 0]]]
}

export function buildingLayers(layer: Layer, source: Source, look: Look): Drawn[] {
  const ground = grounds[look.theme]
  const colour = useColours(layer, look, ground.tint)
  const at = { source: source.id, 'source-layer': source.layer, filter: ['!=', ['geometry-type'], 'Point'] as Expression }
  const body: Drawn = look.solid
    ? {
        rank: ranks.solids,
        layer: {
          id: `${source.layer}-solid`, type: 'fill-extrusion', ...at, minzoom: 13,
          paint: {
            'fill-extrusion-color': colour, 'fill-extrusion-vertical-gradient': true,
            'fill-extrusion-height': byZoom([[13, 0], [14, heightOf(layer)]]), 'fill-extrusion-opacity': 0.92 * look.opacity,
          },
          metadata: { layer: source.layer, legend: 'fill-extrusion-color' },
        },
      }
    : {
        rank: ranks.buildings,
        layer: {
          id: `${source.layer}-fill`, type: 'fill', ...at, minzoom: 13,
          paint: {
            'fill-color': colour, 'fill-outline-color': ground.buildingEdge, 'fill-opacity': byZoom([[13, 0.3 * look.opacity], [15, look.opacity]]),
          },
          metadata: { layer: source.layer, legend: 'fill-color' },
        },
      }
  return [body, labels(source, look, { minzoom: 16.5, size: 11 })]
}
