import { getCase, getMyTasks } from '@/api/events'
import type { Case, MyTask } from '@/api/eventtypes'
import type { Position } from '@/api/types'
import { pack, packed, unpack } from '../device/pack'
import { placeNow } from '../device/where'
import { useCached } from './cached'
import { usePhone } from './phone'

/** What waits, in the words of the report. */
export interface FieldTask extends MyTask { text?: string }

const mostKept = 30
const atOnce = 3

/** What waits for the worker, kept on the phone together with the cases themselves. */
export function useTasks() {
  const phone = usePhone()
  const tasks = useCached<FieldTask[]>('tasks', () => {
    const place = placeNow(Date.now())
    return getMyTasks(place ? [place.lon, place.lat] as Position : undefined)
  })

  /** Reads the list, then keeps each case of it that has changed, so that it opens without a line. */
  async function load(): Promise<void> {
    await tasks.load()
    if (!tasks.fresh.value || !phone.me) return
    const owner = phone.me.id
    const list = (tasks.value.value ?? []).slice(0, mostKept)
    await unpack('case:', list.map(({ id }) => `case:${id}`)).catch(() => undefined)
    const queue = [...list]
    await Promise.all(Array.from({ length: atOnce }, async () => {
      for (let task = queue.shift(); task; task = queue.shift()) {
        const kept = await packed<Case>(`case:${task.id}`).catch(() => undefined)
        if (kept && kept.owner === owner && String(kept.value.version) === String(task.version)) continue
        const found = await getCase(task.id).catch(() => null)
        if (found) await pack(`case:${task.id}`, owner, found, Date.now()).catch(() => undefined)
      }
    }))
  }

  return { ...tasks, load }
}
