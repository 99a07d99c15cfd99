import type { Layer } from '@/api/types'
import { shownAtFirst } from '@/layers/draw'

const ground = ['water', 'green', 'roads', 'buildings', 'districts', 'streets']

interface Preset { name: string; layers(all: Layer[]): string[] }

/** Sets of layers in one click; imported layers of the same element join in. */
function ofElement(name: string, element: Layer['element'], more: string[] = []): Preset {
  return {
    name,
    layers: (all) => {
      const mine = all.filter((layer) => layer.element === element && layer.listable && layer.geometry !== 'none' && layer.id !== 'departments').map((layer) => layer.id)
      return [...new Set([...ground.filter((id) => all.some((layer) => layer.id === id)), ...mine, ...more.filter((id) => all.some((layer) => layer.id === id))])]
    },
  }
}

export const presets: Preset[] = [
  { name: 'city', layers: shownAtFirst },
  ofElement('enterprise', 'enterprise'),
  ofElement('land', 'land'),
  ofElement('object', 'object'),
  ofElement('government', 'government', ['grids']),
  {
    name: 'all',
    layers: (all) => [...new Set([...shownAtFirst(all), ...['enterprises', 'parcels', 'components', 'devices', 'cameras', 'movers'].filter((id) => all.some((layer) => layer.id === id))])],
  },
]
