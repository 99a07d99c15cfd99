import { createApp, nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change } from '@/api/eventtypes'
import { restMs, throttled, useAnswer, type Answer } from './answer'

const stream = vi.hoisted(() => ({ tell: (_: Change[]): void => undefined }))
vi.mock('@/state/live', () => ({ useLive: () => ({ listen: (listener: (changes: Change[]) => void) => { stream.tell = listener; return () => undefined } }) }))

describe('asking again after changes', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('happens at once, and once more at the end of the rest if something came in between', () => {
    let asked = 0
    const again = throttled(() => { asked++ }, restMs)
    for (let i = 0; i < 50; i++) again()
    expect(asked).toBe(1)
    vi.advanceTimersByTime(restMs)
    expect(asked).toBe(2)
    vi.advanceTimersByTime(10 * restMs)
    expect(asked).toBe(2)
    again()
    expect(asked).toBe(3)
  })

  it('never happens after it was called off', () => {
    let asked = 0
    const again = throttled(() => { asked++ }, restMs)
    again()
    again()
    again.cancel()
    vi.advanceTimersByTime(10 * restMs)
    expect(asked).toBe(1)
  })

  it('keeps what is shown within a second of the change', () => {
    expect(restMs).toBeLessThan(1000)
  })
})

describe('an answer kept current', () => {
  interface Asked { signal: AbortSignal; give: (value: string) => void; fail: (why: Error) => void }
  let asked: Asked[]
  let scene: string
  let answer: Answer<string>
  let stop: () => void
  const change: Change[] = [{ seq: 1, layer: 'events', op: 'put', id: 'e' }]
  const settle = async () => { for (let i = 0; i < 10; i++) await nextTick() }

  beforeEach(() => {
    vi.useFakeTimers()
    asked = []
    scene = 'city'
    const app = createApp({
      setup() {
        answer = useAnswer((signal) => new Promise<string>((give, fail) => { asked.push({ signal, give, fail }) }), true, () => scene)
        return () => null
      },
    })
    app.mount(document.createElement('div'))
    stop = () => app.unmount()
  })
  afterEach(() => { stop(); vi.useRealTimers() })

  it('comes however slow it is while changes go on, and is asked for once more at its end', async () => {
    void answer.load()
    for (let i = 0; i < 20; i++) {
      stream.tell(change)
      await vi.advanceTimersByTimeAsync(restMs)
    }
    expect(asked.length).toBe(1)
    expect(asked[0].signal.aborted).toBe(false)
    asked[0].give('first')
    await vi.advanceTimersByTimeAsync(restMs)
    expect(answer.data.value).toBe('first')
    expect(asked.length).toBe(2)
    asked[1].give('second')
    await vi.advanceTimersByTimeAsync(3 * restMs)
    expect(answer.data.value).toBe('second')
    expect(asked.length).toBe(2)
  })

  it('says that the server fails while it shows what was true before, and stops saying so', async () => {
    void answer.load(true)
    asked[0].give('first')
    await settle()
    expect(answer.failing.value).toBe(false)
    void answer.load(true)
    asked[1].fail(new Error('down'))
    await settle()
    expect([answer.failing.value, answer.status.value, answer.data.value]).toEqual([true, 'ready', 'first'])
    void answer.load(true)
    asked[2].give('third')
    await settle()
    expect([answer.failing.value, answer.data.value]).toEqual([false, 'third'])
  })

  it('keeps what it is about: another question gives up the first, and its data are of the old one until then', async () => {
    void answer.load(true)
    asked[0].give('of the city')
    await settle()
    void answer.load(true)
    scene = 'district'
    void answer.load(true)
    expect(asked[1].signal.aborted).toBe(true)
    asked[1].give('late')
    await settle()
    expect([answer.about.value, answer.data.value]).toEqual(['city', 'of the city'])
    asked[2].give('of the district')
    await settle()
    expect([answer.about.value, answer.data.value]).toEqual(['district', 'of the district'])
  })
})
