import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { getLife } from '@/api/events'
import type { Life } from '@/api/eventtypes'
import { listFeatures } from '@/api/features'
import type { Title } from '@/api/types'
import { useCatalog } from './catalog'

export interface Department { id: string; name: string }

/** What the desk needs to know of words: names of steps, reasons and departments. Each is read once. */
export const useLife = defineStore('life', () => {
  const catalog = useCatalog()
  const life = shallowRef<Life>({})
  const departments = shallowRef<Department[]>([])
  let asked: Promise<unknown> | undefined
  let askedDepartments: Promise<unknown> | undefined

  function need(): void {
    asked ??= getLife().then((found) => { life.value = found }, () => { asked = undefined })
  }

  function needDepartments(): Promise<unknown> {
    if (!catalog.byID.get('departments')?.listable) return Promise.resolve()
    askedDepartments ??= listFeatures('departments', { limit: 500 }).then((found) => {
      departments.value = (found.features ?? []).map(({ id, properties }) => ({ id, name: String(properties.name ?? id) })).sort((a, b) => a.name.localeCompare(b.name, 'zh'))
    }, () => { askedDepartments = undefined })
    return askedDepartments
  }

  const departmentName = (id: string | undefined) => departments.value.find((each) => each.id === id)?.name ?? id ?? ''
  const stepTitle = (name: string): Title | undefined => life.value.steps?.find(({ step }) => step === name)?.title
  const reasonsOf = (name: string) => (life.value.reasons ?? []).filter(({ step }) => step === undefined || step === name)
  const reasonTitle = (code: string): Title | undefined => life.value.reasons?.find(({ reason }) => reason === code)?.title

  return { life, departments, need, needDepartments, departmentName, stepTitle, reasonsOf, reasonTitle }
})
