import { describe, expect, it } from 'vitest'
import { Problem } from '@/api/http'
import { newItem, type Item, type ReportWork } from './item'
import { isEditable, reopened, retried, submitted } from './machine'
import { drain, type Surroundings } from './sender'
import { Device, dice, FakeServer, Killed, Turns } from './world.test-helper'

const base = Number(process.env.WUTU_SEED ?? 1)
const report = (description: string): ReportWork => ({ kind: 'report', class: '0107', className: '', description, lon: 111.3, lat: 30.7, accuracy: 8, source: 'gps', channel: 'gridworker' })

function picture(key: string) {
  return { key, bytes: 1, width: 1, height: 1, at: '2026-09-28T01:00:00Z' }
}

/** A city, a device and pages that come and go; everything that happens follows from the seed. */
function world(seed: number) {
  const roll = dice(seed)
  const turns = new Turns(roll)
  const device = new Device()
  const server = new FakeServer(roll)
  let clock = 1_000_000
  let keys = 0
  let holder: number | null = null
  const page = (n: number, locks: boolean): Surroundings => {
    const step = () => turns.step(n)
    return {
      shelf: device.shelf(step), server: server.api(step), now: () => clock++, newKey: () => `n${keys++}`, progress: () => undefined, changed: () => undefined,
      alone: async (work) => {
        while (locks && holder !== null) await step()
        if (locks) holder = n
        try {
          await work()
        } finally {
          if (holder === n) holder = null
        }
      },
    }
  }
  return { roll, turns, device, server, page, tick: (ms: number) => { clock += ms }, clock: () => clock++ }
}

type World = ReturnType<typeof world>

/** Drains in page n; a killed page is gone without a trace. */
function run(w: World, n: number, locks: boolean): { over: boolean } {
  const state = { over: false }
  void drain(w.page(n, locks), 'me').catch((error: unknown) => { if (!(error instanceof Killed)) throw error }).finally(() => { state.over = true })
  return state
}

/** Pages open, are killed and open again while reports and steps are handed in over a bad line. */
async function live(seed: number, locks: boolean): Promise<{ w: World; made: Item[] }> {
  const w = world(seed)
  const made: Item[] = []
  w.server.events.set('case', { version: 1, steps: [], photos: [], body: '' })
  w.server.trouble = 0.1 + 0.5 * w.roll()
  const pages = new Map<number, { over: boolean }>()
  let pageNumber = 0
  let lastStep: string | undefined
  for (let turn = 0; turn < 260; turn++) {
    if (made.length < 6 && w.roll() < 0.06) {
      const id = `d${made.length}`
      const work = w.roll() < 0.5 ? report(id) : { kind: 'step' as const, case: 'case', caseName: '', step: `s${made.length}`, title: { zh: '', en: '' }, version: '1', after: lastStep, input: { note: id } }
      if (work.kind === 'step') lastStep = id
      const item = newItem(id, 'me', work, w.clock())
      item.pictures = Array.from({ length: Math.floor(w.roll() * 3) }, (_, i) => picture(`${id}-${i}`))
      item.pictures.forEach(({ key }) => w.device.blobs.set(key, new Blob([key])))
      const waiting = submitted(item, w.clock())
      w.device.rows.set(id, waiting)
      made.push(waiting)
    }
    if (pages.size < 2 && w.roll() < 0.3) pages.set(++pageNumber, run(w, pageNumber, locks))
    for (const [n, state] of pages) {
      if (!state.over && w.roll() < 0.02) w.turns.kill(n)
      if (state.over) pages.delete(n)
    }
    w.tick(Math.floor(w.roll() * 3000))
    await w.turns.once()
  }
  w.server.trouble = 0
  for (let round = 0; round < 60; round++) {
    w.tick(600_000)
    const state = run(w, ++pageNumber, locks)
    while (!state.over) if (!(await w.turns.once())) await Promise.resolve()
  }
  return { w, made }
}

