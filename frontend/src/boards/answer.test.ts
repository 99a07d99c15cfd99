import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { restMs, throttled } from './answer'

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
