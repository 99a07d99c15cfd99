import { call } from '../http'
import type { Title } from '../types'

export interface Account {
  id: string
  name: Title
  role: string
  department?: string
  region?: string
  cleared?: boolean
  purposes?: string[] | null
  layers?: string[] | null
  enabled: boolean
  /** Disabled for ever. */
  closed?: boolean
  demo?: boolean
  locked_until?: string | null
  second_factor?: boolean
  must_change_password?: boolean
  last_sign_in?: string | null
  created?: string
}

export interface Rights { role: string; region: string; cleared: boolean; purposes: string[]; layers: string[] | null }

export async function listAccounts(): Promise<Account[]> {
  return (await call('GET /api/v1/admin/accounts')).accounts
}

/** Makes an account; the answer holds its one-time password. */
export const createAccount = (account: { id: string; name: Title; department?: string }) =>
  call('POST /api/v1/admin/accounts', { body: account })

export const changeAccount = (id: string, change: { name?: Title; department?: string; enabled?: boolean }) =>
  call('PATCH /api/v1/admin/accounts/{id}', { path: { id }, body: change })

export const unlockAccount = (id: string) => call('POST /api/v1/admin/accounts/{id}/unlock', { path: { id } })
export const resetPassword = (id: string) => call('POST /api/v1/admin/accounts/{id}/reset-password', { path: { id } })
/** Disables an account for ever; its id is never given again. */
export const closeAccount = (id: string) => call('DELETE /api/v1/admin/accounts/{id}', { path: { id } })
export const setRights = (id: string, rights: Rights) => call('PATCH /api/v1/admin/accounts/{id}/rights', { path: { id }, body: rights })

export type UsageBy = 'key' | 'layer' | 'route' | 'role'
export interface UsageRow { key: string; requests: number; rows: number; bytes: number; refused: number; last?: string | null }

export async function getUsage(from: string, to: string, by: UsageBy): Promise<UsageRow[]> {
  return (await call('GET /api/v1/admin/usage', { query: { from, to, by } })).rows
}
