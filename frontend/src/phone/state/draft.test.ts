import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, shallowRef } from 'vue'
import type { Me } from '@/api/types'
import { newItem, type Item } from '../outbox/item'
import { submitted } from '../outbox/machine'
import { useDraft } from './draft'
import { useOutbox } from './outbox'
import { usePhone } from './phone'

const device = vi.hoisted(() => ({ rows: new Map<string, unknown>(), full: false }))
vi.mock('../device/shelf', () => ({ shelf: {
  items: async () => { await new Promise((go) => setTimeout(go)); return [...device.rows.values()] }, // takes a turn, as a database does
  put: async (item: { id: string }) => { if (device.full) throw new DOMException('full', 'QuotaExceededError'); device.rows.set(item.id, item) },
  change: async (id: string, turn: (item: unknown) => unknown) => { const after = turn(device.rows.get(id)); device.rows.set(id, after); return after },
} }))
vi.mock('../outbox/sender', () => ({ drain: async () => ({ over: 'empty' }) }))

const step = (id: string, owner: string): Item => newItem(id, owner, { kind: 'step', case: 'e1', caseName: '', step: 'feedback', title: { zh: '', en: '' }, version: '1', input: {} }, 1)

beforeEach(() => {
  setActivePinia(createPinia())
  device.rows.clear()
  device.full = false
  usePhone().me = { id: 'wang' } as Me
  usePhone().heard = true
})

describe('a draft that the device cannot keep', () => {
  it('stays a draft, says so, and is handed over when there is room', async () => {
    const item = shallowRef(step('a', 'wang'))
    let draft!: ReturnType<typeof useDraft>
    const app = createApp({ setup: () => { draft = useDraft(item); return () => null } })
    app.mount(document.createElement('div'))
    draft.change({ input: { result: 'done' } })
    device.full = true
    expect(await draft.submit()).toBe(false)
    expect(draft.failed.value).toBe(true)
    expect(device.rows.size).toBe(0)
    device.full = false
    window.dispatchEvent(new Event('pagehide')) // what was not kept is tried again without another change
    await vi.waitFor(() => expect((device.rows.get('a') as Item).state).toBe('draft'))
    expect(await draft.submit()).toBe(true)
    expect((device.rows.get('a') as Item).state).toBe('waiting')
    app.unmount()
  })
})

describe('the outbox', () => {
  it('finds only what the present account wrote', async () => {
    for (const each of [step('a', 'wang'), step('b', 'li')]) device.rows.set(each.id, each)
    const outbox = useOutbox()
    await outbox.load()
    expect(outbox.find('a')?.id).toBe('a')
    expect(outbox.find('b')).toBeUndefined()
  })

  it('knows an item as a draft once it is taken back', async () => {
    device.rows.set('a', submitted(step('a', 'wang'), 2))
    const outbox = useOutbox()
    await outbox.load()
    expect(outbox.find('a')?.state).toBe('waiting')
    await outbox.edit('a')
    expect(outbox.find('a')?.state).toBe('draft')
  })
})
