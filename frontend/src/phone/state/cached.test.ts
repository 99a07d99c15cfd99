import { afterEach, expect, it, vi } from 'vitest'
import { createApp, ref, type Ref } from 'vue'
import { useMinute, useReturn } from './cached'

afterEach(() => { vi.useRealTimers() })

it('what is older than a minute is read again when the page comes back, and no more once it is gone', () => {
  vi.useFakeTimers({ now: 1_000_000 })
  const cached = { at: ref(1_000_000), fresh: ref(true), load: vi.fn(async () => undefined) }
  const shown: { minute?: Ref<number> } = {}
  const app = createApp({ setup: () => { useReturn(cached); shown.minute = useMinute(); return () => null } })
  app.mount(document.createElement('div'))
  const back = () => document.dispatchEvent(new Event('visibilitychange'))
  back()
  expect(cached.load).not.toHaveBeenCalled()
  expect(cached.fresh.value).toBe(true)
  vi.advanceTimersByTime(60_001)
  expect(shown.minute?.value).toBe(1_060_000)
  back()
  expect(cached.load).toHaveBeenCalledTimes(1)
  expect(cached.fresh.value).toBe(false)
  app.unmount()
  back()
  expect(cached.load).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
})
