import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { getAccess, type LayerAccess, type Sight } from '@/api/access'

/** What the subject may learn of each layer, read when a page first needs to know. */
export const useAccess = defineStore('access', () => {
  const layers = shallowRef(new Map<string, LayerAccess>())
  let asked: Promise<void> | undefined

  /** Reads it once; after a failure the next call asks again. */
  function need(): Promise<void> {
    asked ??= getAccess().then((list) => { layers.value = new Map(list.map((each) => [each.layer, each])) }, () => { asked = undefined })
    return asked
  }

  const sight = (layer: string, field: string): Sight => layers.value.get(layer)?.fields?.find(({ name }) => name === field)?.sight ?? 'shown'

  return { layers, need, sight }
})
