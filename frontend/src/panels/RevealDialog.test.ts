import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mount, serve, type Reply } from './mounted.test-helper'
import RevealDialog from './RevealDialog.vue'

const post = 'POST /api/v1/reveal'

describe('revealing a value', () => {
  let dialog: Awaited<ReturnType<typeof mount>>

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
    dialog = await mount(RevealDialog, { layer: 'persons', id: 'p1', field: 'phone', name: '电话', masked: '138****5678' })
  })
  afterEach(() => { dialog.unmount(); vi.unstubAllGlobals(); vi.useRealTimers() })

  const ask = async (reply: Reply) => {
    const asked = serve({ [post]: reply })
    await dialog.fill('[data-field=purpose]', '防汛转移')
    await dialog.submit()
    return asked
  }

  it('needs a purpose, and says it to the server', async () => {
    expect(dialog.one<HTMLButtonElement>('button[type=submit]')?.disabled).toBe(true)
    const asked = await ask({ status: 200, body: { value: '13812345678', watermark: 'li 08:00', seconds: 20 } })
    expect(asked).toEqual([{ key: post, body: { layer: 'persons', id: 'p1', field: 'phone', purpose: '防汛转移' } }])
  })

  it('shows the value under a watermark and forgets it when its time is over', async () => {
    await ask({ status: 200, body: { value: '13812345678', watermark: 'li 08:00', seconds: 20 } })
    expect(dialog.text()).toContain('13812345678')
    expect(dialog.one('[data-part=watermark]')?.textContent).toContain('li 08:00')
    vi.advanceTimersByTime(19_000)
    await dialog.settle()
    expect(dialog.text()).toContain('13812345678')
    vi.advanceTimersByTime(1_250)
    await dialog.settle()
    expect(document.documentElement.innerHTML).not.toContain('13812345678')
    expect(dialog.text()).toContain('已隐藏')
  })

  it('forgets the value when the page is no longer looked at', async () => {
    await ask({ status: 200, body: { value: '13812345678', watermark: 'li 08:00', seconds: 20 } })
    document.dispatchEvent(new Event('visibilitychange'))
    await dialog.settle()
    expect(document.documentElement.innerHTML).not.toContain('13812345678')
  })

  it('says that a request waits for approval', async () => {
    await ask({ status: 202, body: { request: 'r-17' } })
    expect(dialog.one('[data-part=reveal-waiting]')?.textContent).toContain('r-17')
  })

  it('explains a refusal, and how long to wait after too many', async () => {
    await ask({ status: 403, body: { type: '/problems/forbidden' } })
    expect(dialog.one('[role=alert]')?.textContent).toContain('没有权限')
    await ask({ status: 429, body: { type: '/problems/too-many' }, headers: { 'Retry-After': '90' } })
    expect(dialog.one('[role=alert]')?.textContent).toContain('1:30')
  })
})
