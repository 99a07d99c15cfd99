import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, expect, it } from 'vitest'
import type { Me } from '@/api/types'
import { useCatalog } from './catalog'
import { useDrafts } from './drafts'

const me = (id: string): Me => ({ id, name: { zh: '', en: '' }, role: 'dispatcher', demo: false, cleared: false, layers: ['*'], session: true })

/** The page as it is after a reload, used by `id`. */
function reload(id: string) {
  setActivePinia(createPinia())
  useCatalog().me = me(id)
  return useDrafts()
}
beforeEach(() => sessionStorage.clear())

it('a draft outlives a reload for its writer, and is not shown to the next account', async () => {
  reload('li').of('e1', 'return', { note: '' }).note = 'not ours'
  await nextTick()
  expect(reload('wang').of('e1', 'return', { note: '' }).note).toBe('')
  const mine = reload('li')
  expect(mine.of('e1', 'return', { note: '' }).note).toBe('not ours')
  mine.drop('e1', 'return')
  expect(mine.of('e1', 'return', { note: '' }).note).toBe('')
})
