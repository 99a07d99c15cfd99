import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { listEvents } from '@/api/events'
import type { Change } from '@/api/eventtypes'
import { listFeatures } from '@/api/features'
import { isAbort } from '@/api/http'
import type { Feature, FeatureCollection } from '@/api/types'
import { limitOf } from '@/model/clock'
import { all } from '@/model/filter'
import { onlyRule } from '@/model/only'
import { queuesOf, type QueueName } from '@/model/queues'
import { useCatalog } from './catalog'
import { applyChanges, newestFirst } from './eventlist'
import { useView } from './view'

const pageSize = 60
const quietMs = 600

/** The cursor in a collection's link to its next page; '' on the last page. */
export function cursorOf({ links }: FeatureCollection): string {
  const href = links?.find(({ rel }) => rel === 'next')?.href
  return href ? (new URL(href, location.origin).searchParams.get('cursor') ?? '') : ''
}

/** The most pressing first; those without a limit last, then the newest. */
export function mostPressingFirst(a: Feature, b: Feature): number {
  const [x, y] = [limitOf(a.properties).due, limitOf(b.properties).due]
  return (Number.isFinite(x) ? x : Infinity) - (Number.isFinite(y) ? y : Infinity) || newestFirst(a, b)
}

/** The queues of the subject, how many events each holds, and the list of the one that is open. */
export const useQueue = defineStore('queue', () => {
  const catalog = useCatalog()
  const view = useView()
  const list = shallowRef<Feature[]>([])
  const status = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const error = shallowRef<unknown>(null)
  const next = ref('')
  const counts = shallowRef<Partial<Record<QueueName, number>>>({})
  let request: AbortController | undefined
  let counting: AbortController | undefined
  // A quiet question waits for the one under way and is asked when that ends.
  let loading = false
  let loadMissed = false
  let countMissed = false

  const fields = computed(() => new Set(catalog.byID.get('events')?.schema.fields.map(({ name }) => name) ?? []))
  const has = (field: string) => fields.value.has(field)
  const queues = computed(() => queuesOf(catalog.me, has))
  const current = computed(() => queues.value.find(({ name }) => name === view.queue) ?? queues.value[0])
  const narrowed = computed(() => onlyRule(view.only, has))
  /** What narrows every queue and the map alike. */
  const shared = (now: number) => all(view.filters.events, narrowed.value.cql(now))
  const waiting = computed(() => queues.value.find(({ waits }) => waits)?.name)

  const page = (filter: string, limit: number, cursor: string, signal?: AbortSignal): Promise<FeatureCollection> =>
    view.order === 'due' && limit > 1
      ? listFeatures('events', { filter, 'filter-lang': filter ? 'cql2-text' : undefined, limit, cursor, sortby: has('clock_due') ? 'clock_due' : 'due_at' }, signal)
      : listEvents({ filter, limit, cursor }, signal)

  /** Reads the open queue; `quiet` keeps what is shown until the answer is there, and waits for one that is under way. */
  async function load(quiet = false): Promise<void> {
    if (!current.value) return
    if (quiet && loading) {
      loadMissed = true
      return
    }
    request?.abort()
    request = new AbortController()
    const { signal } = request
    const now = Date.now()
    loading = true
    loadMissed = false
    if (!quiet) {
      next.value = ''
      status.value = 'loading'
      list.value = []
    }
    try {
      const answer = await page(all(shared(now), current.value.rule.cql(now)), pageSize, '', signal)
      if (signal.aborted) return
      list.value = answer.features ?? []
      next.value = cursorOf(answer)
      status.value = 'ready'
    } catch (failure) {
      if (isAbort(failure) || signal.aborted) return
      error.value = failure
      status.value = 'failed'
    } finally {
      if (!signal.aborted) {
        loading = false
        if (loadMissed) void load(true)
      }
    }
  }

  async function loadMore(): Promise<void> {
    if (!next.value || !current.value) return
    request?.abort()
    request = new AbortController()
    const { signal } = request
    loading = true
    const now = Date.now()
    const answer = await page(all(shared(now), current.value.rule.cql(now)), pageSize, next.value, signal).catch(() => null)
    // Another question was asked meanwhile: its list does not go on with this.
    if (signal.aborted) return
    loading = false
    if (answer) {
      const known = new Set(list.value.map(({ id }) => id))
      list.value = [...list.value, ...(answer.features ?? []).filter(({ id }) => !known.has(id))]
      next.value = cursorOf(answer)
    }
    if (loadMissed && list.value.length <= pageSize) void load(true)
  }

  /** Counts each queue as its list is counted; `quiet` waits for a count that is under way. */
  async function count(quiet = false): Promise<void> {
    if (quiet && counting) {
      countMissed = true
      return
    }
    countMissed = false
    counting?.abort()
    counting = new AbortController()
    const { signal } = counting
    const now = Date.now()
    const answers = await Promise.all(queues.value.map(async ({ name, rule }) => {
      const answer = await listEvents({ limit: 1, filter: all(shared(now), rule.cql(now)) }, signal).catch(() => null)
      return [name, answer?.numberMatched] as const
    }))
    if (signal.aborted) return
    counts.value = Object.fromEntries(answers.filter(([, matched]) => matched !== undefined))
    counting = undefined
    if (countMissed) void count(true)
  }

  /** Time alone moves cases between queues: numbers and list are asked for again, the list unless it shows more pages. */
  function refresh(): void {
    void count(true)
    if (status.value !== 'idle' && list.value.length <= pageSize) void load(true)
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  /** Takes what the stream brings; what a filter in words says of it only the server knows. */
  function apply(changes: Change[]): void {
    const mine = changes.filter(({ layer }) => layer === 'events')
    if (mine.length === 0 || !current.value) return
    const guess = !view.filters.events
    if (loading) loadMissed = true // the answer under way may not know of them
    if (guess && status.value === 'ready') {
      const now = Date.now()
      const rule = current.value.rule
      const matches = ({ properties }: Feature) => rule.test(properties, now) && narrowed.value.test(properties, now)
      const full = next.value !== ''
      const after = applyChanges(list.value, mine, matches, Math.max(pageSize, list.value.length), view.order === 'due' ? mostPressingFirst : newestFirst)
      // Behind a full page lie others; a change at its end may belong among them.
      list.value = full ? after.slice(0, Math.max(pageSize, list.value.length)) : after
    }
    timer ??= setTimeout(() => {
      timer = undefined
      if (!guess && status.value === 'ready') void load(true)
      void count(true)
    }, quietMs)
  }

  return { list, status, error, next, counts, queues, current, waiting, shared, has, load, loadMore, count, refresh, apply }
})
