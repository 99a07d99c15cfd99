import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { getFeature } from '@/api/features'
import { isAbort } from '@/api/http'
import { countWithin, featuresWithin, groups } from '@/api/query'
import type { Counts, FeatureCollection, Geometry, Group } from '@/api/types'
import { regionGeometry, type Region } from '@/model/region'
import { useCatalog } from './catalog'
import { useView } from './view'

export type DrawMode = 'polygon' | 'circle' | 'rectangle'
const listLimit = 1000

/** The counted region: its shape, the numbers inside, and their groups. */
export const useRegion = defineStore('region', () => {
  const catalog = useCatalog()
  const view = useView()
  const geometry = shallowRef<Geometry | null>(null)
  const name = ref('')
  const counts = shallowRef<Counts | null>(null)
  const status = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const error = shallowRef<unknown>(null)
  const drawing = ref<DrawMode | null>(null)
  const layer = ref('')
  const by = ref('')
  const grouped = shallowRef<Group[] | null>(null)
  let request: AbortController | undefined

  async function load(region: Region | null): Promise<void> {
    request?.abort()
    counts.value = grouped.value = geometry.value = null
    name.value = ''
    status.value = region ? 'loading' : 'idle'
    if (!region) return
    request = new AbortController()
    const { signal } = request
    try {
      geometry.value = regionGeometry(region)
      if (region.kind === 'area') {
        const feature = await getFeature(region.layer, region.id, signal)
        geometry.value = feature.geometry
        name.value = String(feature.properties.name ?? region.id)
      }
      if (!geometry.value) throw new Error('the region has no shape')
      counts.value = await countWithin({ geometry: geometry.value, layers: catalog.layers.map(({ id }) => id) }, signal)
      status.value = 'ready'
      if (!layer.value) layer.value = catalog.byID.has('events') ? 'events' : (catalog.layers[0]?.id ?? '')
      await loadGroups()
    } catch (failure) {
      if (isAbort(failure)) return
      error.value = failure
      status.value = 'failed'
    }
  }

  async function loadGroups(): Promise<void> {
    grouped.value = null
    const chosen = catalog.byID.get(layer.value)
    if (!geometry.value || !chosen) return
    const kind = chosen.listable ? chosen.schema.kind_field : undefined
    const grouping = by.value || (kind ? `field:${kind}` : 'community')
    // Bars of the kinds themselves stay complete, so that another one can be picked.
    const filter = grouping === `field:${kind}` ? undefined : view.filters[chosen.id] || undefined
    const answer = await groups({ layers: [chosen.id], geometry: geometry.value, filter, by: grouping }, request?.signal).catch((failure) => {
      if (isAbort(failure)) return null
      return []
    })
    if (answer) grouped.value = [...answer].sort((a, b) => (b.count ?? 0) - (a.count ?? 0) || (a.key < b.key ? -1 : 1))
  }

  async function features(layerID: string): Promise<FeatureCollection | null> {
    if (!geometry.value) return null
    const filter = view.filters[layerID] || undefined
    return (await featuresWithin({ geometry: geometry.value, layers: [layerID], filter }, listLimit))[layerID] ?? null
  }

  return { geometry, name, counts, status, error, drawing, layer, by, grouped, load, loadGroups, features }
})
