import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { isAbort, Problem } from '@/api/http'
import { problemKey } from '@/model/problems'

export interface Attempts {
  busy: Ref<boolean>
  /** Key of the sentence that explains the last failure; '' after a success. */
  failure: Ref<string>
  /** What the server said beyond the sentence, for faults of the input only. */
  detail: Ref<string>
  problem: ShallowRef<Problem | null>
  run(work: () => Promise<void>): Promise<boolean>
}

/** Runs the acts of a form one at a time and keeps what went wrong in words. */
export function useAttempts(): Attempts {
  const busy = ref(false)
  const failure = ref('')
  const detail = ref('')
  const problem = shallowRef<Problem | null>(null)

  async function run(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failure.value = detail.value = ''
    problem.value = null
    try {
      await work()
      return true
    } catch (error) {
      if (isAbort(error)) return false
      failure.value = problemKey(error)
      if (error instanceof Problem) {
        problem.value = error
        if (error.kind === 'invalid' || error.kind === 'conflict') detail.value = error.detail
      }
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, failure, detail, problem, run }
}

/** Something read from the server for a page, with its states. */
export function useLoaded<T>(read: () => Promise<T>) {
  const value = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  async function load(): Promise<void> {
    try {
      value.value = await read()
      error.value = null
    } catch (failure) {
      if (!isAbort(failure)) error.value = failure
    }
  }
  return { value, error, load }
}
