import type { Candidate, Case, Evidence, EventClass, ExplainedClock, Fix, Life, MyTask, ProofAnswer, Report, Route, Similar, Tier } from './eventtypes'
import { query, request } from './http'
import type { FeatureCollection, Position } from './types'

export interface EventFilter { state?: string; class?: string; filter?: string; limit?: number; cursor?: string; bbox?: string }

const at = (id: string, more = '') => `/api/v1/events/${encodeURIComponent(id)}${more}`

export const listEvents = (filter: EventFilter, signal?: AbortSignal) =>
  request<FeatureCollection>(`/api/v1/events${query({ ...filter })}`, { signal })

export const getCase = (id: string, signal?: AbortSignal) => request<Case>(at(id), { signal })

export async function getEventClasses(): Promise<EventClass[]> {
  return (await request<{ classes: EventClass[] | null }>('/api/v1/event-classes')).classes ?? []
}

/** Reports an event. The same key sent twice makes one event. */
export const reportEvent = (report: Report, key: string) =>
  request<Case>('/api/v1/events', { method: 'POST', body: report, headers: { 'Idempotency-Key': key } })

export interface StepInput {
  note?: string
  result?: string
  reason?: string
  department?: string
  assists?: string[]
  task?: string
  worker?: string
  tier?: Tier
  class?: string
  level?: string
  until?: string
  evidence?: Evidence
  fix?: Fix
  photos?: string[]
  checks?: string[]
  found?: string
  master?: string
  supervision?: number
  /** supplement: what is added, in words */
  report?: string
}

/** Takes one step of a case that is still at `version`; conflict otherwise. The same key sent twice takes it once. */
export const takeStep = (id: string, step: string, version: number | string, input: StepInput, key?: string) =>
  request<Case>(at(id, `/${encodeURIComponent(step)}`), {
    method: 'POST',
    body: input,
    headers: { 'If-Match': `"${version}"`, ...(key ? { 'Idempotency-Key': key } : {}) },
  })

export async function getClocks(id: string): Promise<ExplainedClock[]> {
  return (await request<{ clocks: ExplainedClock[] | null }>(at(id, '/clocks'))).clocks ?? []
}

export const getProof = (id: string) => request<ProofAnswer>(at(id, '/proof'))

export async function getDuplicates(id: string, signal?: AbortSignal): Promise<{ duplicates: Similar[]; recurrences: Similar[] }> {
  const answer = await request<{ duplicates: Similar[] | null; recurrences: Similar[] | null }>(at(id, '/duplicates'), { signal })
  return { duplicates: answer.duplicates ?? [], recurrences: answer.recurrences ?? [] }
}

export type CandidateKind = 'worker' | 'vehicle' | 'resource'

export async function getCandidates(id: string, kind: CandidateKind, signal?: AbortSignal): Promise<Candidate[]> {
  return (await request<{ candidates: Candidate[] | null }>(at(id, `/candidates${query({ kind })}`), { signal })).candidates ?? []
}

export const getRoute = (from: Position, to: Position, signal?: AbortSignal) =>
  request<Route>(`/api/v1/route${query({ from: from.join(','), to: to.join(',') })}`, { signal })

export const getLife = () => request<Life>('/api/v1/event-life')

export async function getMyTasks(near?: Position): Promise<MyTask[]> {
  return (await request<{ tasks: MyTask[] | null }>(`/api/v1/me/tasks${query({ lon: near?.[0], lat: near?.[1] })}`)).tasks ?? []
}
