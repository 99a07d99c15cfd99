import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mount, serve } from '@/panels/mounted.test-helper'
import SignInForm from './SignInForm.vue'

const post = 'POST /api/v1/session'
const refused = { status: 401, body: { type: '/problems/unauthorized' } }
const wanted = { status: 401, body: { type: '/problems/unauthorized', second_factor: true } }
const accepted = { status: 200, body: { id: 'li', csrf: 't' } }

describe('signing in', () => {
  let form: Awaited<ReturnType<typeof mount>>
  const done = vi.fn()

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    done.mockReset()
    form = await mount(SignInForm, { onDone: done })
  })
  afterEach(() => { form.unmount(); vi.unstubAllGlobals(); vi.useRealTimers() })

  const enter = async (account = 'li', password = 'pw') => {
    await form.fill('#account', account)
    await form.fill('#password', password)
    await form.submit()
  }

  it('asks for both before anything is sent', async () => {
    const asked = serve({})
    await form.fill('#account', 'li')
    await form.submit()
    expect(asked).toEqual([])
    expect(form.text()).toContain('请填写账号和密码')
  })

  it('says the same of an unknown account and a wrong password', async () => {
    serve({ [post]: refused })
    await enter()
    expect(form.one('[role=alert]')?.textContent).toBe('账号或密码不正确')
    expect(done).not.toHaveBeenCalled()
  })

  it('asks for the code when one is wanted, and again when it is wrong', async () => {
    const asked = serve({ [post]: [wanted, wanted, accepted] })
    await enter()
    expect(form.one('#code')).not.toBeNull()
    expect(form.one('[role=alert]')).toBeNull()
    await form.fill('#code', '123 456')
    await form.submit()
    expect(form.text()).toContain('验证码不正确')
    await form.fill('#code', '654321')
    await form.submit()
    expect(asked.map(({ body }) => body)).toEqual([{ account: 'li', password: 'pw' }, { account: 'li', password: 'pw', code: '123456' }, { account: 'li', password: 'pw', code: '654321' }])
    expect(done).toHaveBeenCalledWith(accepted.body, 'pw')
  })

  it('counts down while the account is locked and sends nothing meanwhile', async () => {
    const asked = serve({ [post]: { status: 429, body: { type: '/problems/too-many' }, headers: { 'Retry-After': '61' } } })
    await enter()
    expect(form.one('[data-part=locked]')?.textContent).toContain('1:01')
    expect(form.one<HTMLButtonElement>('button[type=submit]')?.disabled).toBe(true)
    vi.advanceTimersByTime(2000)
    await form.settle()
    expect(form.one('[data-part=locked]')?.textContent).toContain('0:59')
    vi.advanceTimersByTime(60_000)
    await form.settle()
    expect(form.one<HTMLButtonElement>('button[type=submit]')?.disabled).toBe(false)
    expect(asked.length).toBe(1)
  })
})
