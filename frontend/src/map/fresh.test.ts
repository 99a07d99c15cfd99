import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { MapLibreMap } from './engine'
import { jitterMs, keepFresh, quietMs } from './fresh'
import { Stale, type TileID } from './stale'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

const tile = (text: string): TileID => {
  const [z, x, y] = text.split('/').map(Number)
  return { z, x, y }
}
const text = ({ z, x, y }: TileID) => `${z}/${x}/${y}`

/** A change of one place as the stream names it: the tiles of zooms 12 to 16 with it. */
function place(x: number, y: number): string[] {
  return [12, 13, 14, 15, 16].map((z) => `${z}/${x >> (16 - z)}/${y >> (16 - z)}`)
}

it('finds the tiles above and below what has changed, at any zoom', () => {
  const stale = new Stale()
  stale.change(place(53_000, 24_000))
  const at = (z: number) => (z <= 16 ? tile(`${z}/${53_000 >> (16 - z)}/${24_000 >> (16 - z)}`) : tile(`${z}/${53_000 << (z - 16)}/${24_000 << (z - 16)}`))
  for (let z = 0; z <= 20; z++) {
    const beside = { ...at(z), x: at(z).x + (z > 16 ? 1 << (z - 16) : 1) }
    expect(stale.of([at(z)]).map(text), `zoom ${z}`).toEqual([text(at(z))])
    expect(stale.of([beside]), `beside at zoom ${z}`).toEqual([])
    expect(stale.of([beside], true).map(text), `a wide one beside at zoom ${z}`).toEqual([text(beside)])
    expect(stale.of([{ ...beside, x: beside.x + (z > 16 ? 1 << (z - 16) : 1) }], true), `two away at zoom ${z}`).toEqual([])
  }
})

it('knows what was asked for since, each zoom for itself', () => {
  const stale = new Stale()
  stale.change(place(53_000, 24_000))
  const low = tile(`12/${53_000 >> 4}/${24_000 >> 4}`)
  const high = tile('16/53000/24000')
  stale.ask(stale.of([high]))
  expect(stale.of([high])).toEqual([])
  expect(stale.of([low]).map(text)).toEqual([text(low)])
  stale.change(place(53_000, 24_000))
  expect(stale.of([high]).map(text)).toEqual([text(high)])
})

it('takes everything for changed when too much has', () => {
  const stale = new Stale()
  const anywhere = tile('14/1/1')
  expect(stale.of([anywhere])).toEqual([])
  for (let i = 0; i < 5000; i++) stale.change(place(i, 2 * i + 30_000))
  expect(stale.of([anywhere]).map(text)).toEqual(['14/1/1'])
  stale.ask([anywhere])
  expect(stale.of([anywhere])).toEqual([])
})

function fakeMap(visible: string[]) {
  const asked: string[][] = []
  const handlers = new Map<string, () => void>()
  const state = { visible, loaded: true, asked, move: () => handlers.get('moveend')?.() }
  const map = {
    getSource: (id: string) => (id === 't-lamps' ? { minzoom: 0, maxzoom: 16 } : undefined),
    coveringTiles: () => state.visible.map((id) => ({ canonical: tile(id) })),
    isSourceLoaded: () => state.loaded,
    refreshTiles: (_: string, tiles: TileID[]) => { asked.push(tiles.map(text)) },
    on: (name: string, handler: () => void) => handlers.set(name, handler),
    off: (name: string) => handlers.delete(name),
  }
  return Object.assign(state, { map: map as unknown as MapLibreMap, handlers })
}

it('asks for visible changed tiles soon, and then once a second however much changes', () => {
  const { map, asked } = fakeMap(['14/13250/6000', '14/13251/6000'])
  const fresh = keepFresh(map, () => false)
  for (let ms = 0; ms < 10_000; ms += 50) {
    fresh.changed('t-lamps', place(53_000, 24_000))
    vi.advanceTimersByTime(50)
  }
  expect(asked[0]).toEqual(['14/13250/6000'])
  expect(asked.length).toBeGreaterThanOrEqual(Math.floor(10_000 / (quietMs + jitterMs)))
  expect(asked.length).toBeLessThanOrEqual(1 + 10_000 / quietMs)
  const before = asked.length
  vi.advanceTimersByTime(10_000)
  expect(asked.length - before).toBeLessThanOrEqual(1)
  fresh.stop()
})

it('waits for a slow server, and for the map to be moved to what has changed', () => {
  const state = fakeMap(['14/13250/6000'])
  const fresh = keepFresh(state.map, () => false)
  state.loaded = false
  fresh.changed('t-lamps', place(53_000, 24_000))
  vi.advanceTimersByTime(5000)
  expect(state.asked).toEqual([])
  state.loaded = true
  vi.advanceTimersByTime(quietMs + jitterMs)
  expect(state.asked).toEqual([['14/13250/6000']])
  fresh.changed('t-lamps', place(40_000, 24_000))
  vi.advanceTimersByTime(5000)
  expect(state.asked.length).toBe(1)
  state.visible = ['14/10000/6000']
  state.move()
  vi.advanceTimersByTime(quietMs)
  expect(state.asked[1]).toEqual(['14/10000/6000'])
  fresh.stop()
  expect(state.handlers.size).toBe(0)
})
