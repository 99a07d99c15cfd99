import { call, type Given } from './http'
import type { BuildingCard, Feature, FeatureCollection, RelatedGroup } from './types'

export const getFeature = (layer: string, id: string, signal?: AbortSignal) =>
  call('GET /ogc/collections/{layer}/items/{id}', { path: { layer, id }, signal }) as Promise<Feature>

export const listFeatures = (layer: string, parameters: Given<'GET /ogc/collections/{layer}/items'>['query'], signal?: AbortSignal) =>
  call('GET /ogc/collections/{layer}/items', { path: { layer }, query: parameters, signal }) as Promise<FeatureCollection>

export async function getRelated(layer: string, id: string, signal?: AbortSignal): Promise<RelatedGroup[]> {
  return (await call('GET /api/v1/features/{layer}/{id}/related', { path: { layer, id }, signal })).groups as RelatedGroup[]
}

export const getBuildingCard = (id: string, signal?: AbortSignal) =>
  call('GET /api/v1/buildings/{id}/card', { path: { id }, signal }) as Promise<BuildingCard>
