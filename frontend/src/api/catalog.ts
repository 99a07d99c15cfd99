import { request } from './http'
import type { City, Layer, Me, TileJSON } from './types'

export const getMe = () => request<Me>('/api/v1/me')
export const getCity = () => request<City>('/api/v1/city')
export const getTileJSON = (layer: string) => request<TileJSON>(`/tiles/${layer}.json`)

export async function getLayers(): Promise<Layer[]> {
  const answer = await request<{ layers: Layer[] | null }>('/api/v1/layers')
  return (answer.layers ?? []).map((layer) => ({
    ...layer,
    schema: { ...layer.schema, fields: layer.schema?.fields ?? [] },
  }))
}
