import type { Candidate, Case, Evidence, EventClass, ExplainedClock, Fix, Life, MyTask, ProofAnswer, Report, Route, Similar, Tier } from './eventtypes'
import { call, type Given } from './http'
import type { FeatureCollection, Position } from './types'

export interface EventFilter { state?: string; class?: string; filter?: string; limit?: number; cursor?: string; bbox?: string }

export const listEvents = (filter: EventFilter, signal?: AbortSignal) =>
  call('GET /api/v1/events', { query: filter, signal }) as Promise<FeatureCollection>

export const getCase = (id: string, signal?: AbortSignal) => call('GET /api/v1/events/{id}', { path: { id }, signal }) as Promise<Case>

export async function getEventClasses(): Promise<EventClass[]> {
  return (await call('GET /api/v1/event-classes')).classes as EventClass[]
}

/** Reports an event. The same key sent twice makes one event. */
export const reportEvent = (report: Report, key: string) =>
  call('POST /api/v1/events', { body: report, header: { 'Idempotency-Key': key } }) as Promise<Case>

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

type StepName = Given<'POST /api/v1/events/{id}/{step}'>['path']['step']

/** Takes one step of a case that is still at `version`; conflict otherwise. The same key sent twice takes it once. */
export const takeStep = (id: string, step: string, version: number | string, input: StepInput, key?: string) =>
  call('POST /api/v1/events/{id}/{step}', {
    path: { id, step: step as StepName },
    body: input,
    header: { 'If-Match': `"${version}"`, ...(key ? { 'Idempotency-Key': key } : {}) },
  }) as Promise<Case>

export async function getClocks(id: string): Promise<ExplainedClock[]> {
  return (await call('GET /api/v1/events/{id}/clocks', { path: { id } })).clocks as ExplainedClock[]
}

export const getProof = (id: string) => call('GET /api/v1/events/{id}/proof', { path: { id } }) as Promise<ProofAnswer>

export async function getDuplicates(id: string, signal?: AbortSignal): Promise<{ duplicates: Similar[]; recurrences: Similar[] }> {
  return call('GET /api/v1/events/{id}/duplicates', { path: { id }, signal }) as Promise<{ duplicates: Similar[]; recurrences: Similar[] }>
}

export type CandidateKind = 'worker' | 'vehicle' | 'resource'

export async function getCandidates(id: string, kind: CandidateKind, signal?: AbortSignal): Promise<Candidate[]> {
  return (await call('GET /api/v1/events/{id}/candidates', { path: { id }, query: { kind }, signal })).candidates as Candidate[]
}

export const getRoute = (from: Position, to: Position, signal?: AbortSignal) =>
  call('GET /api/v1/route', { query: { from: from.join(','), to: to.join(',') }, signal }) as Promise<Route>

export const getLife = () => call('GET /api/v1/event-life') as Promise<Life>

export async function getMyTasks(near?: Position): Promise<MyTask[]> {
  return (await call('GET /api/v1/me/tasks', { query: { lon: near?.[0], lat: near?.[1] } })).tasks as MyTask[]
}
