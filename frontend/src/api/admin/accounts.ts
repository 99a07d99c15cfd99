import { query, request } from '../http'
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

const at = (id: string) => `/api/v1/admin/accounts/${encodeURIComponent(id)}`

export async function listAccounts(): Promise<Account[]> {
  return (await request<{ accounts: Account[] | null }>('/api/v1/admin/accounts')).accounts ?? []
}

/** Makes an account; the answer holds its one-time password. */
export const createAccount = (account: { id: string; name: Title; department?: string }) =>
  request<Account & { password?: string }>('/api/v1/admin/accounts', { method: 'POST', body: account })

export const changeAccount = (id: string, change: { name?: Title; department?: string; enabled?: boolean }) =>
  request<Account>(at(id), { method: 'PATCH', body: change })

export const unlockAccount = (id: string) => request<unknown>(`${at(id)}/unlock`, { method: 'POST' })
export const resetPassword = (id: string) => request<{ password: string }>(`${at(id)}/reset-password`, { method: 'POST' })
/** Disables an account for ever; its id is never given again. */
export const closeAccount = (id: string) => request<unknown>(at(id), { method: 'DELETE' })
export const setRights = (id: string, rights: Rights) => request<Account>(`${at(id)}/rights`, { method: 'PATCH', body: rights })

export type UsageBy = 'key' | 'layer' | 'route' | 'role'
export interface UsageRow { key: string; requests: number; rows: number; bytes: number; refused: number; last?: string | null }

export async function getUsage(from: string, to: string, by: UsageBy): Promise<UsageRow[]> {
  return (await request<{ rows: UsageRow[] | null }>(`/api/v1/admin/usage${query({ from, to, by })}`)).rows ?? []
}
