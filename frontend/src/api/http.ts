/** One place for requests: the key of the subject, problems, and cancelling. */

const keyName = 'wutu.key'

export function accessKey(): string {
  return sessionStorage.getItem(keyName) ?? ''
}

export function setAccessKey(key: string): void {
  if (key) sessionStorage.setItem(keyName, key)
  else sessionStorage.removeItem(keyName)
}

/** Headers that say who asks; empty when nobody signed in. */
export function subjectHeaders(): Record<string, string> {
  const key = accessKey()
  return key ? { Authorization: `Bearer ${key}` } : {}
}

/**
 * A failed request. `kind` is the last part of the problem's type (for example
 * `illegal-step`), or `offline` when no answer came, so that the interface can
 * choose a sentence for it without reading English details.
 */
export class Problem extends Error {
  constructor(
    readonly kind: string,
    readonly status: number,
    readonly detail: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(detail || kind)
    this.name = 'Problem'
  }

  get trace(): string {
    return typeof this.extra.trace === 'string' ? this.extra.trace : ''
  }
}

const kindByStatus: Record<number, string> = {
  400: 'invalid', 401: 'unauthorized', 403: 'forbidden', 404: 'not-found', 409: 'conflict', 412: 'conflict',
  413: 'too-large', 415: 'unsupported', 422: 'invalid', 429: 'unavailable', 503: 'unavailable', 504: 'timeout',
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => ({}))
  const extra = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const named = typeof extra.type === 'string' ? extra.type.split('/').pop() : ''
  const kind = named && named !== 'about:blank' ? named : (kindByStatus[response.status] ?? 'internal')
  const detail = [extra.detail, extra.title].find((text) => typeof text === 'string' && text !== '')
  return new Problem(kind, response.status, String(detail ?? ''), extra)
}

export interface Options {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Fetches JSON; throws Problem, or the AbortError of a cancelled request. */
export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', ...subjectHeaders(), ...options.headers }
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    })
  } catch (error) {
    if (isAbort(error)) throw error
    throw new Problem('offline', 0, '')
  }
  if (!response.ok) throw await problemOf(response)
  try {
    return (await response.json()) as T
  } catch {
    throw new Problem('internal', response.status, '')
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** Builds a query string; empty and undefined values are left out. */
export function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}
