import { call, forgetSession, setToken } from './http'
import type { Me, Title } from './types'

/** The ways to sign in that the server offers. */
export interface Methods {
  local: boolean
  oidc: { title: Title } | null
  demo: boolean
  /** Whether administrators sign in with a password though others may not. */
  administrators?: boolean
  /** Accounts to choose from with one click; a demo server names them, no other. */
  accounts?: DemoAccount[] | null
}
export interface DemoAccount { id: string; name?: Title; role: string; password: string }

/** The facts of the present session. Times are RFC 3339. */
export interface Session {
  account: string
  csrf: string
  expires: string
  idle_s: number
  second_factor: boolean
  must_change_password: boolean
}

export interface SignedIn extends Me { csrf: string; expires: string; idle_s: number; must_change_password?: boolean }
export interface Enrolment { secret: string; uri: string }

export const getMethods = () => call('GET /api/v1/session/methods') as Promise<Methods>

/** Signs in with a password, a code of the second factor where one is asked for, and one of the account's purposes. */
export async function signIn(account: string, password: string, code?: string, purpose?: string): Promise<SignedIn> {
  const body = { account, password, ...(code ? { code } : {}), ...(purpose ? { purpose } : {}) }
  const answer = (await call('POST /api/v1/session', { body })) as SignedIn
  setToken(answer.csrf)
  return answer
}

export async function getSession(): Promise<Session> {
  const session = await call('GET /api/v1/session')
  setToken(session.csrf)
  return session
}

export async function signOut(): Promise<void> {
  try {
    await call('DELETE /api/v1/session')
  } finally {
    forgetSession()
  }
}

/** Does what ends all sessions of the account and begins a new one, whose token it keeps. */
async function renewing(done: Promise<undefined>): Promise<void> {
  await done
  await getSession()
}

/** A session of the account, on this or another device. */
export interface OwnSession { id: string; began: string; seen: string; from: string; agent: string; current: boolean }

export async function listSessions(): Promise<OwnSession[]> {
  return (await call('GET /api/v1/sessions')).sessions
}
export const endSession = (id: string) => call('DELETE /api/v1/sessions/{id}', { path: { id } })

export const changePassword = (old: string, next: string) => renewing(call('POST /api/v1/session/password', { body: { old, new: next } }))

/**
 * Makes a secret of a second factor, which works once `confirmSecondFactor` has
 * seen a code of it. Who has a factor already gives a code of that one.
 */
export const startSecondFactor = (code?: string) => call('POST /api/v1/session/totp', { body: code ? { code } : {} })
export const confirmSecondFactor = (code: string) => renewing(call('PUT /api/v1/session/totp', { body: { code } }))

/** Where a browser goes to sign in at the organisation's own service. */
export const oidcAddress = '/api/v1/session/oidc'
