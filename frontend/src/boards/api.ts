import { call, query, request, type Answer } from '@/api/http'
import type { Level, Position, Title } from '@/api/types'

/** The answers about many cases at once. A filter is CQL2 text; its list has exactly as many cases as the number says. */
export type GroupBy = 'department' | 'district' | 'street' | 'community' | 'grid' | 'class' | 'tier'

export interface BoardCounts { open: number; running: number; soon: number; overdue: number; suspended: number; supervised: Record<string, number>; worst_s: number }
export interface BoardGroup extends BoardCounts { key: string; name: string; filter: string }
export interface BoardFilters { open: string; running: string; soon: string; overdue: string; suspended: string; supervised: Record<string, string> }
export interface Board { now: string; by: GroupBy; total: BoardCounts; groups: BoardGroup[]; filters: BoardFilters }

export const getBoard = (by: GroupBy, filter: string, signal?: AbortSignal) => call('GET /api/v1/board', { query: { by, filter }, signal }) as Promise<Board>

export type Grade = 'green' | 'blue' | 'yellow' | 'orange' | 'red'
export interface RateInfo { id: string; title: Title; formula: Title; good: 'high' | 'low'; grades: { grade: Grade; limit: number | null }[] }
/** `n` of `of` cases; `value` null when there is nothing to judge. */
export interface RateValue { n: number; of: number; value: number | null; grade: Grade | '' }
export interface EvaluationGroup { key: string; name: string; filter: string; rates: Record<string, RateValue> }
export interface Evaluation {
  from: string
  to: string
  by: GroupBy
  rates: RateInfo[]
  total: EvaluationGroup
  groups: EvaluationGroup[]
  filters: Record<string, { n: string; of: string }>
  missing: { id: string; title: Title; column: string }[]
}

export const getEvaluation = (by: GroupBy, from: string, to: string, filter: string, signal?: AbortSignal) =>
  call('GET /api/v1/evaluation', { query: { by, from, to, filter }, signal }) as Promise<Evaluation>

export interface DrillArea { code: string; name: string; level: Level | 'city'; count: number; filter: string }
/** The counts of the children and `outside` sum to that of the parent. */
export interface Drill { parent: DrillArea; level: Level | ''; children: DrillArea[]; outside: number; outside_filter: string; path: DrillArea[] }

export const getDrill = (parent: string | null, filter: string, signal?: AbortSignal) =>
  request<Answer<'GET /api/v1/drill'>>(`/api/v1/drill${parent === '' ? '?parent=&' : '?'}${query({ parent: parent ?? undefined, filter }).slice(1)}`, { signal }) as Promise<Drill>

export interface HotCell { h3: string; count: number; expected: number; p: number; q: number; center: Position; ring?: Position[]; filter?: string }
export interface Hotspots { cells: HotCell[]; alpha: number; method: Title | string }

export const getHotspots = (days: number, filter: string, signal?: AbortSignal) =>
  call('GET /api/v1/hotspots', { query: { by: 'h3:8', days, filter }, signal }) as Promise<Hotspots>

/** What became of a case: the instants at which it entered its states, in order. */
export interface Lived { id: string; lon: number; lat: number; class: string; states: [string, string][] }
export interface Replay { events: Lived[]; truncated: boolean | number }

export const getReplay = (from: string, to: string, filter: string, signal?: AbortSignal) =>
  call('GET /api/v1/replay', { query: { from, to, filter }, signal }) as Promise<Replay>
