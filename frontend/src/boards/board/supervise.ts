import { getCase, takeStep } from '@/api/events'
import { Problem, request } from '@/api/http'
import { problemKey } from '@/model/problems'
import { newKey } from '@/state/report'

export interface Supervised { id: string; done: boolean; failure: string }

/** The roles that may supervise, from the table the server decides by. */
export async function supervisors(): Promise<string[]> {
  const { transitions } = await request<{ transitions: { step: string; roles: string[] | null }[] | null }>('/api/v1/event-life')
  return (transitions ?? []).flatMap(({ step, roles }) => (step === 'supervise' ? (roles ?? []) : []))
}

/** Supervises one case as it stands now, with a reason; the message key of why not, '' when done. */
export async function supervise(id: string, note: string, level?: number): Promise<Supervised> {
  const key = newKey()
  for (let attempt = 0; ; attempt++) {
    try {
      const { version } = await getCase(id)
      await takeStep(id, 'supervise', version, { note, ...(level ? { supervision: level } : {}) }, key)
      return { id, done: true, failure: '' }
    } catch (error) {
      // Somebody took a step in between: the reason to supervise stands all the same.
      if (attempt === 0 && error instanceof Problem && error.kind === 'conflict') continue
      return { id, done: false, failure: problemKey(error) || 'state.error' }
    }
  }
}
