import { onBeforeUnmount, ref, shallowRef, type Ref } from 'vue'
import { isAbort } from '@/api/http'
import { useLive } from '@/state/live'

export type AnswerStatus = 'idle' | 'loading' | 'ready' | 'failed'

/** An answer of the server that is kept current while its page is open. */
export interface Answer<T> {
  data: Readonly<Ref<T | null>>
  status: Readonly<Ref<AnswerStatus>>
  error: Readonly<Ref<unknown>>
  /** Whether the last answer, asked for quietly or not, did not come. */
  failing: Readonly<Ref<boolean>>
  /** What `data` is about: what `subject` said when it was asked for. */
  about: Readonly<Ref<string>>
  /** Asks; `quiet` keeps what is shown until the answer is there. The latest question wins. */
  load(quiet?: boolean): Promise<void>
}

/** Between two questions that changes of cases cause. */
export const restMs = 700
/** Time alone makes cases overdue: the answer is asked for again without a change, too. */
const ageMs = 30_000

/**
 * Asks `ask` when told to, at once after a change of cases and not again within
 * `restMs`, and every half minute. `live` false leaves out the last two. They wait for
 * an answer that is under way, however slow; only a call of `load` gives it up.
 */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, live = true, subject: () => string = () => ''): Answer<T> {
  const data = shallowRef<T | null>(null)
  const status = ref<AnswerStatus>('idle')
  const error = shallowRef<unknown>(null)
  const failing = ref(false)
  const about = ref('')
  let request: AbortController | undefined
  let running = false
  let missed = false
  let ended: () => void = () => undefined

  async function load(quiet = false): Promise<void> {
    request?.abort()
    request = new AbortController()
    const { signal } = request
    const asked = subject()
    running = true
    missed = false
    if (!quiet || status.value !== 'ready') status.value = 'loading'
    try {
      const answer = await ask(signal)
      if (signal.aborted) return
      data.value = answer
      about.value = asked
      failing.value = false
      status.value = 'ready'
    } catch (failure) {
      if (isAbort(failure) || signal.aborted) return
      error.value = failure
      failing.value = true
      // What was true a moment ago is better than nothing when only a refresh failed.
      if (!quiet || data.value === null) status.value = 'failed'
    } finally {
      if (!signal.aborted) {
        running = false
        if (missed) ended()
      }
    }
  }

  if (live) {
    const stream = useLive()
    const again = throttled(() => {
      if (running) missed = true
      else if (status.value !== 'idle') void load(true)
    }, restMs)
    ended = again
    const stop = stream.listen((changes) => { if (changes.some(({ layer }) => layer === 'events')) again() })
    const timer = setInterval(again, ageMs)
    onBeforeUnmount(() => { stop(); clearInterval(timer); again.cancel() })
  }
  onBeforeUnmount(() => request?.abort())
  return { data, status, error, failing, about, load }
}

/** Calls `work` at once, then at most every `ms`; a call in between happens at the end of the wait. */
export function throttled(work: () => void, ms: number): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let missed = false
  const run = () => {
    missed = false
    work()
    timer = setTimeout(() => {
      timer = undefined
      if (missed) run()
    }, ms)
  }
  const call = () => {
    if (timer === undefined) run()
    else missed = true
  }
  return Object.assign(call, { cancel: () => { clearTimeout(timer); timer = undefined; missed = false } })
}
