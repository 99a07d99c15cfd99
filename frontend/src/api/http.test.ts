import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { getMe } from './catalog'
import { fileName } from './exports'
import { forgetSession, onSessionLost, Problem, query, request, setAccessKey, setToken } from './http'
import { signIn, signOut } from './session'

interface Sent { path: string; method: string; headers: Record<string, string>; body: unknown }
const sent: Sent[] = []

/** Answers every request the same way and keeps what was asked. */
function answer(status: number, body?: unknown, headers: Record<string, string> = {}): void {
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    sent.push({ path, method: init.method ?? '', headers: init.headers as Record<string, string>, body: init.body ? JSON.parse(String(init.body)) : undefined })
    return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status, headers }))
  })
}
const last = () => sent[sent.length - 1]

beforeEach(() => { sent.length = 0; forgetSession(); setAccessKey('') })
afterEach(() => { vi.unstubAllGlobals(); onSessionLost(() => undefined) })

describe('the token of a session', () => {
  it('goes with everything that changes something, and with nothing else', async () => {
    answer(200, { id: 'a', csrf: 'secret' })
    await getMe()
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      await request('/x', { method })
      expect(last().headers['X-CSRF-Token'], method).toBe('secret')
    }
    for (const method of [undefined, 'GET', 'HEAD']) {
      await request('/x', { method })
      expect(last().headers, method).not.toHaveProperty('X-CSRF-Token')
    }
  })

  it('is not sent beside a key, which needs none', async () => {
    setToken('secret')
    setAccessKey('wutu_k')
    answer(200, {})
    await request('/x', { method: 'POST' })
    expect(last().headers).not.toHaveProperty('X-CSRF-Token')
    expect(last().headers.Authorization).toBe('Bearer wutu_k')
  })

  it('comes with signing in and goes with signing out', async () => {
    answer(200, { id: 'a', csrf: 'fresh' })
    await signIn('a', 'b')
    expect(last().body).toEqual({ account: 'a', password: 'b' })
    answer(204)
    await signOut()
    expect(last().headers['X-CSRF-Token']).toBe('fresh')
    await request('/x', { method: 'POST' })
    expect(last().headers).not.toHaveProperty('X-CSRF-Token')
  })

  it('is forgotten when the subject turns out to have no session', async () => {
    setToken('old')
    answer(200, { id: 'demo' })
    await getMe()
    await request('/x', { method: 'POST' })
    expect(last().headers).not.toHaveProperty('X-CSRF-Token')
  })
})

describe('a lost session', () => {
  it('is noticed when somebody who was signed in no longer is, once, and not by those who left', async () => {
    const lost = vi.fn()
    onSessionLost(lost)
    answer(200, { id: 'demo' })
    await getMe()
    expect(lost, 'never signed in').not.toHaveBeenCalled()
    answer(200, { id: 'li', csrf: 't' })
    await getMe()
    answer(200, { id: 'demo' })
    await getMe()
    await getMe()
    expect(lost).toHaveBeenCalledOnce()
    answer(200, { id: 'li', csrf: 't' })
    await getMe()
    answer(204)
    await signOut()
    answer(200, { id: 'demo' })
    await getMe()
    expect(lost).toHaveBeenCalledOnce()
  })

  it('is noticed by a 401 in a session only, not while signing in', async () => {
    const lost = vi.fn()
    onSessionLost(lost)
    answer(401, { type: '/problems/unauthorized' })
    await expect(request('/x')).rejects.toThrow(Problem)
    expect(lost).not.toHaveBeenCalled()
    await expect(getMe()).rejects.toThrow(Problem)
    expect(lost, 'a cookie of a session that is over').toHaveBeenCalledOnce()
    lost.mockReset()
    setToken('secret')
    await expect(signIn('a', 'b')).rejects.toThrow(Problem)
    expect(lost).not.toHaveBeenCalled()
    await expect(request('/x')).rejects.toThrow(Problem)
    expect(lost).toHaveBeenCalledOnce()
  })
})

describe('problems', () => {
  it('carry their kind, the time to wait and what the server added', async () => {
    answer(429, { type: '/problems/too-many', detail: 'slow down' }, { 'Retry-After': '90' })
    const problem = await request<unknown>('/x').catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: 'too-many', status: 429, retryAfter: 90, detail: 'slow down' })
    answer(401, { type: '/problems/unauthorized', second_factor: true })
    expect(await request<unknown>('/x').catch((error: unknown) => error)).toMatchObject({ extra: { second_factor: true } })
  })

  it('are told apart from an answer without content', async () => {
    answer(204)
    expect(await request('/x', { method: 'DELETE' })).toBeUndefined()
  })
})

it('leaves empty parts of a query out', () => {
  expect(query({ a: 'x y', b: undefined, c: '', d: 0 })).toBe('?a=x+y&d=0')
})

it('reads file names of both forms and refuses broken ones', () => {
  expect(fileName('attachment; filename="a.csv"')).toBe('a.csv')
  expect(fileName(`attachment; filename="x"; filename*=UTF-8''%E4%BC%81%E4%B8%9A.csv`)).toBe('企业.csv')
  expect(fileName("attachment; filename*=UTF-8''%E4%A")).toBe('')
  expect(fileName(null)).toBe('')
})
