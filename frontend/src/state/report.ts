import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { reportEvent } from '@/api/events'
import type { Case } from '@/api/eventtypes'

export interface Draft { key: string; class: string; description: string; lon: number | null; lat: number | null; accuracy: number | null; source: 'gps' | 'pin' | null }

const draftName = 'wutu.draft'

function emptyDraft(): Draft {
  return { key: newKey(), class: '', description: '', lon: null, lat: null, accuracy: null, source: null }
}

/** crypto.randomUUID exists only in secure contexts; random bytes exist everywhere. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Reads a kept draft; anything damaged counts as none. */
export function parseDraft(text: string | null): Draft | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Draft> | null
    if (!kept || typeof kept.key !== 'string' || kept.key === '') return null
    const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)
    return {
      key: kept.key, class: typeof kept.class === 'string' ? kept.class : '', description: typeof kept.description === 'string' ? kept.description : '',
      lon: number(kept.lon), lat: number(kept.lat), accuracy: number(kept.accuracy), source: kept.source === 'gps' || kept.source === 'pin' ? kept.source : null,
    }
  } catch {
    return null
  }
}

/**
 * A report being written. Every change is kept on the device, and the key goes
 * with the draft until the server has answered: a lost answer and a second try
 * make one event.
 */
export const useReport = defineStore('report', () => {
  const kept = parseDraft(localStorage.getItem(draftName))
  const restored = ref(kept !== null && (kept.class !== '' || kept.description !== ''))
  const draft = reactive<Draft>(kept ?? emptyDraft())
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  const answer = shallowRef<Case | null>(null)
  const placed = computed(() => draft.lon !== null && draft.lat !== null)

  watch(draft, () => localStorage.setItem(draftName, JSON.stringify(draft)), { flush: 'sync' })

  function place(lon: number, lat: number, accuracy: number | null, source: 'gps' | 'pin'): void {
    const micro = (value: number) => Math.round(value * 1e6) / 1e6
    Object.assign(draft, { lon: micro(lon), lat: micro(lat), accuracy: accuracy === null ? null : Math.round(accuracy), source })
  }

  async function submit(): Promise<void> {
    if (busy.value || draft.lon === null || draft.lat === null || !draft.class) return
    busy.value = true
    error.value = null
    try {
      answer.value = await reportEvent({
        lon: draft.lon, lat: draft.lat, accuracy: draft.accuracy ?? undefined, coord: 'wgs84', class: draft.class, description: draft.description.trim(), channel: 'gridworker', photos: [],
      }, draft.key)
      Object.assign(draft, emptyDraft())
      localStorage.removeItem(draftName)
      restored.value = false
    } catch (failure) {
      error.value = failure
    } finally {
      busy.value = false
    }
  }

  function again(): void {
    answer.value = null
    error.value = null
  }

  return { draft, restored, busy, error, answer, placed, place, submit, again }
})
