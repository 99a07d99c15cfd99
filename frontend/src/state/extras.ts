import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Drawn } from '@/layers/style'

/**
 * What panels beside the map add to its picture: the style is made anew on every
 * change of the view, so sources and layers that were added to the engine itself
 * would be lost. Assign whole new values; nothing in here is watched deeply.
 */
export const useExtras = defineStore('extras', () => {
  /** Sources of the style by name, as the MapLibre style specification has them. */
  const sources = shallowRef<Record<string, { type: string; [key: string]: unknown }>>({})
  const drawn = shallowRef<Drawn[]>([])
  /** Layers of the city that something in `drawn` shows in another way. */
  const hidden = shallowRef<string[]>([])

  return { sources, drawn, hidden }
})
