import { call, query, send } from '../http'

/** One line of the audit trail. `n` counts the lines without a gap. */
export interface AuditLine {
  n: number
  at: string
  actor: string
  role?: string
  from?: string
  action: string
  object?: string
  filter?: string
  rows?: number | null
  result?: string
  purpose?: string
  detail?: unknown
}
export interface AuditFilter { from?: string; to?: string; actor?: string; action?: string; object?: string }
export interface AuditPage { lines: AuditLine[] | null; next?: string | null }
export interface AuditCheck { lines: number; seals: number; problems: { n: number; what: string }[] | null }

export const listAudit = (filter: AuditFilter, limit: number, cursor?: string, signal?: AbortSignal) =>
  call('GET /api/v1/admin/audit', { query: { ...filter, limit, cursor }, signal })

export const verifyAudit = () => call('GET /api/v1/admin/audit/verify')

/** The lines of a period as the file that the stand-alone check reads. */
export async function auditFile(from?: string, to?: string): Promise<Blob> {
  return (await send(`/api/v1/admin/audit/file${query({ from, to })}`, { headers: { Accept: '*/*' } })).blob()
}
