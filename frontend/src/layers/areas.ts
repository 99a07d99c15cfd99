import type { Layer, Level } from '@/api/types'
import { labels, type Source } from './labels'
import { grounds } from './palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

interface Border { colour: 'district' | 'street_border' | 'grid'; width: [number, number]; dash: number[] | null; from: number; names: [number, number]; size: [number, number] }

const borders: Record<Level, Border> = {
  district: { colour: 'district', width: [1.2, 2.2], dash: null, from: 0, names: [7, 13.5], size: [14, 20] },
  street: { colour: 'street_border', width: [0.6, 2], dash: [4, 2], from: 10, names: [12, 15.5], size: [12, 15] },
  community: { colour: 'street_border', width: [0.4, 1.4], dash: [2, 2], from: 12.5, names: [14.5, 17], size: [11, 13] },
  grid: { colour: 'grid', width: [0.4, 1.2], dash: [1, 2], from: 13, names: [15.5, 22], size: [10, 12] },
}

/** Borders and names of an area level; the fill is there only to be clicked. */
export function areaLayers(layer: Layer, source: Source, look: Look): Drawn[] {
  const ground = grounds[look.theme]
  const border = borders[layer.level ?? 'grid']
  const at = { source: source.id, 'source-layer': source.layer }
  const width: Expression = byZoom([[9, border.width[0]], [16, border.width[1]]])
  const line: Drawn = {
    rank: ranks.borders,
    layer: {
      id: `${source.layer}-border`, type: 'line', ...at, minzoom: border.from, layout: { 'line-join': 'round' },
      paint: { 'line-color': ground[border.colour], 'line-width': width, 'line-opacity': byZoom([[12, 0.85 * look.opacity], [16, 0.5 * look.opacity]]) },
      metadata: { layer: source.layer, legend: 'line-color' },
    },
  }
  if (border.dash) line.layer.paint!['line-dasharray'] = border.dash
  const drawn: Drawn[] = [
    {
      rank: ranks.areas,
      layer: {
        id: `${source.layer}-area`, type: 'fill', ...at, minzoom: border.from,
        paint: { 'fill-color': ground[border.colour], 'fill-opacity': 0.001 }, metadata: { layer: source.layer },
      },
    },
    line,
    labels(source, look, {
      colour: border.colour === 'grid' ? ground.roadLabel : ground.label, minzoom: border.names[0], maxzoom: border.names[1],
      size: byZoom([[border.names[0], border.size[0]], [border.names[1], border.size[1]]]), spacing: layer.level === 'district' ? 0.2 : 0.05,
      priority: { district: 0.8, street: 0.6, community: 0.4, grid: 0.2 }[layer.level ?? 'grid'],
    }),
  ]
  if (layer.level === 'district') {
    drawn.push({
      rank: ranks.borders - 0.5,
      layer: {
        id: `${source.layer}-glow`, type: 'line', ...at, maxzoom: 15, layout: { 'line-join': 'round' },
        paint: { 'line-color': ground.district, 'line-width': byZoom([[9, 4], [14, 10]]), 'line-opacity': 0.12 * look.opacity },
      },
    })
  }
  return drawn
}
