import type { Item } from '../outbox/item'
import type { Shelf } from '../outbox/sender'
import { outcome, transact } from './database'

/** Items and pictures on the device; pictures go with their item, and when the server has it. */
export const shelf: Shelf = {
  items: () => transact(['items'], 'readonly', (store) => outcome<Item[]>(store('items').getAll())),

  change: (id, turn) => transact(['items', 'pictures'], 'readwrite', async (store) => {
    const found = await outcome<Item | undefined>(store('items').get(id))
    if (!found) return null
    const after = turn(found)
    if (after === found) return after
    store('items').put(after)
    if (after.state === 'done') after.pictures.forEach(({ key }) => store('pictures').delete(key))
    return after
  }),

  put: (item, blobs) => transact(['items', 'pictures'], 'readwrite', async (store) => {
    const before = await outcome<Item | undefined>(store('items').get(item.id))
    blobs?.forEach((blob, key) => store('pictures').put(blob, key))
    const kept = new Set(item.pictures.map(({ key }) => key))
    before?.pictures.forEach(({ key }) => { if (!kept.has(key)) store('pictures').delete(key) })
    await outcome(store('items').put(item))
  }),

  remove: (id) => transact(['items', 'pictures'], 'readwrite', async (store) => {
    const before = await outcome<Item | undefined>(store('items').get(id))
    before?.pictures.forEach(({ key }) => store('pictures').delete(key))
    await outcome(store('items').delete(id))
  }),

  blob: (key) => transact(['pictures'], 'readonly', (store) => outcome<Blob | undefined>(store('pictures').get(key))),
}
