import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { getCase, getEventClasses, takeStep, type StepInput } from '@/api/events'
import type { Case, Change, EventClass } from '@/api/eventtypes'
import { Problem } from '@/api/http'
import { groups } from '@/api/query'
import type { Feature } from '@/api/types'
import { phaseOf, phases, type Phase } from '@/model/eventstate'

const freshMs = 20_000

/** The open case, the events changed since the map was drawn, and how many there are in each phase. */
export const useEvents = defineStore('events', () => {
  const fresh = shallowRef(new Set<string>())
  /** Events changed since the tiles were drawn, drawn above them; by id. */
  const changed = shallowRef(new Map<string, Feature | null>())
  const totals = shallowRef<Partial<Record<Phase, number>>>({})
  const current = shallowRef<Case | null>(null)
  const classes = shallowRef<EventClass[]>([])

  async function loadTotals(): Promise<void> {
    const counted = await groups({ layers: ['events'], by: 'field:state' }).catch(() => [])
    const sums: Partial<Record<Phase, number>> = Object.fromEntries(phases.map((name) => [name, 0]))
    for (const group of counted) sums[phaseOf(group.key)] = (sums[phaseOf(group.key)] ?? 0) + (group.count ?? 0)
    if (counted.length > 0) totals.value = sums
  }

  let totalsTimer: ReturnType<typeof setTimeout> | undefined
  function apply(changes: Change[]): void {
    const mine = changes.filter((change) => change.layer === 'events')
    if (mine.length === 0) return
    const nowChanged = new Map(changed.value)
    const nowFresh = new Set(fresh.value)
    for (const change of mine) {
      nowChanged.set(change.id, change.op === 'put' ? (change.feature ?? null) : null)
      nowFresh.add(change.id)
      if (current.value?.id === change.id && change.op === 'put') changedElsewhere(change.id, change.feature)
    }
    changed.value = nowChanged
    fresh.value = nowFresh
    setTimeout(() => {
      fresh.value = new Set([...fresh.value].filter((id) => !mine.some((change) => change.id === id)))
    }, freshMs)
    totalsTimer ??= setTimeout(() => { totalsTimer = undefined; void loadTotals() }, 800)
  }

  /** The tiles are current again: nothing needs to be drawn above them. */
  function settled(): void {
    changed.value = new Map()
  }

  /** Reads the open case again, unless the change is the step just taken here. */
  function changedElsewhere(id: string, feature: Feature | undefined): void {
    if (String(feature?.properties.updated_at ?? '') === String(current.value?.feature.properties.updated_at ?? '-')) return
    void read(id).catch(() => undefined)
  }

  let wanted = ''
  let turn = 0
  let shown = 0
  /** Reads a case; its answer is shown unless another case is wanted by then, or a later answer is there. */
  async function read(id: string): Promise<Case> {
    const mine = ++turn
    const found = await getCase(id)
    if (id === wanted && mine > shown) {
      shown = mine
      current.value = found
    }
    return found
  }

  function open(id: string): Promise<Case> {
    wanted = id
    return read(id)
  }

  /** Changes were perhaps missed: the open case is read again. */
  async function reread(): Promise<void> {
    if (current.value) await read(current.value.id).catch(() => undefined)
  }

  /** Takes a step; on a conflict the case is read again before the error is thrown. */
  async function step(name: string, input: StepInput, key?: string): Promise<void> {
    const before = current.value
    if (!before) return
    try {
      const after = await takeStep(before.id, name, before.version, input, key)
      if (current.value?.id !== before.id) return
      shown = ++turn
      current.value = after
    } catch (failure) {
      if (failure instanceof Problem && (failure.kind === 'conflict' || failure.kind === 'illegal-step')) {
        if (current.value?.id === before.id) wanted = before.id
        await read(before.id)
      }
      throw failure
    }
  }

  async function loadClasses(): Promise<void> {
    if (classes.value.length === 0) classes.value = await getEventClasses()
  }

  return { fresh, changed, totals, current, classes, loadTotals, apply, settled, open, reread, step, loadClasses }
})
