import { defineStore } from 'pinia'
import { reactive, ref, shallowRef } from 'vue'
import type { Extent, Position } from '@/api/types'

export type LayerState = 'loading' | 'ready' | 'failed' | 'empty' | 'out'
export interface LayerStatus { state: LayerState; at: string }

/** What the map tells the panels, and the few things they ask of it. */
export const useMapStatus = defineStore('mapstatus', () => {
  const layers = reactive<Record<string, LayerStatus>>({})
  const pointer = shallowRef<Position | null>(null)
  const zoom = ref(0)
  const centre = shallowRef<Position | null>(null)
  /** Raised by "retry": sources that failed are asked again. */
  const retries = ref(0)
  /** Where the map should move next. */
  const target = shallowRef<{ extent?: Extent; at?: Position; zoom?: number } | null>(null)
  const breaks = shallowRef<number[]>([1, 5, 20, 50, 200])

  function set(layer: string, state: LayerState): void {
    if (layers[layer]?.state === state) return
    layers[layer] = { state, at: new Date().toISOString() }
  }

  function flyTo(at: Position, closeUp = 16): void {
    target.value = { at, zoom: closeUp }
  }

  function fit(extent: Extent): void {
    target.value = { extent }
  }

  return { layers, pointer, zoom, centre, retries, target, breaks, set, flyTo, fit }
})
