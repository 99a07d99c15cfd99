import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

/** The accent that says "this one": selection and the counted region. */
export const accent = { light: '#0b6b5d', dark: '#57d6bd' }

/** Layers of the sources `selection` and `region`. */
export function overlayLayers(look: Look): Drawn[] {
  const colour = accent[look.theme]
  const white = look.theme === 'dark' ? '#0c1114' : '#ffffff'
  const tall: Expression = ['>', ['to-number', ['get', 'height'], 0], 0]
  // In 3D a building is marked by its body: its outline on the ground would be drawn over what stands before it.
  const flat = (test: Expression): Expression => (look.solid ? ['all', test, ['!', tall]] : test)
  return [
    ...(look.solid
      ? [{
          rank: ranks.solids + 0.5,
          layer: {
            id: 'selection-solid', type: 'fill-extrusion' as const, source: 'selection', filter: tall,
            paint: { 'fill-extrusion-color': colour, 'fill-extrusion-height': ['+', 0.4, ['get', 'height']] satisfies Expression, 'fill-extrusion-opacity': 0.9 },
          },
        }]
      : []),
    {
      rank: ranks.region,
      layer: { id: 'region-fill', type: 'fill', source: 'region', paint: { 'fill-color': colour, 'fill-opacity': 0.1 } },
    },
    {
      rank: ranks.region,
      layer: { id: 'region-edge', type: 'line', source: 'region', paint: { 'line-color': colour, 'line-width': 2, 'line-dasharray': [3, 1.5] } },
    },
    {
      rank: ranks.selection,
      layer: {
        id: 'selection-fill', type: 'fill', source: 'selection', filter: flat(['==', ['geometry-type'], 'Polygon']),
        paint: { 'fill-color': colour, 'fill-opacity': 0.16 },
      },
    },
    {
      rank: ranks.selection,
      layer: {
        id: 'selection-edge', type: 'line', source: 'selection', filter: flat(['!=', ['geometry-type'], 'Point']),
        layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': colour, 'line-width': 3 },
      },
    },
    {
      rank: ranks.selection,
      layer: {
        id: 'selection-point', type: 'circle', source: 'selection', filter: ['==', ['geometry-type'], 'Point'],
        paint: {
          'circle-radius': byZoom([[10, 9], [16, 17]]), 'circle-color': colour, 'circle-opacity': 0.14, 'circle-stroke-color': colour, 'circle-stroke-width': 2.5,
        },
      },
    },
    {
      rank: ranks.selection,
      layer: {
        id: 'selection-core', type: 'circle', source: 'selection', filter: ['==', ['geometry-type'], 'Point'], maxzoom: 12,
        paint: { 'circle-radius': 3, 'circle-color': colour, 'circle-stroke-color': white, 'circle-stroke-width': 1 },
      },
    },
  ]
}
