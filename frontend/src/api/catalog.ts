import { call, sessionAbsent, setToken } from './http'
import type { Basemap, BasemapTiles, City, Layer, Me, TileJSON } from './types'

/** Who asks. Keeps the token of a cookie session for the requests that follow. */
export async function getMe(): Promise<Me> {
  const me = await call('GET /api/v1/me')
  if (me.csrf) setToken(me.csrf)
  else sessionAbsent()
  return me
}

/** Asks again who asks, after a refusal that came past `request`: a session that is over is noticed. */
export function checkSession(): void {
  void getMe().catch(() => undefined)
}

export const getCity = () => call('GET /api/v1/city') as Promise<City>
export const getTileJSON = (layer: string) => call('GET /tiles/{layers}.json', { path: { layers: layer } }) as Promise<TileJSON>

export const getBasemaps = async () => (await call('GET /basemaps')).basemaps as Basemap[]
export const getBasemap = (name: string) => call('GET /basemaps/{name}.json', { path: { name } }) as unknown as Promise<BasemapTiles>

export async function getLayers(): Promise<Layer[]> {
  const answer = await call('GET /api/v1/layers')
  return (answer.layers as Layer[]).map((layer) => ({
    ...layer,
    schema: { ...layer.schema, fields: layer.schema?.fields ?? [] },
  }))
}
