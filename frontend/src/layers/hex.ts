import { grounds, ramps } from './palette'
import { ranks, type Drawn, type Expression, type Look } from './style'

/** Upper limits of the classes but the last; ascending, whole numbers. */
export type Breaks = number[]

export const firstBreaks: Breaks = [1, 5, 20, 50, 200]

/**
 * Class limits so that each class holds about as many cells: the scale follows
 * the view, and one extreme cell does not wash out the rest. Fewer classes when
 * the counts do not differ enough.
 */
export function breaksOf(counts: number[], classes = 6): Breaks {
  const sorted = counts.filter((count) => count > 0).sort((a, b) => a - b)
  if (sorted.length === 0) return firstBreaks
  const breaks: Breaks = []
  for (let i = 1; i < classes; i++) {
    const limit = nice(sorted[Math.min(sorted.length - 1, Math.floor((i * sorted.length) / classes))])
    if (limit > (breaks.at(-1) ?? sorted[0] - 1) && limit < sorted[sorted.length - 1]) breaks.push(limit)
  }
  return breaks
}

/** Two leading digits are as much as a reader of a legend takes in. */
function nice(value: number): number {
  if (value < 20) return value
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Math.floor(value / unit) * unit
}

export function hexColour(breaks: Breaks, look: Look): Expression {
  const ramp = ramps[look.theme]
  const pick = (i: number) => ramp[Math.round((i * (ramp.length - 1)) / Math.max(1, breaks.length))]
  if (breaks.length === 0) return ramp[3]
  return ['step', ['get', 'count'], pick(0), ...breaks.flatMap((limit, i): Expression[] => [limit + 1, pick(i + 1)])]
}

export function hexLayers(source: string, look: Look, breaks: Breaks): Drawn[] {
  const at = { source, 'source-layer': 'hex' }
  const colour = hexColour(breaks, look)
  const largest = breaks.at(-1) ?? 1
  if (look.solid) {
    return [{
      rank: ranks.solids,
      layer: {
        id: 'hex-solid', type: 'fill-extrusion', ...at,
        paint: {
          'fill-extrusion-color': colour, 'fill-extrusion-opacity': 0.82,
          'fill-extrusion-height': ['interpolate', ['linear'], ['sqrt', ['get', 'count']], 0, 0, Math.sqrt(largest) * 2, 900],
        },
        metadata: { legend: 'fill-extrusion-color' },
      },
    }]
  }
  return [
    {
      rank: ranks.hex,
      layer: { id: 'hex-fill', type: 'fill', ...at, paint: { 'fill-color': colour, 'fill-opacity': 0.78, 'fill-antialias': true }, metadata: { legend: 'fill-color' } },
    },
    {
      rank: ranks.hex,
      layer: { id: 'hex-edge', type: 'line', ...at, paint: { 'line-color': grounds[look.theme].halo, 'line-width': 0.6, 'line-opacity': 0.7 }, metadata: {} },
    },
    {
      rank: ranks.labels,
      layer: {
        id: 'hex-count', type: 'symbol', ...at, filter: ['==', ['get', 'own'], true], minzoom: 12,
        layout: { 'text-field': ['to-string', ['get', 'count']], 'text-font': ['Noto Sans SC'], 'text-size': 11 },
        paint: { 'text-color': grounds[look.theme].label, 'text-halo-color': grounds[look.theme].halo, 'text-halo-width': 1.4 },
      },
    },
  ]
}
