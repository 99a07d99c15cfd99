import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Change } from '@/api/eventtypes'
import { followStream, type LiveState } from '@/api/stream'

/** Is told of changed features and, by layer, of the tiles that show them. */
type Listener = (changes: Change[], tiles: Record<string, string[]>) => void

/** The one stream of changes of this page, shared by everything that listens. */
export const useLive = defineStore('live', () => {
  const state = ref<LiveState>('connecting')
  const since = ref(new Date().toISOString())
  const resets = ref(0)
  const listeners = new Set<Listener>()
  let stop: (() => void) | null = null
  let following = ''

  function follow(layers: string[]): void {
    const wanted = [...layers].sort().join(',')
    if (wanted === following) return
    stop?.()
    following = wanted
    stop = wanted === '' ? null : followStream(layers, {
      changes: ({ changes, tiles }) => listeners.forEach((listener) => listener(changes ?? [], tiles ?? {})),
      reset: () => { resets.value++ },
      state: (next) => {
        if (next === state.value) return
        // Changes were perhaps missed while the line was down for long.
        if (next === 'live' && state.value === 'down') resets.value++
        state.value = next
        since.value = new Date().toISOString()
      },
    })
  }

  function listen(listener: Listener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function close(): void {
    follow([])
  }

  return { state, since, resets, follow, listen, close }
})
