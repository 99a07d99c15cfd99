import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Feature, Geometry, Position } from '@/api/types'
import type { MarkRole } from '@/layers/desk'
import type { HitThing } from './selection'

/** Something a panel shows on the map; `sign` stands in its disc, `label` below it. */
export interface Mark { role: MarkRole; geometry: Geometry; label?: string; sign?: string }

/** A question that the next click on the map answers. */
export interface Pick { title: string; take(hits: HitThing[], at: Position): void }

/** What the desk shows on the map and asks of it; each panel owns the marks under its name. */
export const useDesk = defineStore('desk', () => {
  const byOwner = shallowRef<Record<string, Mark[]>>({})
  /** The event that the pointer is over, in the queue or on the map; '' for none. */
  const hover = ref('')
  /** Whether the pointer is over it on the map, so that the queue scrolls to it. */
  const fromMap = ref(false)
  const asking = shallowRef<Pick | null>(null)
  /** Whether a report is being taken, and from where it was begun; null when none is. */
  const reporting = shallowRef<{ at: Position | null } | null>(null)

  const marks = computed(() => Object.entries(byOwner.value).flatMap(([owner, list]) => list.map((mark, index): Feature => ({
    type: 'Feature', id: `${owner}${index}`, geometry: mark.geometry, properties: { role: mark.role, ...(mark.label ? { label: mark.label } : {}), ...(mark.sign ? { sign: mark.sign } : {}) },
  }))))

  function show(owner: string, list: Mark[]): void {
    const { [owner]: before, ...rest } = byOwner.value
    if (list.length > 0 || before) byOwner.value = list.length > 0 ? { ...rest, [owner]: list } : rest
  }

  function point(id: string, onMap = false): void {
    hover.value = id
    fromMap.value = onMap && id !== ''
  }

  /** Asks for a click on the map; an empty click, Escape or another question ends it. */
  function ask(pick: Pick | null): void {
    asking.value = pick
  }

  return { marks, hover, fromMap, asking, reporting, show, point, ask }
})
