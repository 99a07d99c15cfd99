import type { BasemapTiles } from '@/api/types'
import { grounds } from './palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

export const basemapSource = 'basemap'

/** A basemap drawn quietly: pictures as they are, vectors by the kind of their geometry alone, whatever their layers mean. */
export function basemapLayers(tiles: BasemapTiles, look: Pick<Look, 'theme'>): Drawn[] {
  const rank = ranks.ground
  if (tiles.format !== 'mvt') {
    return [{ rank, layer: { id: 'basemap', type: 'raster', source: basemapSource, paint: { 'raster-opacity': look.theme === 'dark' ? 0.55 : 0.85, 'raster-fade-duration': 150 } } }]
  }
  const colours = grounds[look.theme]
  const only = (kind: string): Expression => ['==', ['geometry-type'], kind]
  const ids = (tiles.vector_layers ?? []).map(({ id }) => id)
  const each = (make: (id: string) => Drawn['layer']) => ids.map((id) => ({ rank, layer: { source: basemapSource, 'source-layer': id, ...make(id) } }))
  return [
    ...each((id) => ({ id: `basemap-${id}-area`, type: 'fill', filter: only('Polygon'), paint: { 'fill-color': colours.building, 'fill-opacity': 0.45, 'fill-outline-color': colours.buildingEdge } })),
    ...each((id) => ({ id: `basemap-${id}-line`, type: 'line', filter: only('LineString'), paint: { 'line-color': colours.buildingEdge, 'line-width': byZoom([[6, 0.4], [12, 0.8], [16, 2]]), 'line-opacity': 0.8 } })),
    ...each((id) => ({ id: `basemap-${id}-point`, type: 'circle', minzoom: 12, filter: only('Point'), paint: { 'circle-color': colours.grid, 'circle-radius': byZoom([[12, 1], [17, 2.5]]), 'circle-opacity': 0.6 } })),
  ]
}
