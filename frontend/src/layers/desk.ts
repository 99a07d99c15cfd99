import { accent } from './overlay'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

/** What a mark of the source `desk` stands for; the property `role` of its features. */
export type MarkRole = 'area' | 'other' | 'accuracy' | 'border' | 'route' | 'candidate' | 'best' | 'similar' | 'evidence' | 'pin'

const is = (...roles: MarkRole[]): Expression => ['in', ['get', 'role'], ['literal', roles]]
const evidenceColour = { light: '#a62a78', dark: '#ee8cc6' }
const workColour = { light: '#2464b4', dark: '#72aef5' }

/** Layers of the source `desk`: what a case, a dispatch or a report shows on the map. */
export function deskLayers(look: Look): Drawn[] {
  const colour = accent[look.theme]
  const halo = look.theme === 'dark' ? '#11171b' : '#ffffff'
  const byRole: Expression = ['match', ['get', 'role'], ['other', 'evidence'], evidenceColour[look.theme], ['candidate', 'best', 'route', 'similar'], workColour[look.theme], colour]
  const at = { source: 'desk' }
  return [
    { rank: ranks.region, layer: { id: 'desk-fill', type: 'fill', ...at, filter: is('area', 'other', 'accuracy'), paint: { 'fill-color': byRole, 'fill-opacity': ['match', ['get', 'role'], 'accuracy', 0.14, 0.05] } } },
    {
      rank: ranks.region,
      layer: { id: 'desk-edge', type: 'line', ...at, filter: is('area', 'other', 'accuracy'), layout: { 'line-join': 'round' }, paint: { 'line-color': byRole, 'line-width': ['match', ['get', 'role'], 'accuracy', 1.2, 2.4], 'line-opacity': 0.9 } },
    },
    { rank: ranks.selection, layer: { id: 'desk-border', type: 'line', ...at, filter: is('border'), paint: { 'line-color': colour, 'line-width': 2, 'line-dasharray': [2, 1.5] } } },
    { rank: ranks.selection, layer: { id: 'desk-route-case', type: 'line', ...at, filter: is('route'), layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': halo, 'line-width': 9, 'line-opacity': 0.9 } } },
    { rank: ranks.selection, layer: { id: 'desk-route', type: 'line', ...at, filter: is('route'), layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': byRole, 'line-width': 5 } } },
    {
      rank: ranks.selection,
      layer: {
        id: 'desk-point', type: 'circle', ...at, filter: is('candidate', 'best', 'similar', 'evidence', 'pin'),
        paint: { 'circle-color': byRole, 'circle-radius': ['match', ['get', 'role'], ['best', 'pin'], 12, 10], 'circle-stroke-color': halo, 'circle-stroke-width': 2 },
      },
    },
    {
      rank: ranks.selection,
      layer: {
        id: 'desk-sign', type: 'symbol', ...at, filter: is('candidate', 'best', 'similar'),
        layout: { 'text-field': ['to-string', ['get', 'sign']], 'text-font': ['Noto Sans SC'], 'text-size': 12, 'text-allow-overlap': true },
        paint: { 'text-color': halo },
      },
    },
    {
      rank: ranks.selection,
      layer: {
        id: 'desk-label', type: 'symbol', ...at, filter: ['has', 'label'],
        layout: {
          'symbol-placement': 'point', 'text-field': ['get', 'label'], 'text-font': ['Noto Sans SC'], 'text-size': byZoom([[12, 11.5], [17, 13]]), 'text-offset': [0, 1.5], 'text-anchor': 'top', 'text-max-width': 12, 'text-optional': true,
        },
        paint: { 'text-color': byRole, 'text-halo-color': halo, 'text-halo-width': 1.8 },
      },
    },
  ]
}
