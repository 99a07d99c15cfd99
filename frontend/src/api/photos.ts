import { isAbort, Problem, problemOf, send, subjectHeaders, writeHeaders } from './http'

/** A picture that the server keeps; position and time are the camera's, where it gave them. */
export interface Kept { id: string; width: number; height: number; bytes: number; taken_at?: string; lon?: number; lat?: number }

/** Sends a picture. The same key sent twice keeps one. */
export async function uploadPhoto(picture: Blob, key: string): Promise<Kept> {
  let response: Response
  try {
    response = await fetch('/api/v1/photos', { method: 'POST', body: picture, headers: { ...subjectHeaders(), ...writeHeaders(), 'Content-Type': picture.type || 'image/jpeg', 'Idempotency-Key': key } })
  } catch (error) {
    if (isAbort(error)) throw error
    throw new Problem('offline', 0, '')
  }
  if (!response.ok) throw await problemOf(response)
  return (await response.json()) as Kept
}

/** A picture's bytes; fetched rather than linked, because a link cannot say who asks. */
export async function photoBlob(href: string, signal?: AbortSignal): Promise<Blob> {
  return (await send(href, { signal, headers: { Accept: 'image/*' } })).blob()
}

export const photoAddress = (id: string, size: 'thumb' | 'full') => `/api/v1/photos/${encodeURIComponent(id)}?size=${size}`
