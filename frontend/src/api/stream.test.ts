import { afterEach, expect, it, vi } from 'vitest'
import { forgetSession, onSessionLost, setToken } from './http'
import { followStream, type LiveState } from './stream'

afterEach(() => { vi.unstubAllGlobals(); vi.useRealTimers(); onSessionLost(() => undefined); forgetSession() })

it('notices that the session it follows the city in is over', async () => {
  const lost = vi.fn()
  const states: LiveState[] = []
  onSessionLost(lost)
  setToken('t')
  vi.stubGlobal('fetch', (path: string) => Promise.resolve(path.startsWith('/api/v1/stream') ? new Response(null, { status: 401 }) : new Response(JSON.stringify({ id: 'demo' }))))
  const stop = followStream(['events'], { changes: () => undefined, reset: () => undefined, state: (state) => states.push(state) })
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce())
  stop()
  expect(states).not.toContain('live')
})