describe('the outbox', () => {
  for (const locks of [true, false]) {
    it(`makes one event of each report and takes each step once and in order, whatever happens (${locks ? 'pages wait for each other' : 'pages send at once'})`, async () => {
      for (let seed = base; seed < base + 150; seed++) {
        const { w, made } = await live(seed, locks)
        const events = [...w.server.events].filter(([id]) => id !== 'case')
        const reports = made.filter(({ work }) => work.kind === 'report')
        const steps = made.filter(({ work }) => work.kind === 'step')
        const why = `seed ${seed}`
        expect(events.map(([, { body }]) => (JSON.parse(body) as { description: string }).description).sort(), why).toEqual(reports.map(({ id }) => id).sort())
        expect(w.server.events.get('case')?.steps.map(({ key }) => key), why).toEqual(steps.map(({ id }) => id))
        for (const item of made) {
          const now = w.device.rows.get(item.id)
          expect(now?.state, `${why} ${item.id}`).toBe('done')
          if (item.work.kind !== 'report') continue
          const event = w.server.events.get(now?.answer?.id ?? '')
          expect(event?.photos, why).toEqual(item.pictures.map(({ key }) => w.server.photos.get(key)))
          expect((JSON.parse(event?.body ?? '{}') as { description: string }).description, why).toBe(item.id)
        }
      }
    }, 20_000)
  }

  it('keeps what the server refuses, with the reason, and holds up only its own case', async () => {
    const w = world(3)
    w.server.events.set('case', { version: 4, steps: [], photos: [], body: '' })
    const steps = ['a', 'b'].map((id, i) => submitted(newItem(id, 'me', { kind: 'step', case: 'case', caseName: '', step: 'confirm', title: { zh: '', en: '' }, version: '1', after: i ? 'a' : undefined, input: { note: id } }, i), 0))
    for (const item of [...steps, submitted(newItem('r', 'me', report('r'), 9), 0)]) w.device.rows.set(item.id, item)
    const finish = async (n: number) => { const state = run(w, n, true); while (!state.over) await w.turns.once() }
    await finish(1)
    expect(w.device.rows.get('a')).toMatchObject({ state: 'failed', doubt: false, failure: { kind: 'conflict', status: 409 }, work: { input: { note: 'a' } } })
    expect(w.device.rows.get('b')?.state).toBe('waiting')
    expect(w.device.rows.get('r')?.state).toBe('done')
    w.device.rows.set('a', retried(w.device.rows.get('a') as Item, 0, '4'))
    await finish(2)
    expect(w.server.events.get('case')?.steps.map(({ key }) => key)).toEqual(['a', 'b'])
  })

  it('sends a supplement for the version that the case has by now', async () => {
    const w = world(4)
    w.server.events.set('case', { version: 7, steps: [], photos: [], body: '' })
    w.device.rows.set('s', submitted(newItem('s', 'me', { kind: 'step', case: 'case', caseName: '', step: 'supplement', title: { zh: '', en: '' }, version: '2', input: { report: 'still dark' } }, 0), 0))
    const state = run(w, 1, true)
    while (!state.over) await w.turns.once()
    expect(w.device.rows.get('s')?.state).toBe('done')
    expect(w.server.events.get('case')?.version).toBe(8)
  })

  it('sends pictures again that the server no longer has', async () => {
    const w = world(5)
    const item = newItem('r', 'me', report('r'), 0)
    item.pictures = [{ ...picture('k'), kept: 'gone' }]
    w.device.blobs.set('k', new Blob(['k']))
    w.device.rows.set('r', submitted(item, 0))
    const state = run(w, 1, true)
    while (!state.over) await w.turns.once()
    expect(w.device.rows.get('r')?.state).toBe('done')
    expect(w.server.events.get('e1')?.photos).toEqual(['p1'])
  })

  it('sends nothing of another account, and lets nobody change what the server may have', async () => {
    const w = world(6)
    w.device.rows.set('r', submitted(newItem('r', 'somebody else', report('r'), 0), 0))
    const state = run(w, 1, true)
    while (!state.over) await w.turns.once()
    expect(w.server.posts).toBe(0)
    const doubtful: Item = { ...(w.device.rows.get('r') as Item), doubt: true }
    expect(isEditable(doubtful)).toBe(false)
    expect(reopened(doubtful, 1)).toBe(doubtful)
  })

  it('stops at a line that is down, and where signing in is needed', async () => {
    for (const [problem, over] of [[new Problem('offline', 0, ''), 'offline'], [new Problem('unauthorized', 401, ''), 'signin']] as const) {
      const device = new Device()
      const none = () => Promise.resolve()
      device.rows.set('r', submitted(newItem('r', 'me', report('r'), 0), 0))
      const refuse = () => Promise.reject(problem)
      const s: Surroundings = { shelf: device.shelf(none), server: { upload: refuse, post: refuse, look: refuse }, now: () => 5, newKey: () => 'n', alone: (work) => work(), progress: () => undefined, changed: () => undefined }
      expect(await drain(s, 'me')).toEqual({ over })
      expect(device.rows.get('r')).toMatchObject({ state: 'waiting', doubt: true, tries: 1 })
    }
  })
})
