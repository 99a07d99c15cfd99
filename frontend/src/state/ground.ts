import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { getBasemap, getBasemaps } from '@/api/catalog'
import type { Basemap, BasemapTiles } from '@/api/types'
import { useView } from './view'

/** The basemaps that the server offers, and the one that the view lies on. */
export const useGround = defineStore('ground', () => {
  const view = useView()
  const list = shallowRef<Basemap[]>([])
  const read = shallowRef<{ name: string; tiles: BasemapTiles } | null>(null)

  /** What is drawn; null until it is known, and for a name the server does not offer. */
  const tiles = computed(() => (read.value && read.value.name === view.ground ? read.value : null))
  /** Who made it, as plain text. */
  const credit = computed(() => (tiles.value ? plain(list.value.find(({ name }) => name === view.ground)?.attribution ?? '') : ''))

  void getBasemaps().then((found) => { list.value = found }, () => undefined) // without them the map is as it was

  watch(() => view.ground, async (name) => {
    if (!name || read.value?.name === name) return
    const found = await getBasemap(name).catch(() => null)
    if (found && view.ground === name) read.value = { name, tiles: found }
  }, { immediate: true })

  return { list, tiles, credit }
})

function plain(html: string): string {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent?.trim() ?? ''
}
