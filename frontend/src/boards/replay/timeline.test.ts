import { describe, expect, it } from 'vitest'
import { seeded } from '@/model/seeded.test-helper'
import { eventStates, phaseOf } from '@/model/eventstate'
import type { Lived } from '../api'
import { filterAt } from './drawn'
import { countsAt, gapMs, gapsOf, histogram, spellFeatures, stateAt, timelineOf } from './timeline'

const seed = Number(process.env.WUTU_SEED ?? Date.now() % 1e9)
const start = Date.parse('2026-11-20T00:00:00Z')
const end = start + 86_400_000
const iso = (at: number) => new Date(at).toISOString()

function lives(next: () => number): Lived[] {
  return Array.from({ length: 60 }, (_, i) => {
    const times = Array.from({ length: 1 + Math.floor(next() * 6) }, () => start - 3_600_000 + Math.floor(next() * 90_000_000)).sort((a, b) => a - b)
    return { id: `e${i}`, lon: 111 + next(), lat: 30 + next(), class: '0101', states: times.map((at): [string, string] => [iso(at), eventStates[Math.floor(next() * eventStates.length)]]) }
  })
}

/** What the map draws at an instant, by the filter it is given. */
function drawn(events: Lived[], at: number): Map<string, string> {
  const [, low, high] = filterAt(at - start) as unknown as [string, [string, unknown, number], [string, unknown, number]]
  return new Map(spellFeatures(timelineOf(events), start).filter(({ properties }) => Number(properties.t0) <= low[2] && Number(properties.t1) > high[2]).map(({ properties }) => [String(properties.id), String(properties.state)]))
}

describe('a replayed day', () => {
  it(`shows each case in the last state it entered, and none before its report (seed ${seed})`, () => {
    const next = seeded(seed)
    for (let round = 0; round < 20; round++) {
      const events = lives(next)
      for (let i = 0; i < 20; i++) {
        const at = start + Math.floor(next() * 86_400_000)
        const wanted = new Map(events.flatMap((event): [string, string][] => { const state = stateAt(event, at); return state ? [[event.id, state]] : [] }))
        expect(drawn(events, at)).toEqual(wanted)
        const counts = countsAt(timelineOf(events), at)
        expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(wanted.size)
        for (const [phase, n] of Object.entries(counts)) expect([...wanted.values()].filter((state) => phaseOf(state) === phase).length).toBe(n)
      }
    }
  })

  it(`counts every record of the period once (seed ${seed})`, () => {
    const events = lives(seeded(seed + 1))
    const inside = events.flatMap(({ states }) => states).filter(([time]) => Date.parse(time) >= start && Date.parse(time) < end).length
    expect(histogram(timelineOf(events), start, end, 96).reduce((sum, n) => sum + n, 0)).toBe(inside)
  })

  it('says where nothing is known: long silences and what is to come', () => {
    const hour = 3_600_000
    const quiet: Lived[] = [{ id: 'a', lon: 0, lat: 0, class: '', states: [[iso(start + hour), 'reported'], [iso(start + hour + gapMs), 'closed'], [iso(start + 2 * hour + gapMs), 'archived']] }]
    expect(gapsOf(timelineOf(quiet), start, end, start + 8 * hour)).toEqual([[start + hour, start + hour + gapMs], [start + 8 * hour, end]])
    expect(gapsOf(timelineOf([]), start, end, end)).toEqual([[start, end]])
  })
})
