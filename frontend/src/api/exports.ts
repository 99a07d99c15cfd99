import { call, send } from './http'
import type { Extent } from './types'

export type ExportState = 'waiting' | 'ready' | 'refused'

export interface ExportRequest { layer: string; format: string; filter?: string; bbox?: Extent; purpose: string }

export interface Export {
  id: string
  state: ExportState
  layer: string
  format: string
  filter?: string
  purpose?: string
  rows?: number | null
  seq?: number
  requested_by?: string
  requested_at?: string
  decided_by?: string
  note?: string
  expires?: string
}

export const exportFormats = ['geojson', 'csv', 'geojsonseq']

const at = (id: string) => `/api/v1/exports/${encodeURIComponent(id)}`

export const requestExport = (wanted: ExportRequest) => call('POST /api/v1/exports', { body: { ...wanted, bbox: wanted.bbox?.join(',') } }) as Promise<Export>
export const getExport = (id: string) => call('GET /api/v1/exports/{id}', { path: { id } }) as Promise<Export>

export async function listExports(): Promise<Export[]> {
  return (await call('GET /api/v1/exports')).exports as Export[]
}

/** The file of a ready export, with the name the server gives it. */
export async function exportFile(id: string): Promise<{ name: string; content: Blob }> {
  const response = await send(`${at(id)}/file`, { headers: { Accept: '*/*' } })
  return { name: fileName(response.headers.get('Content-Disposition')) || id, content: await response.blob() }
}

/** The file name of a Content-Disposition header (RFC 6266), '' when it names none. */
export function fileName(header: string | null): string {
  const wide = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '')
  if (wide) {
    try {
      return decodeURIComponent(wide[1])
    } catch {
      return ''
    }
  }
  return /filename="?([^";]+)"?/i.exec(header ?? '')?.[1] ?? ''
}
