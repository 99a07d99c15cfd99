import type { Case, EventClass, Report } from './eventtypes'
import { query, request } from './http'
import type { FeatureCollection } from './types'

export interface EventFilter { state?: string; class?: string; filter?: string; limit?: number; cursor?: string; bbox?: string }

export const listEvents = (filter: EventFilter, signal?: AbortSignal) =>
  request<FeatureCollection>(`/api/v1/events${query({ ...filter })}`, { signal })

export const getCase = (id: string, signal?: AbortSignal) =>
  request<Case>(`/api/v1/events/${encodeURIComponent(id)}`, { signal })

export async function getEventClasses(): Promise<EventClass[]> {
  return (await request<{ classes: EventClass[] | null }>('/api/v1/event-classes')).classes ?? []
}

/** Reports an event. The same key sent twice makes one event. */
export const reportEvent = (report: Report, key: string) =>
  request<Case>('/api/v1/events', { method: 'POST', body: report, headers: { 'Idempotency-Key': key } })

export interface StepInput { note?: string; department?: string; result?: string; master?: string }

/** Takes one step of a case that is still at `version`; conflict otherwise. */
export const takeStep = (id: string, step: string, version: number | string, input: StepInput) =>
  request<Case>(`/api/v1/events/${encodeURIComponent(id)}/${encodeURIComponent(step)}`, {
    method: 'POST',
    body: input,
    headers: { 'If-Match': `"${version}"` },
  })
