import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import { reportEvent, takeStep, getCase } from '@/api/events'
import type { Case } from '@/api/eventtypes'
import { isAbort } from '@/api/http'
import { locate } from '@/api/query'
import type { Located, Position } from '@/api/types'
import { newKey } from './report'

export interface NewReport { key: string; class: string; description: string; channel: string; level: string; photos: string[] }

const empty = (): NewReport => ({ key: newKey(), class: '', description: '', channel: 'hotline', level: 'normal', photos: [] })

/** A report taken at the desk: its words, its place on the map, and what the server makes of the place before it is sent. */
export const useNewReport = defineStore('newreport', () => {
  const draft = reactive(empty())
  const at = shallowRef<Position | null>(null)
  const object = ref('')
  const place = shallowRef<Located | null>(null)
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  const answer = shallowRef<Case | null>(null)
  const ready = computed(() => at.value !== null && draft.class !== '')
  let request: AbortController | undefined

  const micro = (value: number) => Math.round(value * 1e6) / 1e6

  function begin(where: Position | null): void {
    answer.value = error.value = null
    if (where) void put(where)
  }

  /** Sets the place and asks what belongs to it. `about` is the layer and id of what was hit there, '' for nothing. */
  async function put(where: Position, about = ''): Promise<void> {
    at.value = [micro(where[0]), micro(where[1])]
    object.value = about
    request?.abort()
    request = new AbortController()
    place.value = null
    try {
      place.value = await locate(at.value, undefined, request.signal)
    } catch (failure) {
      if (!isAbort(failure)) place.value = null
    }
  }

  /** Sends it; on failure all that was written stays and goes under the same key. */
  async function submit(): Promise<void> {
    if (!at.value || !draft.class || busy.value) return
    busy.value = true
    error.value = null
    try {
      const { key, ...words } = draft
      answer.value = await reportEvent({ ...words, description: draft.description.trim(), lon: at.value[0], lat: at.value[1], coord: 'wgs84', ...(object.value ? { object: object.value } : {}) }, key)
      again()
    } catch (failure) {
      error.value = failure
    } finally {
      busy.value = false
    }
  }

  /** Adds what was written to a case that is there already. */
  async function supplement(id: string): Promise<void> {
    if (busy.value) return
    busy.value = true
    error.value = null
    try {
      const { version } = await getCase(id)
      answer.value = await takeStep(id, 'supplement', version, { report: draft.description.trim() || undefined, photos: draft.photos.length > 0 ? draft.photos : undefined }, draft.key)
      again()
    } catch (failure) {
      error.value = failure
    } finally {
      busy.value = false
    }
  }

  function again(): void {
    Object.assign(draft, empty())
    at.value = place.value = null
    object.value = ''
  }

  return { draft, at, object, place, busy, error, answer, ready, begin, put, submit, supplement, again }
})
