import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Case } from '@/api/eventtypes'
import { Problem } from '@/api/http'
import { useEvents } from './events'

const server = vi.hoisted(() => ({ reads: [] as { id: string; give: (found: unknown) => void }[], step: (): Promise<unknown> => Promise.resolve(null) }))
vi.mock('@/api/events', () => ({
  getCase: (id: string) => new Promise((give) => { server.reads.push({ id, give }) }),
  takeStep: () => server.step(),
  getEventClasses: () => Promise.resolve([]),
}))
const at = (id: string, version: number) => ({ id, version, feature: { properties: { updated_at: String(version) } } }) as unknown as Case
const settle = async () => { for (let i = 0; i < 10; i++) await nextTick() }
const shown = () => [useEvents().current?.id, useEvents().current?.version]

beforeEach(() => { setActivePinia(createPinia()); server.reads = [] })

it('the case opened last is shown, however late the answer for another comes', async () => {
  void useEvents().open('a')
  void useEvents().open('b')
  server.reads[1].give(at('b', 1))
  await settle()
  server.reads[0].give(at('a', 1))
  await settle()
  expect(shown()).toEqual(['b', 1])
})

it('an answer asked for earlier does not take the place of a later one, nor of a step taken since', async () => {
  const events = useEvents()
  void events.open('a')
  void events.reread()
  void events.open('a')
  server.reads[1].give(at('a', 2))
  await settle()
  server.reads[0].give(at('a', 1))
  await settle()
  expect(shown()).toEqual(['a', 2])
  void events.reread()
  server.step = () => Promise.resolve(at('a', 3))
  await events.step('file', {})
  server.reads[2].give(at('a', 2))
  await settle()
  expect(shown()).toEqual(['a', 3])
})

it('a conflict reads the case again, and does not bring it back when another was opened', async () => {
  const events = useEvents()
  void events.open('a')
  server.reads[0].give(at('a', 1))
  await settle()
  server.step = () => Promise.reject(new Problem('conflict', 409, ''))
  const taken = events.step('file', {}).catch((failure: unknown) => failure)
  await settle()
  void events.open('b')
  server.reads[2].give(at('b', 1))
  server.reads[1].give(at('a', 2))
  expect(await taken).toBeInstanceOf(Problem)
  expect(shown()).toEqual(['b', 1])
})
