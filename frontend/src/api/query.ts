import { call } from './http'
import type { Geometry as Shape } from './schema'
import type { Counts, Feature, FeatureCollection, Geometry, Group, Hit, Located, Position } from './types'

export interface Region { geometry: Geometry; layers: string[]; filter?: string }

export const countWithin = (region: Region, signal?: AbortSignal) =>
  call('POST /api/v1/within', { body: { ...region, geometry: region.geometry as Shape, result: 'count' }, signal }) as Promise<Counts>

export async function featuresWithin(region: Region, limit: number, signal?: AbortSignal): Promise<Record<string, FeatureCollection>> {
  const answer = await call('POST /api/v1/within', { body: { ...region, geometry: region.geometry as Shape, result: 'features', limit }, signal })
  return (answer.features ?? {}) as Record<string, FeatureCollection>
}

export interface Grouping { layers: string[]; geometry?: Geometry; filter?: string; by: string; measures?: string[] }

export async function groups(grouping: Grouping, signal?: AbortSignal): Promise<Group[]> {
  const answer = await call('POST /api/v1/stats', { body: { ...grouping, geometry: grouping.geometry as Shape | undefined }, signal })
  return answer.groups as Group[]
}

export const locate = (at: Position, accuracy?: number, signal?: AbortSignal) =>
  call('GET /api/v1/locate', { query: { lon: at[0], lat: at[1], accuracy }, signal }) as Promise<Located>

export async function near(layer: string, at: Position, radiusM: number, k: number, signal?: AbortSignal): Promise<Feature[]> {
  const answer = await call('GET /api/v1/near', { query: { layer, lon: at[0], lat: at[1], k, radius: radiusM }, signal })
  return answer.features as Feature[]
}

export async function search(text: string, at: Position | null, signal?: AbortSignal): Promise<Hit[]> {
  return (await call('GET /api/v1/search', { query: { q: text, near: at?.join(','), limit: 12 }, signal })).hits as Hit[]
}

export async function convert(at: Position, to: string, signal?: AbortSignal): Promise<Position> {
  const answer = await call('GET /api/v1/convert', { query: { coords: at.join(','), from: 'wgs84', to }, signal })
  return answer.coords[0] as Position
}
