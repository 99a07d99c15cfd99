import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { isAbort, Problem } from '@/api/http'
import { pack, packed } from '../device/pack'
import { usePhone } from './phone'

export interface Cached<T> {
  value: ShallowRef<T | null>
  /** ms since 1970 when the server said so */
  at: Ref<number>
  /** whether it is what the server says now, or what it said then */
  fresh: Ref<boolean>
  status: Ref<'idle' | 'loading' | 'ready' | 'failed'>
  error: ShallowRef<unknown>
  load: () => Promise<void>
}

/**
 * What the server says, or, when it cannot be asked, what it said last, marked as
 * such. Things of another account are never shown.
 */
export function useCached<T>(name: string, ask: () => Promise<T>): Cached<T> {
  const phone = usePhone()
  const value = shallowRef<T | null>(null)
  const at = ref(0)
  const fresh = ref(false)
  const status = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const error = shallowRef<unknown>(null)

  async function load(): Promise<void> {
    if (value.value === null) {
      status.value = 'loading'
      const kept = await packed<T>(name).catch(() => undefined)
      if (kept && kept.owner === phone.me?.id && value.value === null) {
        value.value = kept.value
        at.value = kept.at
        status.value = 'ready'
      }
    }
    try {
      const answer = await ask()
      value.value = answer
      at.value = Date.now()
      fresh.value = true
      error.value = null
      status.value = 'ready'
      if (phone.me) await pack(name, phone.me.id, answer, at.value).catch(() => undefined)
    } catch (failure) {
      if (isAbort(failure)) return
      fresh.value = false
      error.value = failure
      const gone = failure instanceof Problem && (failure.status === 403 || failure.status === 404)
      if (gone) value.value = null
      status.value = value.value === null ? 'failed' : 'ready'
    }
  }

  return { value, at, fresh, status, error, load }
}

const staleMs = 60_000

/** Reads it again when the page comes back into sight after a while; until then it is marked as of then. */
export function useReturn(cached: Pick<Cached<unknown>, 'at' | 'fresh' | 'load'>): void {
  const look = () => {
    if (document.visibilityState !== 'visible' || Date.now() - cached.at.value <= staleMs) return
    cached.fresh.value = false
    void cached.load()
  }
  document.addEventListener('visibilitychange', look)
  onBeforeUnmount(() => document.removeEventListener('visibilitychange', look))
}

/** ms since 1970, anew each minute and when the page comes back into sight. */
export function useMinute(): Ref<number> {
  const now = ref(Date.now())
  const look = () => { now.value = Date.now() }
  const timer = setInterval(look, 60_000)
  document.addEventListener('visibilitychange', look)
  onBeforeUnmount(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
  })
  return now
}
