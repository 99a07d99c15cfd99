import type { Operations } from './schema'

/** One place for requests: the key of the subject, problems, and cancelling. */

const keyName = 'wutu.key'

export function accessKey(): string {
  return sessionStorage.getItem(keyName) ?? ''
}

export function setAccessKey(key: string): void {
  if (key) sessionStorage.setItem(keyName, key)
  else sessionStorage.removeItem(keyName)
}

/** Headers that say who asks; empty when nobody, or the cookie of a session, does. */
export function subjectHeaders(): Record<string, string> {
  const key = accessKey()
  return key ? { Authorization: `Bearer ${key}` } : {}
}

const signedInName = 'wutu.signed-in'
let token = ''
let lost: () => void = () => undefined

/** Keeps the token of a cookie session in memory; every request that changes something carries it. */
export function setToken(next: string | undefined): void {
  token = next ?? ''
  if (token) localStorage.setItem(signedInName, '1')
}

/** Forgets that somebody was signed in: they left. */
export function forgetSession(): void {
  token = ''
  localStorage.removeItem(signedInName)
}

/**
 * Says that there is no session. When there was one, in this browser, it is over:
 * the server takes the cookie away without a word.
 */
export function sessionAbsent(): void {
  const was = localStorage.getItem(signedInName) !== null
  forgetSession()
  if (was && !accessKey()) lost()
}

/** Who never signed in is told who they are; only a session that is over makes this a 401. */
export const whoAmI = '/api/v1/me'

/** Calls `then` when a request finds that the session it was made in is over. */
export function onSessionLost(then: () => void): void {
  lost = then
}

/** Headers that a request which changes something carries; for those that do not send JSON. */
export const writeHeaders = () => tokenHeaders('POST')

function tokenHeaders(method: string): Record<string, string> {
  return token && !accessKey() && method !== 'GET' && method !== 'HEAD' ? { 'X-CSRF-Token': token } : {}
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

  /** Seconds after which asking again is worth it; 0 when the server did not say. */
  get retryAfter(): number {
    return typeof this.extra.retryAfter === 'number' ? this.extra.retryAfter : 0
  }
}

const kindByStatus: Record<number, string> = {
  400: 'invalid', 401: 'unauthorized', 403: 'forbidden', 404: 'not-found', 409: 'conflict', 412: 'conflict',
  413: 'too-large', 415: 'unsupported', 422: 'invalid', 429: 'too-many', 503: 'unavailable', 504: 'timeout',
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => ({}))
  const extra = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const named = typeof extra.type === 'string' ? extra.type.split('/').pop() : ''
  const kind = named && named !== 'about:blank' ? named : (kindByStatus[response.status] ?? 'internal')
  const wait = Number(response.headers.get('Retry-After'))
  if (wait > 0) extra.retryAfter = wait
  const detail = [extra.detail, extra.title].find((text) => typeof text === 'string' && text !== '')
  return new Problem(kind, response.status, String(detail ?? ''), extra)
}

export interface Options {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Fetches; throws Problem, or the AbortError of a cancelled request. */
export async function send(path: string, options: Options = {}): Promise<Response> {
  const method = options.method ?? 'GET'
  const headers: Record<string, string> = { Accept: 'application/json', ...subjectHeaders(), ...tokenHeaders(method), ...options.headers }
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  const inSession = token !== ''
  let response: Response
  try {
    response = await fetch(path, { method, headers, body: options.body === undefined ? undefined : JSON.stringify(options.body), signal: options.signal })
  } catch (error) {
    if (isAbort(error)) throw error
    throw new Problem('offline', 0, '')
  }
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.status === 401 && (inSession || path === whoAmI) && !accessKey() && !path.startsWith('/api/v1/session')) lost()
    throw problem
  }
  return response
}

/** Fetches JSON; throws as `send` does. An answer without content is undefined. */
export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const response = await send(path, options)
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch {
    throw new Problem('internal', response.status, '')
  }
}

/** What an operation answers, as the document of the server has it. */
export type Answer<K extends keyof Operations> = Operations[K]['answer']
/** What an operation is given. */
export type Given<K extends keyof Operations> = Omit<Operations[K], 'answer'> & { signal?: AbortSignal }
type Arguments<K extends keyof Operations> = object extends Given<K> ? [given?: Given<K>] : [given: Given<K>]
interface Loose { path?: Record<string, string>; query?: Parameters<typeof query>[0]; header?: Record<string, string>; body?: unknown; signal?: AbortSignal }

/** Asks an operation of the document, with what it takes: `call('GET /api/v1/near', { query: { layer: 'roads' } })`. Throws as `send` does. */
export function call<K extends keyof Operations>(operation: K, ...[given]: Arguments<K>): Promise<Answer<K>> {
  const [method, template] = operation.split(' ')
  const { path, query: parameters, header: headers, body, signal } = (given ?? {}) as Loose
  const address = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path?.[name] ?? ''))
  return request<Answer<K>>(address + query(parameters ?? {}), { method, body, headers, signal })
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** Builds a query string; empty and undefined values are left out. */
export function query(parameters: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}
