import { query, request } from './http'
import type { BuildingCard, Feature, FeatureCollection, RelatedGroup } from './types'

const part = encodeURIComponent

export const getFeature = (layer: string, id: string, signal?: AbortSignal) =>
  request<Feature>(`/ogc/collections/${part(layer)}/items/${part(id)}`, { signal })

export const listFeatures = (layer: string, parameters: Record<string, string | number | undefined>, signal?: AbortSignal) =>
  request<FeatureCollection>(`/ogc/collections/${part(layer)}/items${query(parameters)}`, { signal })

export async function getRelated(layer: string, id: string, signal?: AbortSignal): Promise<RelatedGroup[]> {
  const path = `/api/v1/features/${part(layer)}/${part(id)}/related`
  return (await request<{ groups: RelatedGroup[] | null }>(path, { signal })).groups ?? []
}

export const getBuildingCard = (id: string, signal?: AbortSignal) =>
  request<BuildingCard>(`/api/v1/buildings/${part(id)}/card`, { signal })
