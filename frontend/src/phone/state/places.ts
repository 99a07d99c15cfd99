import type { RouteLocationRaw } from 'vue-router'
import type { Item } from '../outbox/item'

/** The page on which an item is written. */
export function editAddress(item: Item): RouteLocationRaw {
  return item.work.kind === 'report' ? { name: 'report', params: { id: item.id } } : { name: 'step', params: { id: item.work.case, step: item.work.step }, query: { item: item.id } }
}
