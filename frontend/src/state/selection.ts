import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { getBuildingCard, getFeature, getRelated } from '@/api/features'
import { isAbort } from '@/api/http'
import { locate } from '@/api/query'
import type { BuildingCard, Feature, Located, Position, RelatedGroup } from '@/api/types'

/** One thing under the pointer; enough to list it before its details are read. */
export interface HitThing { layer: string; id: string; properties: Record<string, unknown> }

/** The clicked place with all its hits, and the details of the chosen one. */
export const useSelection = defineStore('selection', () => {
  const at = shallowRef<Position | null>(null)
  const hits = shallowRef<HitThing[]>([])
  const place = shallowRef<Located | null>(null)
  const feature = shallowRef<Feature | null>(null)
  const layer = ref('')
  const related = shallowRef<RelatedGroup[] | null>(null)
  const building = shallowRef<BuildingCard | null>(null)
  const status = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const error = shallowRef<unknown>(null)
  let request: AbortController | undefined

  function clear(): void {
    request?.abort()
    hits.value = []
    at.value = place.value = feature.value = related.value = building.value = null
    layer.value = ''
    status.value = 'idle'
  }

  /** Shows what is at a place where nothing was hit. */
  async function showPlace(position: Position): Promise<void> {
    clear()
    request = new AbortController()
    at.value = position
    status.value = 'loading'
    await settle(async (signal) => { place.value = await locate(position, undefined, signal) }, request.signal)
  }

  async function open(layerID: string, id: string, withBuilding: boolean): Promise<void> {
    request?.abort()
    request = new AbortController()
    const { signal } = request
    layer.value = layerID
    place.value = related.value = building.value = null
    if (feature.value?.id !== id) feature.value = null
    status.value = 'loading'
    const found = await settle(async () => { feature.value = await getFeature(layerID, id, signal) }, signal)
    if (!found) return
    void getRelated(layerID, id, signal).then((groups) => { if (!signal.aborted) related.value = groups }, () => { if (!signal.aborted) related.value = [] })
    if (withBuilding) void getBuildingCard(id, signal).then((card) => { if (!signal.aborted) building.value = card }, () => undefined)
  }

  async function settle(load: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<boolean> {
    try {
      await load(signal)
      if (!signal.aborted) status.value = 'ready'
      return !signal.aborted
    } catch (failure) {
      if (isAbort(failure) || signal.aborted) return false
      error.value = failure
      status.value = 'failed'
      return false
    }
  }

  return { at, hits, place, feature, layer, related, building, status, error, clear, showPlace, open }
})
