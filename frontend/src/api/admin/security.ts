import { call, type Given } from '../http'
import type { Title } from '../types'

export interface Key {
  id: string
  name: string | Title
  role: string
  region?: string
  layers?: string[] | null
  fields?: string[] | null
  classes?: string[] | null
  from?: string | null
  to?: string | null
  purpose?: string
  expires?: string | null
  quota_per_minute?: number
  quota_per_day?: number
  created?: string
  last_used?: string | null
  demo?: boolean
  revoked?: string | null
}
export type NewKey = Omit<Key, 'id' | 'name' | 'created' | 'last_used' | 'demo' | 'revoked'> & { name: string }

export async function listKeys(): Promise<Key[]> {
  return (await call('GET /api/v1/admin/keys')).keys as Key[]
}

/** Makes a key; its secret is in this answer and nowhere else. */
export const createKey = (key: NewKey) => call('POST /api/v1/admin/keys', { body: key as Given<'POST /api/v1/admin/keys'>['body'] }) as Promise<Key & { secret: string }>
export const revokeKey = (id: string) => call('DELETE /api/v1/admin/keys/{id}', { path: { id } })

export type GrantMode = 'hidden' | 'counts' | 'list'

/** One line of the policy; of the lines that speak of a subject and a layer the first decides. */
export interface Grant {
  id: string
  title?: Title
  roles?: string[]
  accounts?: string[]
  cleared?: boolean
  purposes?: string[]
  not_before?: string
  not_after?: string
  layers?: string[]
  mode: GrantMode
  region?: string
  margin_m?: number
  edit?: 'own' | 'scope' | 'all'
  department?: boolean
  classes?: string[]
  days?: number
  filter?: string
  round?: number
  show?: string[]
  mask?: string[]
  hide?: string[]
  [other: string]: unknown
}
export interface Policy { version: number | string; grants: Grant[] | null }

export const getPolicy = () => call('GET /api/v1/admin/policy') as Promise<Policy>
export const putPolicy = (version: number | string, grants: Grant[]) =>
  call('PUT /api/v1/admin/policy', { body: { version: Number(version), grants }, header: { 'If-Match': `"${version}"` } }) as Promise<Policy>

export interface FieldLabel { name: string; title?: Title; type?: string; personal: boolean; mask?: string; sealed?: boolean }
export interface LayerLabel { id: string; title: Title; element?: string; access: string; min_count?: number; fields: FieldLabel[] | null }
export interface LabelChange { access?: string; min_count?: number; fields?: Record<string, { personal?: boolean; mask?: string; sealed?: boolean }> }

export async function listLabels(): Promise<LayerLabel[]> {
  return (await call('GET /api/v1/admin/layers')).layers
}
export const setLabel = (id: string, change: LabelChange) =>
  call('PATCH /api/v1/admin/layers/{id}', { path: { id }, body: change })

export interface ApprovalRequest {
  id: string
  kind?: string
  state: string
  layer?: string
  field?: string
  object?: string
  format?: string
  filter?: string
  rows?: number | null
  purpose?: string
  requested_by?: string
  requested_at?: string
  decided_by?: string
  note?: string
}

export async function listRequests(): Promise<ApprovalRequest[]> {
  return (await call('GET /api/v1/admin/requests')).requests
}
export const decideRequest = (id: string, decision: 'approve' | 'refuse', note: string) =>
  call(`POST /api/v1/admin/requests/{id}/${decision}`, { path: { id }, body: { note } })
