import { call } from './http'
import type { Title } from './types'

export type Mode = 'list' | 'counts' | 'hidden'
export type Sight = 'shown' | 'masked' | 'hidden'

export interface FieldAccess { name: string; title: Title; sight: Sight }

/** What the subject may learn of one layer, and the policy line that says so. */
export interface LayerAccess {
  layer: string
  title: Title
  mode: Mode
  /** Its features may be made, changed and removed. */
  edit?: boolean
  below?: number
  round?: number
  /** One code or several; a row must lie in each of them. */
  region?: string | string[] | null
  from?: string | null
  to?: string | null
  classes?: string[] | null
  fields?: FieldAccess[] | null
  grant?: string
  why?: Title
}

export async function getAccess(): Promise<LayerAccess[]> {
  return (await call('GET /api/v1/me/access')).layers as LayerAccess[]
}

export interface Revealed { value: string; watermark: string; seconds: number }

/** The whole value of a masked field, or the id of the request that waits for approval. */
export async function reveal(layer: string, id: string, field: string, purpose: string): Promise<Revealed | { request: string }> {
  return call('POST /api/v1/reveal', { body: { layer, id, field, purpose } })
}
