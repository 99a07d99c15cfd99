import { computed, onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import type { Scene } from './scenes'

/** How long the wall waits after somebody used it before it goes on by itself. */
export const restMs = 60_000

/**
 * Which scene is shown: the next after `everyS` seconds, for ever. Zero seconds, or
 * a scene chosen by hand, hold it; a chosen one for a minute.
 */
export function useRotation(scenes: Readonly<Ref<Scene[]>>, everyS: number, first: string) {
  const at = ref(0)
  const free = shallowRef<Scene | null>(null)
  const scene = computed(() => free.value ?? scenes.value[at.value % Math.max(1, scenes.value.length)])
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(() => scenes.value.length, () => { at.value = Math.max(0, scenes.value.findIndex(({ id }) => id === first)) })

  function wait(ms: number): void {
    clearTimeout(timer)
    if (everyS > 0) timer = setTimeout(next, ms)
  }
  function next(): void {
    free.value = null
    at.value = (at.value + 1) % Math.max(1, scenes.value.length)
    wait(everyS * 1000)
  }
  function choose(index: number): void {
    free.value = null
    at.value = index
    wait(restMs)
  }
  /** Somebody moved the map: the numbers follow what it shows. */
  function roam(scene: Scene): void {
    free.value = scene
    wait(restMs)
  }
  wait(everyS * 1000)
  onBeforeUnmount(() => clearTimeout(timer))
  return { at, scene, choose, roam }
}
