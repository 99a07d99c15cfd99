import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, expect, it, vi } from 'vitest'
import type { EventFilter } from '@/api/events'
import { useQueue } from './queue'
import { useView } from './view'

interface Asked { filter: EventFilter; signal?: AbortSignal; give: (answer: unknown) => void }
const server = vi.hoisted(() => ({ asked: [] as Asked[] }))
vi.mock('@/api/events', () => ({
  listEvents: (filter: EventFilter, signal?: AbortSignal) => new Promise((give) => { server.asked.push({ filter, signal, give }) }),
}))
const settle = async () => { for (let i = 0; i < 10; i++) await nextTick() }
const lists = () => server.asked.filter(({ filter }) => filter.limit !== 1)
const counts = () => server.asked.filter(({ filter }) => filter.limit === 1)
const features = (from: number, n: number) => Array.from({ length: n }, (_, i) => ({ id: `e${from + i}`, properties: {} }))
const page = (from: number, n: number, more: boolean) => ({ features: features(from, n), links: more ? [{ rel: 'next', href: '/api/v1/events?cursor=c2' }] : [] })

beforeEach(() => { setActivePinia(createPinia()); server.asked = [] })

it('a page of the queue before does not join the list of the one that is open', async () => {
  const queue = useQueue()
  void queue.load()
  lists()[0].give(page(0, 60, true))
  await settle()
  void queue.loadMore()
  expect(lists()[1].filter.cursor).toBe('c2')
  useView().queue = 'all'
  void queue.load()
  lists()[2].give(page(500, 2, false))
  await settle()
  lists()[1].give(page(60, 60, true))
  await settle()
  expect(queue.list.map(({ id }) => id)).toEqual(['e500', 'e501'])
  expect(queue.next).toBe('')
})

it('more pages join their own list', async () => {
  const queue = useQueue()
  void queue.load()
  lists()[0].give(page(0, 60, true))
  await settle()
  void queue.loadMore()
  lists()[1].give(page(59, 10, false))
  await settle()
  expect(queue.list.length).toBe(69)
  queue.refresh()
  expect(lists().length).toBe(2) // what was paged to is not taken away
})

it('list and number are asked for again together, and what is under way is waited for', async () => {
  const queue = useQueue()
  void queue.load()
  lists()[0].give(page(0, 3, false))
  await settle()
  for (let i = 0; i < 5; i++) queue.refresh()
  const each = queue.queues.length
  expect(lists().length).toBe(2)
  expect(counts().length).toBe(each)
  expect(server.asked.slice(1).every(({ signal }) => !signal?.aborted)).toBe(true)
  lists()[1].give(page(0, 2, false))
  counts().forEach(({ give }) => give({ numberMatched: 2 }))
  await settle()
  expect(queue.list.length).toBe(2)
  expect(queue.counts[queue.queues[0].name]).toBe(2)
  expect([lists().length, counts().length]).toEqual([3, 2 * each])
  lists()[2].give(page(0, 1, false))
  counts().slice(each).forEach(({ give }) => give({ numberMatched: 1 }))
  await settle()
  expect([lists().length, counts().length, queue.list.length]).toEqual([3, 2 * each, 1])
})
