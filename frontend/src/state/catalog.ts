import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { getCity, getLayers, getMe } from '@/api/catalog'
import type { City, Layer, Me } from '@/api/types'

export type Status = 'idle' | 'loading' | 'ready' | 'failed'

/** What the city has and who is looking: the first thing every page loads. */
export const useCatalog = defineStore('catalog', () => {
  const city = shallowRef<City | null>(null)
  const me = shallowRef<Me | null>(null)
  const layers = shallowRef<Layer[]>([])
  const status = ref<Status>('idle')
  const error = shallowRef<unknown>(null)

  const byID = computed(() => new Map(layers.value.map((layer) => [layer.id, layer])))

  async function load(): Promise<void> {
    status.value = 'loading'
    try {
      const [theCity, , theLayers] = await Promise.all([getCity(), getMe().then((found) => { me.value = found }), getLayers()])
      city.value = theCity
      layers.value = theLayers
      status.value = 'ready'
    } catch (failure) {
      error.value = failure
      status.value = 'failed'
    }
  }

  let refreshing: ReturnType<typeof setTimeout> | undefined
  /** Reads the counts again, at most once in two seconds. */
  function refreshSoon(): void {
    refreshing ??= setTimeout(async () => {
      refreshing = undefined
      layers.value = await getLayers().catch(() => layers.value)
    }, 2000)
  }

  return { city, me, layers, byID, status, error, load, refreshSoon }
})
