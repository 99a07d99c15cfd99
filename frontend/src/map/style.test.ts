import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'
import type { ElementName, Layer } from '@/api/types'
import { drawLayer } from '@/layers/draw'
import { breaksOf } from '@/layers/hex'
import { legendOf } from '@/layers/legend'
import { buildStyle, type Scene } from './style'

const title = (text: string) => ({ zh: text, en: text })

function layer(id: string, geometry: string, element: ElementName, more: Partial<Layer> = {}): Layer {
  const codes = ['lamp', 'bin', 'school', 'residential', '0701', 'mystery'].map((value) => ({ value, title: title(value) }))
  return {
    id, geometry, element, title: title(id), access: 'public', listable: true, count: 10, count_unit: title('个'), extent: null,
    schema: { kind_field: 'kind', title_field: 'name', fields: [{ name: 'kind', type: 'string', title: title('类'), codes }, { name: 'name', type: 'string', title: title('名') }] },
    ...more,
  }
}

const layers = [
  layer('water', 'MultiPolygon', 'frame'), layer('green', 'MultiPolygon', 'frame'), layer('roads', 'LineString', 'frame'),
  layer('buildings', 'Polygon', 'land', { schema: { height_field: 'height', fields: [{ name: 'height', type: 'number', title: title('高') }] } }),
  layer('districts', 'MultiPolygon', 'frame', { level: 'district' }), layer('grids', 'MultiPolygon', 'frame', { level: 'grid' }),
  layer('events', 'Point', 'event', {
    schema: { kind_field: 'state', fields: [{ name: 'state', type: 'string', title: title('状态'), codes: ['reported', 'handling', 'closed'].map((value) => ({ value, title: title(value) })) }] },
  }),
  layer('sites', 'Point', 'government'), layer('parcels', 'Polygon', 'land'), layer('enterprises', 'Point', 'enterprise', { count: 99_999 }),
  layer('boston', 'Geometry', 'event', { schema: { fields: [] } }), layer('delaware_roads', 'MultiLineString', 'frame', { schema: { fields: [] } }),
  layer('delaware_buildings', 'MultiPolygon', 'land', { schema: { height_field: 'height', fields: [] } }),
  layer('persons', 'Point', 'people', { listable: false }),
]

function scene(more: Partial<Scene> = {}): Scene {
  return {
    origin: 'http://city.test', layers, shown: layers.map(({ id }) => ({ id, opacity: 80 })), filters: {}, hex: null, breaks: [1, 5],
    look: { theme: 'light', language: 'zh', solid: false }, overlays: { selection: [], region: [], live: [], desk: [] }, hidden: [], fonts: [], maxzoom: 16, ...more,
  }
}

describe('the style', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const solid of [false, true]) {
      it(`is valid by the MapLibre specification (${theme}, ${solid ? '3D' : '2D'})`, () => {
        for (const hex of [null, 'events', 'persons']) {
          const style = buildStyle(scene({ look: { theme, language: 'zh', solid }, hex, hidden: ['a', 'b'], filters: { sites: "kind = 'x'" } }))
          expect(validateStyleMin(style as never).map((error) => error.message)).toEqual([])
          expect(new Set(style.layers.map(({ id }) => id)).size).toBe(style.layers.length)
        }
      })
    }
  }

  it('lies on a basemap, pictures or vectors, under everything else', () => {
    const bounds: [number, number, number, number] = [111, 30, 112, 31]
    for (const theme of ['light', 'dark'] as const) {
      const looks = { look: { theme, language: 'zh', solid: false } as const }
      const plain = buildStyle(scene(looks))
      for (const [format, layers] of [['png', 1], ['mvt', 6]] as const) {
        const tiles = { format, minzoom: 2, maxzoom: 10, bounds, vector_layers: [{ id: 'land' }, { id: '水' }] }
        const style = buildStyle(scene({ ...looks, ground: { name: 'own', tiles } }))
        expect(validateStyleMin(style as never).map((error) => error.message)).toEqual([])
        expect(style.sources.basemap.tiles).toEqual([`http://city.test/basemaps/own/{z}/{x}/{y}.${format}`])
        expect(style.layers.length).toBe(plain.layers.length + layers)
        expect(style.layers.slice(1, 1 + layers).every(({ source }) => source === 'basemap')).toBe(true)
        expect(style.layers.filter(({ source }) => source !== 'basemap')).toEqual(plain.layers)
      }
    }
  })

  it('asks only this server, and never for what may only be counted', () => {
    const text = JSON.stringify(buildStyle(scene()))
    expect([...text.matchAll(/https?:\/\/[^/"]+/g)].every(([host]) => host === 'http://city.test')).toBe(true)
    expect(text).not.toContain('persons')
  })

  it('moves a filtered base layer to a source of its own', () => {
    const style = buildStyle(scene({ filters: { roads: "class = 'trunk'" } }))
    expect(style.sources['t-roads'].tiles).toEqual(["http://city.test/tiles/roads/{z}/{x}/{y}.mvt?filter=class%20%3D%20'trunk'"])
  })

  it('gives every drawn layer at least one legend entry with a colour', () => {
    for (const solid of [false, true]) {
      const look = { theme: 'light', language: 'zh', solid, opacity: 1 } as const
      for (const each of layers) {
        const legend = legendOf(drawLayer(each, { id: 's', layer: each.id }, look), each, 'zh')
        expect(legend.length, each.id).toBeGreaterThan(0)
        for (const entry of legend) expect(entry.colour, `${each.id}: ${entry.text}`).toMatch(/^#[0-9a-f]{6}$/)
      }
    }
  })

  it('names every code of a layer exactly once in its legend', () => {
    const look = { theme: 'light', language: 'zh', solid: false, opacity: 1 } as const
    const sites = layers.find(({ id }) => id === 'sites')!
    const legend = legendOf(drawLayer(sites, { id: 's', layer: 'sites' }, look), sites, 'zh')
    expect(legend.flatMap((entry) => entry.values ?? []).sort()).toEqual(['0701', 'bin', 'lamp', 'mystery', 'residential', 'school'])
  })
})

describe('breaksOf', () => {
  it('is ascending, below the largest count, and copes with equal counts', () => {
    expect(breaksOf([])).not.toEqual([])
    expect(breaksOf([3, 3, 3])).toEqual([])
    const breaks = breaksOf(Array.from({ length: 500 }, (_, i) => i * i))
    expect(breaks).toEqual([...new Set(breaks)].sort((a, b) => a - b))
    expect(breaks.length).toBe(5)
    expect(breaks.at(-1)).toBeLessThan(499 * 499)
  })
})
