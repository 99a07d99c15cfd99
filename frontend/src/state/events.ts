import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { getCase, getEventClasses, listEvents, takeStep, type StepInput } from '@/api/events'
import type { Case, Change, EventClass } from '@/api/eventtypes'
import { isAbort, Problem } from '@/api/http'
import { groups } from '@/api/query'
import type { Feature, FeatureCollection } from '@/api/types'
import { oneOf } from '@/model/filter'
import { phaseOf, phases, statesOf, type Phase } from '@/model/eventstate'
import { applyChanges } from './eventlist'

const pageSize = 100
const freshMs = 20_000

/** The cursor in a collection's link to its next page; '' on the last page. */
function cursorOf({ links }: FeatureCollection): string {
  const href = links?.find(({ rel }) => rel === 'next')?.href
  return href ? (new URL(href, location.origin).searchParams.get('cursor') ?? '') : ''
}

/** The dispatcher's list, the open case, and the events changed since loading. */
export const useEvents = defineStore('events', () => {
  const list = shallowRef<Feature[]>([])
  const phase = ref<Phase | 'all'>('all')
  const status = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const error = shallowRef<unknown>(null)
  const fresh = shallowRef(new Set<string>())
  /** Events changed since the tiles were drawn, drawn above them; by id. */
  const changed = shallowRef(new Map<string, Feature | null>())
  const totals = shallowRef<Partial<Record<Phase, number>>>({})
  const current = shallowRef<Case | null>(null)
  const classes = shallowRef<EventClass[]>([])
  const next = ref('')
  let request: AbortController | undefined

  const matches = (event: Feature) => phase.value === 'all' || phaseOf(event.properties.state) === phase.value
  const filter = computed(() => (phase.value === 'all' ? undefined : oneOf('state', statesOf(phase.value))))

  async function load(): Promise<void> {
    request?.abort()
    request = new AbortController()
    status.value = 'loading'
    try {
      const answer = await listEvents({ limit: pageSize, filter: filter.value }, request.signal)
      list.value = answer.features ?? []
      next.value = cursorOf(answer)
      status.value = 'ready'
    } catch (failure) {
      if (isAbort(failure)) return
      error.value = failure
      status.value = 'failed'
    }
  }

  /** Appends the next page of older events. */
  async function loadMore(): Promise<void> {
    if (!next.value) return
    const answer = await listEvents({ limit: pageSize, filter: filter.value, cursor: next.value }).catch(() => null)
    if (!answer) return
    const known = new Set(list.value.map(({ id }) => id))
    list.value = [...list.value, ...(answer.features ?? []).filter(({ id }) => !known.has(id))]
    next.value = cursorOf(answer)
  }

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
    list.value = applyChanges(list.value, mine, matches, Math.max(pageSize, list.value.length))
    const nowChanged = new Map(changed.value)
    const nowFresh = new Set(fresh.value)
    for (const change of mine) {
      nowChanged.set(change.id, change.op === 'put' ? (change.feature ?? null) : null)
      nowFresh.add(change.id)
      if (current.value?.id === change.id && change.op === 'put') void open(change.id)
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

  async function open(id: string): Promise<Case | null> {
    const found = await getCase(id)
    current.value = found
    return found
  }

  /** Takes a step; on a conflict the case is read again before the error is thrown. */
  async function step(name: string, input: StepInput): Promise<void> {
    const before = current.value
    if (!before) return
    try {
      const after = await takeStep(before.id, name, before.version, input)
      if (current.value?.id === before.id) current.value = after
    } catch (failure) {
      if (failure instanceof Problem && (failure.kind === 'conflict' || failure.kind === 'illegal-step')) await open(before.id)
      throw failure
    }
  }

  async function loadClasses(): Promise<void> {
    if (classes.value.length === 0) classes.value = await getEventClasses()
  }

  return { list, phase, status, error, fresh, changed, totals, current, classes, next, load, loadMore, loadTotals, apply, settled, open, step, loadClasses }
})
