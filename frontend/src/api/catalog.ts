import { request, sessionAbsent, setToken, whoAmI } from './http'
import type { City, Layer, Me, TileJSON } from './types'

/** Who asks. Keeps the token of a cookie session for the requests that follow. */
export async function getMe(): Promise<Me> {
  const me = await request<Me>(whoAmI)
  if (me.csrf) setToken(me.csrf)
  else sessionAbsent()
  return me
}

/** Asks again who asks, after a refusal that came past `request`: a session that is over is noticed. */
export function checkSession(): void {
  void getMe().catch(() => undefined)
}

export const getCity = () => request<City>('/api/v1/city')
export const getTileJSON = (layer: string) => request<TileJSON>(`/tiles/${layer}.json`)

export async function getLayers(): Promise<Layer[]> {
  const answer = await request<{ layers: Layer[] | null }>('/api/v1/layers')
  return (answer.layers ?? []).map((layer) => ({
    ...layer,
    schema: { ...layer.schema, fields: layer.schema?.fields ?? [] },
  }))
}
