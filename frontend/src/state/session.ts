import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { getMe } from '@/api/catalog'
import { accessKey, Problem, setAccessKey } from '@/api/http'
import { getSession, signOut, type Session } from '@/api/session'
import type { Me } from '@/api/types'

export const administrators = ['sysadmin', 'secadmin', 'auditor']

/** The accounts of a demonstration, which nobody else may be called like. */
const demoAccount = /^demo-/

/** What somebody who has signed in must do before anything else; '' when nothing. */
export function unready(me: Me | null, session: Session | null): 'password' | 'factor' | '' {
  if (!me || !session) return ''
  if (session.must_change_password) return 'password'
  return administrators.includes(me.role) && !session.second_factor && !demoAccount.test(me.id) ? 'factor' : ''
}

/** Who is signed in, for the pages without a map. */
export const useSession = defineStore('session', () => {
  const me = shallowRef<Me | null>(null)
  const session = shallowRef<Session | null>(null)
  const status = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const error = shallowRef<unknown>(null)

  async function load(): Promise<void> {
    status.value = 'loading'
    try {
      me.value = await getMe().catch(afterEnd)
      session.value = me.value.session ? await getSession().catch(absent) : null
      status.value = 'ready'
    } catch (failure) {
      error.value = failure
      status.value = 'failed'
    }
  }

  /** Ends the session on the server and forgets the key; a server that cannot be reached is told by the cookie's end. */
  async function leave(): Promise<void> {
    setAccessKey('')
    await signOut().catch(() => undefined)
    me.value = session.value = null
  }

  return { me, session, status, error, load, leave }
})

/** A cookie of a session that is over is taken away, then the question is asked again. */
async function afterEnd(failure: unknown): Promise<Me> {
  if (!(failure instanceof Problem) || failure.status !== 401 || accessKey()) throw failure
  await signOut().catch(() => undefined)
  return getMe()
}

function absent(failure: unknown): null {
  if (failure instanceof Problem && failure.status === 401) return null
  throw failure
}
