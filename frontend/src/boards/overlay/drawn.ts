import { ramps, grounds } from '@/layers/palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from '@/layers/style'
import { accent } from '@/layers/overlay'

type Paints = Pick<Look, 'theme'>
/** How many events a mark of the tiles stands for: they are gathered at low zooms. */
const gathered: Expression = ['to-number', ['get', 'point_count'], 1]

/** As many events as make the densest places of a city just hot, by experience. */
const usual = 300

/** Heat: each event weighs alike, however the tiles gather them; the more there are in all, the less each. */
export function heatLayers(source: string, total: number, look: Paints): Drawn[] {
  const each = Math.min(4, usual / Math.max(1, total))
  const ramp = look.theme === 'dark' ? ['#1d3b6b', '#2f7fa8', '#57d6bd', '#f2e08a', '#ff8a5c'] : ['#7cc0d8', '#3f9ca0', '#e6c34a', '#e07b2a', '#b3261e']
  return [{
    rank: ranks.events,
    layer: {
      id: 'boards-heat', type: 'heatmap', source, 'source-layer': 'events',
      paint: {
        'heatmap-weight': gathered,
        'heatmap-intensity': byZoom([[9, 0.08 * each], [11, 0.16 * each], [13, 0.5 * each], [16, Math.min(1, 2.4 * each)]]),
        'heatmap-radius': byZoom([[9, 16], [12, 34], [15, 52]]),
        'heatmap-opacity': 0.72,
        'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, 'rgba(0,0,0,0)', ...ramp.flatMap((colour, i): Expression[] => [0.05 + (i * 0.95) / (ramp.length - 1), colour])],
      },
      metadata: { legend: 'heatmap-color' },
    },
  }]
}

export const discImage = 'boards-disc'

/** Numbers: a disc in the middle of each cell of the hexagon tiles, with its count. */
export function clusterLayers(source: string, look: Paints): Drawn[] {
  const ramp = ramps[look.theme]
  const count: Expression = ['get', 'count']
  return [{
    rank: ranks.labels + 0.95, // above the names, which make room
    layer: {
      id: 'boards-cluster', type: 'symbol', source, 'source-layer': 'hex', filter: ['==', ['get', 'own'], true],
      layout: {
        'icon-image': discImage, 'icon-allow-overlap': true,
        'icon-size': ['interpolate', ['linear'], ['sqrt', count], 1, 0.42, 6, 0.72, 20, 1.1, 60, 1.5],
        'text-field': ['to-string', count], 'text-font': ['Noto Sans SC'], 'text-size': ['interpolate', ['linear'], ['sqrt', count], 1, 11, 10, 13.5, 40, 16],
        'text-allow-overlap': true, 'symbol-sort-key': count,
      },
      paint: {
        'icon-color': ['step', count, ramp[3], 20, ramp[4], 100, ramp[5]], 'icon-opacity': 0.92, 'icon-halo-color': grounds[look.theme].halo, 'icon-halo-width': 1.5,
        'text-color': look.theme === 'dark' ? '#08130f' : '#ffffff',
      },
    },
  }]
}

/** Areas with the number of events in each. */
export function drillLayers(source: string, breaks: number[], look: Paints): Drawn[] {
  const ramp = ramps[look.theme]
  const colour: Expression = breaks.length === 0 ? ramp[2] : ['step', ['get', 'count'], ramp[0], ...breaks.flatMap((limit, i): Expression[] => [limit + 1, ramp[Math.min(ramp.length - 1, i + 1)]])]
  const only = (kind: string): Expression => ['==', ['geometry-type'], kind]
  return [
    { rank: ranks.borders, layer: { id: 'boards-drill', type: 'fill', source, filter: only('Polygon'), paint: { 'fill-color': colour, 'fill-opacity': 0.5 } } },
    { rank: ranks.borders, layer: { id: 'boards-drill-edge', type: 'line', source, filter: only('Polygon'), layout: { 'line-join': 'round' }, paint: { 'line-color': accent[look.theme], 'line-width': byZoom([[9, 1], [14, 2]]), 'line-opacity': 0.85 } } },
    {
      rank: ranks.selection,
      layer: {
        id: 'boards-drill-count', type: 'symbol', source, filter: only('Point'),
        layout: { 'text-field': ['concat', ['get', 'name'], '\n', ['get', 'shown']], 'text-font': ['Noto Sans SC'], 'text-size': 13, 'text-max-width': 9, 'symbol-sort-key': ['-', 0, ['get', 'count']] },
        paint: { 'text-color': grounds[look.theme].label, 'text-halo-color': grounds[look.theme].halo, 'text-halo-width': 2 },
      },
    },
  ]
}

/** Cells with more events than their own history explains. */
export function hotLayers(source: string, look: Paints): Drawn[] {
  const colour = look.theme === 'dark' ? '#ff7a5c' : '#b3261e'
  return [
    { rank: ranks.region, layer: { id: 'boards-hot', type: 'fill', source, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colour, 'fill-opacity': 0.22 } } },
    { rank: ranks.region, layer: { id: 'boards-hot-edge', type: 'line', source, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'line-color': colour, 'line-width': 2.5 } } },
    {
      rank: ranks.selection,
      layer: {
        id: 'boards-hot-text', type: 'symbol', source, filter: ['==', ['geometry-type'], 'Point'],
        layout: { 'text-field': ['get', 'text'], 'text-font': ['Noto Sans SC'], 'text-size': 12.5, 'text-max-width': 14 },
        paint: { 'text-color': colour, 'text-halo-color': grounds[look.theme].halo, 'text-halo-width': 2 },
      },
    },
  ]
}
