import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'
import { grounds } from './palette'
import { labels, type Source } from './labels'

/** The layers that make a map of a city; each is drawn in a way of its own. */
export type GroundKind = 'water' | 'green' | 'roads' | 'buildings' | 'landuse'

export function waterLayers(source: Source, look: Look): Drawn[] {
  const ground = grounds[look.theme]
  const at = { source: source.id, 'source-layer': source.layer }
  return [
    {
      rank: ranks.water,
      layer: {
        id: `${source.layer}-fill`, type: 'fill', ...at, filter: ['!=', ['geometry-type'], 'LineString'],
        paint: { 'fill-color': ground.water, 'fill-opacity': look.opacity },
        metadata: { layer: source.layer, legend: 'fill-color' },
      },
    },
    {
      rank: ranks.water,
      layer: {
        id: `${source.layer}-line`, type: 'line', ...at, filter: ['==', ['geometry-type'], 'LineString'],
        paint: { 'line-color': ground.water, 'line-width': byZoom([[10, 0.6], [16, 4]]), 'line-opacity': look.opacity },
        metadata: { layer: source.layer },
      },
    },
    labels(source, look, { colour: ground.waterLabel, size: byZoom([[10, 12], [16, 16]]), minzoom: 10, spacing: 0.3, priority: 0.5 }),
  ]
}

export function greenLayers(source: Source, look: Look): Drawn[] {
  const ground = grounds[look.theme]
  return [
    {
      rank: ranks.green,
      layer: {
        id: `${source.layer}-fill`, type: 'fill', source: source.id, 'source-layer': source.layer,
        filter: ['!=', ['geometry-type'], 'LineString'],
        paint: {
          'fill-color': ['match', ['get', 'kind'], ['farmland', 'farm'], ground.farm, ground.green],
          'fill-opacity': byZoom([[8, 0.75 * look.opacity], [14, look.opacity]]),
        },
        metadata: { layer: source.layer, legend: 'fill-color' },
      },
    },
    labels(source, look, { colour: ground.greenLabel, size: byZoom([[13, 11], [17, 13]]), minzoom: 13 }),
  ]
}

const classes = {
  expressway: ['expressway', 'motorway', 'motorway_link'],
  trunk: ['trunk', 'trunk_link'],
  primary: ['primary', 'primary_link'],
  secondary: ['secondary', 'secondary_link'],
  tertiary: ['tertiary', 'tertiary_link'],
}

/** A width that grows with zoom and with the class of the road. */
function roadWidth(extra: number): Expression {
  const at = (widths: number[], more: number): Expression => [
    'match', ['coalesce', ['get', 'class'], ['get', 'highway'], ''],
    classes.expressway, widths[0] + more, classes.trunk, widths[1] + more, classes.primary, widths[2] + more,
    classes.secondary, widths[3] + more, classes.tertiary, widths[4] + more, widths[5] + more,
  ]
  return byZoom([
    [8, at([0.8, 0.5, 0.3, 0, 0, 0], 0)], [11, at([1.8, 1.4, 1, 0.5, 0, 0], extra * 0.5)],
    [14, at([5, 4, 3, 2.2, 1.4, 0.6], extra)], [17, at([18, 15, 12, 10, 8, 5], extra * 1.5)], [20, at([70, 60, 50, 42, 34, 20], extra * 2)],
  ], 1.5)
}

export function roadLayers(source: Source, look: Look): Drawn[] {
  const ground = grounds[look.theme]
  const kind: Expression = ['coalesce', ['get', 'class'], ['get', 'highway'], '']
  const order: Expression = ['match', kind, classes.expressway, 6, classes.trunk, 5, classes.primary, 4, classes.secondary, 3, classes.tertiary, 2, 1]
  const at = { source: source.id, 'source-layer': source.layer }
  const round = { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': order }
  return [
    {
      rank: ranks.roads,
      layer: {
        id: `${source.layer}-casing`, type: 'line', ...at, minzoom: 11, layout: round,
        paint: { 'line-color': ground.casing, 'line-width': roadWidth(1.4), 'line-opacity': look.opacity },
      },
    },
    {
      rank: ranks.roads,
      layer: {
        id: `${source.layer}-line`, type: 'line', ...at, layout: round,
        paint: {
          'line-color': ['match', kind, classes.expressway, ground.expressway, [...classes.trunk, ...classes.primary], ground.trunk,
            [...classes.secondary, ...classes.tertiary], ground.street, ground.lane],
          'line-width': roadWidth(0), 'line-opacity': look.opacity,
        },
        metadata: { layer: source.layer, legend: 'line-color' },
      },
    },
    {
      rank: ranks.labels,
      layer: {
        id: `${source.layer}-label`, type: 'symbol', ...at, minzoom: 13,
        filter: ['any', ['>=', ['zoom'], 16], ['>=', order, 3]],
        layout: {
          'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-font': ['Noto Sans SC'], 'text-size': byZoom([[13, 10.5], [18, 14]]),
          'text-rotation-alignment': 'map', 'text-keep-upright': true, 'text-letter-spacing': 0.12, 'symbol-spacing': 420, 'text-max-angle': 30,
          'text-padding': 8, 'symbol-sort-key': ['-', 0, order],
        },
        paint: { 'text-color': ground.roadLabel, 'text-halo-color': ground.halo, 'text-halo-width': 1.4, 'text-opacity': look.opacity },
      },
    },
  ]
}
