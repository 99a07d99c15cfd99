import { query, request } from './http'
import type { Counts, Feature, FeatureCollection, Geometry, Group, Hit, Located, Position } from './types'

export interface Region { geometry: Geometry; layers: string[]; filter?: string }

export const countWithin = (region: Region, signal?: AbortSignal) =>
  request<Counts>('/api/v1/within', { method: 'POST', body: { ...region, result: 'count' }, signal })

export async function featuresWithin(region: Region, limit: number, signal?: AbortSignal): Promise<Record<string, FeatureCollection>> {
  const body = { ...region, result: 'features', limit }
  const answer = await request<{ features: Record<string, FeatureCollection> | null }>('/api/v1/within', { method: 'POST', body, signal })
  return answer.features ?? {}
}

export interface Grouping { layers: string[]; geometry?: Geometry; filter?: string; by: string; measures?: string[] }

export async function groups(grouping: Grouping, signal?: AbortSignal): Promise<Group[]> {
  const answer = await request<{ groups: Group[] | null }>('/api/v1/stats', { method: 'POST', body: grouping, signal })
  return answer.groups ?? []
}

export const locate = (at: Position, accuracy?: number, signal?: AbortSignal) =>
  request<Located>(`/api/v1/locate${query({ lon: at[0], lat: at[1], accuracy })}`, { signal })

export async function near(layer: string, at: Position, radiusM: number, k: number, signal?: AbortSignal): Promise<Feature[]> {
  const path = `/api/v1/near${query({ layer, lon: at[0], lat: at[1], k, radius: radiusM })}`
  return (await request<FeatureCollection>(path, { signal })).features ?? []
}

export async function search(text: string, at: Position | null, signal?: AbortSignal): Promise<Hit[]> {
  const path = `/api/v1/search${query({ q: text, near: at ? at.join(',') : undefined, limit: 12 })}`
  return (await request<{ hits: Hit[] | null }>(path, { signal })).hits ?? []
}

export async function convert(at: Position, to: string, signal?: AbortSignal): Promise<Position> {
  const answer = await request<{ coords: Position[] }>(`/api/v1/convert${query({ coords: at.join(','), from: 'wgs84', to })}`, { signal })
  return answer.coords[0]
}
