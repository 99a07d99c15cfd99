import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mount, serve } from '@/panels/mounted.test-helper'
import SessionWatch from './SessionWatch.vue'
import { signInAgain } from './lost'

vi.mock('./lost', () => ({ signInAgain: vi.fn() }))

const start = Date.parse('2026-11-21T08:00:00Z')
const session = { account: 'li', csrf: 't', expires: '2026-11-21T20:00:00Z', idle_s: 600, second_factor: true, must_change_password: false }
const get = 'GET /api/v1/session'
const end = 'DELETE /api/v1/session'

describe('the watch over a session', () => {
  let watch: Awaited<ReturnType<typeof mount>>
  let asked: { key: string }[]
  const times = (key: string) => asked.filter((each) => each.key === key).length

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: start })
    vi.mocked(signInAgain).mockReset()
    asked = serve({ [get]: { status: 200, body: session }, [end]: { status: 204 } })
    watch = await mount(SessionWatch, {})
  })
  afterEach(() => { watch.unmount(); vi.unstubAllGlobals(); vi.useRealTimers() })

  const pass = async (seconds: number) => {
    vi.advanceTimersByTime(seconds * 1000)
    await watch.settle()
  }

  it('warns before an idle session ends, and goes on when somebody answers', async () => {
    await pass(479)
    expect(watch.one('[data-action=stay]')).toBeNull()
    await pass(2)
    expect(watch.one('[data-action=stay]')).not.toBeNull()
    expect(watch.text()).toContain('1:59')
    watch.one('[data-action=stay]')?.click()
    await watch.settle()
    expect(watch.one('[data-action=stay]')).toBeNull()
    expect(times(get), 'the server is told').toBe(2)
    await pass(400)
    expect(signInAgain).not.toHaveBeenCalled()
  })

  it('ends it on the server and leads to the sign-in page when nobody does', async () => {
    await pass(601)
    await watch.settle()
    expect(times(end)).toBe(1)
    expect(signInAgain).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'expired')
    await pass(60)
    expect(times(end), 'once').toBe(1)
  })

  it('takes reading as use, and tells the server now and then', async () => {
    for (let i = 0; i < 20; i++) {
      await pass(100)
      window.dispatchEvent(new Event('pointermove'))
    }
    expect(watch.one('[data-action=stay]')).toBeNull()
    expect(times(end)).toBe(0)
    expect(times(get)).toBeGreaterThan(5)
    expect(times(get)).toBeLessThan(20)
  })

  it('asks nothing of the server while nobody is there', async () => {
    await pass(470)
    expect(times(get)).toBe(1)
  })

  it('does not take a nudge of the mouse for an answer to its warning', async () => {
    await pass(500)
    window.dispatchEvent(new Event('pointermove'))
    await pass(101)
    expect(signInAgain).toHaveBeenCalledOnce()
  })
})
