import { describe, expect, it } from 'vitest'
import { seeded } from '@/model/seeded.test-helper'
import { closed, decodeBeside, encodeBeside, hotDays, spans, speeds, type Beside } from './beside'

const seed = Number(process.env.WUTU_SEED ?? Date.now() % 1e9)

function random(next: () => number): Beside {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]
  const minute = 60_000
  const beside: Beside = { ...closed, overlay: pick(['points', 'heat', 'cluster']), drill: pick([null, '', '420502', '420502001014010']), hot: pick([0, ...hotDays]) }
  if (next() < 0.5) return beside
  const hours = pick(spans)
  const replay = (29_000_000 + Math.floor(next() * 1e6)) * minute
  const inside = () => replay - Math.floor(next() * hours * 60) * minute
  const [a, b] = [inside(), inside()].sort((x, y) => x - y)
  return { ...beside, replay, hours, at: inside(), speed: pick(speeds), brush: a < b && next() < 0.5 ? [a, b] : null }
}

describe('what lies beside the map, in the address', () => {
  it(`survives a round trip (seed ${seed})`, () => {
    const next = seeded(seed)
    for (let i = 0; i < 2000; i++) {
      const beside = random(next)
      expect(decodeBeside(encodeBeside(beside)), encodeBeside(beside)).toEqual(beside)
    }
  })

  it(`is whole again after damage (seed ${seed})`, () => {
    const next = seeded(seed + 1)
    for (let i = 0; i < 2000; i++) {
      const text = encodeBeside(random(next))
      const at = Math.floor(next() * (text.length + 1))
      const damaged = text.slice(0, at) + ['', '~', '.', 'x', '99999999999', '-1', '\u0000'][Math.floor(next() * 7)] + text.slice(at + Math.floor(next() * 3))
      const once = decodeBeside(damaged)
      expect(decodeBeside(encodeBeside(once)), damaged).toEqual(once)
      if (once.replay > 0) expect(once.at).toBeGreaterThanOrEqual(once.replay - once.hours * 3_600_000)
    }
  })

  it('is nothing by default', () => {
    expect(encodeBeside(closed)).toBe('')
    expect(decodeBeside('')).toEqual(closed)
  })
})
