import type { Expression, StyleLayer } from '@/layers/style'

/** What is made larger on a screen that is seen from afar, and by what share of the factor. */
const shares: Record<string, number> = { 'text-size': 1, 'icon-size': 0.8, 'circle-radius': 0.75, 'circle-stroke-width': 0.6, 'line-width': 0.5, 'text-halo-width': 0.8 }

/** The style layers with larger letters, marks and lines. Pure; `factor` 1 changes nothing. */
export function enlarged(layers: StyleLayer[], factor: number): StyleLayer[] {
  if (factor === 1) return layers
  const scale = (part: Record<string, Expression> | undefined) => part && Object.fromEntries(Object.entries(part).map(([name, value]) => [name, name in shares ? times(value, 1 + (factor - 1) * shares[name]) : value]))
  return layers.map((layer) => ({ ...layer, ...(layer.layout ? { layout: scale(layer.layout) } : {}), ...(layer.paint ? { paint: scale(layer.paint) } : {}) }))
}

/** A size times a number. What depends on the zoom must stay outermost, so its outcomes are multiplied. */
export function times(value: Expression, factor: number): Expression {
  if (typeof value === 'number') return value * factor
  if (!Array.isArray(value)) return value
  const byZoom = JSON.stringify(value).includes('["zoom"]')
  if (value[0] === 'interpolate' && byZoom) return value.map((part, i) => (i >= 4 && i % 2 === 0 ? times(part, factor) : part))
  if (value[0] === 'step' && byZoom) return value.map((part, i) => (i >= 2 && i % 2 === 0 ? times(part, factor) : part))
  return ['*', factor, value]
}
