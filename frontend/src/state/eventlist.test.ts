import { describe, expect, it } from 'vitest'
import type { Change } from '@/api/eventtypes'
import type { Feature } from '@/api/types'
import { seeded } from '@/model/seeded.test-helper'
import { applyChanges, newestFirst } from './eventlist'

const seed = Number(process.env.WUTU_SEED ?? Date.now() % 1e9)
const open = (feature: Feature) => feature.properties.state !== 'closed'

function event(id: string, minute: number, state: string): Feature {
  return { type: 'Feature', id, geometry: null, properties: { state, reported_at: new Date(minute * 60_000).toISOString() } }
}

describe('applyChanges', () => {
  it(`ends where replaying everything on an empty table ends (seed ${seed})`, () => {
    const random = seeded(seed)
    let list: Feature[] = []
    const table = new Map<string, Feature>()
    for (let round = 0; round < 300; round++) {
      const changes = Array.from({ length: 1 + Math.floor(random() * 4) }, (): Change => {
        const id = `e${Math.floor(random() * 30)}`
        if (random() < 0.2) return { seq: round, layer: 'events', op: 'delete', id }
        return { seq: round, layer: random() < 0.1 ? 'movers' : 'events', op: 'put', id, feature: event(id, Math.floor(random() * 50), random() < 0.3 ? 'closed' : 'reported') }
      })
      for (const change of changes) {
        if (change.layer !== 'events') continue
        if (change.op === 'put') table.set(change.id, change.feature!)
        else table.delete(change.id)
      }
      list = applyChanges(list, changes, open, 1000)
      expect(list).toEqual([...table.values()].filter(open).sort(newestFirst))
    }
  })

  it('keeps the newest when the list is full, and leaves its input alone', () => {
    const before = [event('a', 3, 'reported'), event('b', 1, 'reported')]
    const frozen = structuredClone(before)
    const after = applyChanges(before, [{ seq: 1, layer: 'events', op: 'put', id: 'c', feature: event('c', 2, 'reported') }], open, 2)
    expect(after.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(before).toEqual(frozen)
  })
})
