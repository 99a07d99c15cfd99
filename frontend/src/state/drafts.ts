import { defineStore } from 'pinia'
import { reactive, watch } from 'vue'
import type { StepInput } from '@/api/events'
import { useCatalog } from './catalog'

const name = 'wutu.steps'
const most = 20

function kept(): Record<string, StepInput> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(name) ?? '{}')
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Record<string, StepInput>) : {}
  } catch {
    return {}
  }
}

/** What was written into the forms of steps that are not taken yet; it outlives a reload and the end of a session, and is its writer's alone. */
export const useDrafts = defineStore('drafts', () => {
  const catalog = useCatalog()
  const byStep = reactive<Record<string, StepInput>>(kept())
  watch(byStep, () => sessionStorage.setItem(name, JSON.stringify(byStep)))

  const keyOf = (id: string, step: string) => `${catalog.me?.id ?? ''}/${id}/${step}`

  /** The draft of a step of a case, begun with `start` when there is none. */
  function of(id: string, step: string, start: StepInput): StepInput {
    const key = keyOf(id, step)
    const keys = Object.keys(byStep)
    if (!(key in byStep) && keys.length >= most) delete byStep[keys[0]]
    byStep[key] ??= start
    return byStep[key]
  }

  function drop(id: string, step: string): void {
    delete byStep[keyOf(id, step)]
  }

  return { of, drop }
})
