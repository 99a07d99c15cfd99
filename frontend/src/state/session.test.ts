import { expect, it } from 'vitest'
import type { Session } from '@/api/session'
import type { Me } from '@/api/types'
import { unready } from './session'

const me = (role: string, id = 'li'): Me => ({ id, name: { zh: '', en: '' }, role, demo: false, cleared: false, layers: ['*'], session: true })
const session = (part: Partial<Session> = {}): Session => ({ account: 'li', csrf: 't', expires: '', idle_s: 1800, second_factor: false, must_change_password: false, ...part })

it('asks for a password first, then administrators for a second factor, and nobody for more', () => {
  expect(unready(me('planner'), session())).toBe('')
  expect(unready(me('planner'), session({ must_change_password: true }))).toBe('password')
  for (const role of ['sysadmin', 'secadmin', 'auditor']) {
    expect(unready(me(role), session({ must_change_password: true }))).toBe('password')
    expect(unready(me(role), session())).toBe('factor')
    expect(unready(me(role), session({ second_factor: true }))).toBe('')
    expect(unready(me(role, `demo-${role}`), session())).toBe('')
  }
  expect(unready(me('sysadmin'), null)).toBe('')
})
