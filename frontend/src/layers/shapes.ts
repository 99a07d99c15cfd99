import type { Layer } from '@/api/types'
import { elementColour } from '@/model/element'
import { buildingLayers, heightOf, useColours } from './buildings'
import { labels, type Source } from './labels'
import { grounds, useOf } from './palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

/** Lines of any layer, in the colour of its element. */
export function lineLayers(layer: Layer, source: Source, look: Look): Drawn[] {
  const colour = elementColour(layer.element, look.theme)
  return [{
    rank: ranks.lines,
    layer: {
      id: `${source.layer}-line`, type: 'line', source: source.id, 'source-layer': source.layer,
      filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colour, 'line-width': byZoom([[8, 0.8], [14, 2], [18, 5]]), 'line-opacity': 0.85 * look.opacity },
      metadata: { layer: layer.id, legend: 'line-color' },
    },
  }]
}

/** Polygons of any layer: by use when its kinds are known, else in the element's colour. */
export function polygonLayers(layer: Layer, source: Source, look: Look): Drawn[] {
  if (layer.schema.height_field) return buildingLayers(layer, source, look)
  const colour = elementColour(layer.element, look.theme)
  const kind = layer.schema.fields.find((field) => field.name === layer.schema.kind_field)
  const byUse = kind?.codes?.length ? kind.codes.some((code) => useOf(code.value) !== 'other') : kind !== undefined && layer.element === 'land'
  const fill: Expression = byUse ? useColours(layer, look, grounds[look.theme].tint) : colour
  const at = { source: source.id, 'source-layer': source.layer, filter: ['==', ['geometry-type'], 'Polygon'] as Expression }
  return [
    {
      rank: ranks.parcels,
      layer: {
        id: `${source.layer}-fill`, type: 'fill', ...at,
        paint: { 'fill-color': fill, 'fill-opacity': (byUse ? 0.7 : 0.16) * look.opacity }, metadata: { layer: layer.id, legend: 'fill-color' },
      },
    },
    {
      rank: ranks.borders,
      layer: {
        id: `${source.layer}-edge`, type: 'line', ...at,
        paint: { 'line-color': colour, 'line-width': byZoom([[10, 0.3], [16, 1.2]]), 'line-opacity': 0.6 * look.opacity },
      },
    },
    labels(source, look, { minzoom: 15 }),
  ]
}

export { heightOf }
