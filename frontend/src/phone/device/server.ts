import { getCase } from '@/api/events'
import type { Case } from '@/api/eventtypes'
import { Problem, problemOf, request, subjectHeaders, writeHeaders } from '@/api/http'
import type { Told } from '../outbox/item'
import type { Server } from '../outbox/sender'

const uploadLimitMs = 120_000
const postLimitMs = 30_000

/** Sends a picture and tells how much of it has gone; only this old kind of request says so. */
function upload(blob: Blob, key: string, told: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest()
    sending.open('POST', '/api/v1/photos')
    sending.timeout = uploadLimitMs
    const headers = { Accept: 'application/json', ...subjectHeaders(), ...writeHeaders(), 'Content-Type': blob.type || 'image/jpeg', 'Idempotency-Key': key }
    Object.entries(headers).forEach(([name, value]) => sending.setRequestHeader(name, value))
    sending.upload.onprogress = ({ loaded, total }) => told(total > 0 ? loaded / total : 0)
    sending.onerror = sending.ontimeout = sending.onabort = () => reject(new Problem('offline', 0, ''))
    sending.onload = () => {
      const response = new Response(sending.status === 204 ? null : sending.responseText, { status: sending.status, headers: { 'Retry-After': sending.getResponseHeader('Retry-After') ?? '' } })
      if (!response.ok) return void problemOf(response).then(reject)
      try {
        const id = (JSON.parse(sending.responseText) as { id?: unknown }).id
        if (typeof id === 'string' && id !== '') resolve(id)
        else reject(new Problem('internal', 502, ''))
      } catch {
        reject(new Problem('offline', 0, '')) // cut off on the way
      }
    }
    sending.send(blob)
  })
}

export const server: Server = {
  upload,
  async post({ path, body, headers }) {
    const limit = AbortSignal.timeout(postLimitMs)
    try {
      const answer = await request<Case>(path, { method: 'POST', body: JSON.parse(body), headers, signal: limit })
      return { id: answer.id, number: String(answer.feature?.properties.case_no ?? answer.id), version: String(answer.version), state: answer.state, told: toldOf(answer) }
    } catch (error) {
      if (error instanceof Problem && !(error.status === 201 || error.status === 200)) throw error
      throw new Problem('offline', 0, '') // too long, or an answer that was cut off
    }
  },
  look: (id) => getCase(id),
}

/** What of the answer to a report is worth keeping: where it belongs, who answers for it, until when. */
function toldOf({ place, proposals }: Case): Told {
  const chain = (['district', 'street', 'community', 'grid'] as const).flatMap((level) => {
    const found = place?.[level] ?? place?.areas?.find((area) => area.level === level)
    return found?.code ? [found.name || found.code] : []
  })
  return {
    chain, grid: place?.grid?.code ?? '', department: place?.department?.name || place?.department?.id || '', reason: place?.reason ?? undefined,
    due: proposals?.deadline?.due, dueTitle: proposals?.deadline?.title, duplicates: proposals?.duplicates?.length ?? 0,
  }
}
