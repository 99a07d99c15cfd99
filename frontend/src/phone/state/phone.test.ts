import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { getMe } from '@/api/catalog'
import { Problem } from '@/api/http'
import { signOut } from '@/api/session'
import type { Me } from '@/api/types'
import { pack, unpackOthers } from '../device/pack'
import { leavingName, usePhone } from './phone'

vi.mock('@/api/catalog', () => ({ getMe: vi.fn(), getCity: vi.fn(async () => ({})) }))
vi.mock('@/api/session', () => ({ signOut: vi.fn(async () => undefined) }))
vi.mock('../device/pack', () => ({ pack: vi.fn(async () => undefined), packed: vi.fn(async () => undefined), unpackOthers: vi.fn(async () => undefined) }))

const person = (id: string, session?: boolean) => ({ id, name: { zh: id, en: id }, role: 'gridworker', demo: false, cleared: false, layers: [], session }) as Me
const offline = new Problem('offline', 0, '')

beforeEach(() => {
  setActivePinia(createPinia())
  localStorage.clear()
  vi.clearAllMocks()
})

describe('who works with the phone', () => {
  it('stays the account when the session is gone without a word, and nothing is forgotten', async () => {
    const phone = usePhone()
    phone.me = person('wang', true)
    vi.mocked(getMe).mockResolvedValue(person('public'))
    expect(await phone.ask()).toBe(false)
    expect(phone.me?.id).toBe('wang')
    expect(phone.signedOut).toBe(true)
    expect(unpackOthers).not.toHaveBeenCalled()
    expect(pack).not.toHaveBeenCalled()
  })

  it('is whom the server names when nobody was signed in, and when another signs in', async () => {
    const phone = usePhone()
    vi.mocked(getMe).mockResolvedValueOnce(person('demo')).mockResolvedValueOnce(person('demo')).mockResolvedValueOnce(person('wang', true)).mockResolvedValueOnce(person('li', true))
    for (const id of ['demo', 'demo', 'wang', 'li']) {
      expect(await phone.ask()).toBe(true)
      expect(phone.me?.id).toBe(id)
      expect(phone.signedOut).toBe(false)
    }
  })
})

describe('leaving without a line', () => {
  beforeEach(() => localStorage.setItem(leavingName, 'wang'))

  it('ends the session before anything else is asked', async () => {
    vi.mocked(getMe).mockResolvedValueOnce(person('wang', true)).mockResolvedValueOnce(person('public'))
    const phone = usePhone()
    expect(await phone.ask()).toBe(true)
    expect(signOut).toHaveBeenCalledTimes(1)
    expect(phone.me?.id).toBe('public')
    expect(localStorage.getItem(leavingName)).toBeNull()
  })

  it('goes no further while the session cannot be ended', async () => {
    vi.mocked(getMe).mockRejectedValueOnce(offline).mockResolvedValue(person('wang', true))
    vi.mocked(signOut).mockRejectedValueOnce(offline)
    const phone = usePhone()
    expect(await phone.ask()).toBe(false)
    expect(await phone.ask()).toBe(false)
    expect(phone.me).toBeNull()
    expect(localStorage.getItem(leavingName)).toBe('wang')
  })

  it('leaves the session of another alone', async () => {
    vi.mocked(getMe).mockResolvedValue(person('li', true))
    expect(await usePhone().ask()).toBe(true)
    expect(signOut).not.toHaveBeenCalled()
    expect(localStorage.getItem(leavingName)).toBeNull()
  })
})
