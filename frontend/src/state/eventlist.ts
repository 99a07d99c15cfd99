import type { Change } from '@/api/eventtypes'
import type { Feature } from '@/api/types'

/** The newest first; equal times by id so that the order never flickers. */
export function newestFirst(a: Feature, b: Feature): number {
  const at = (feature: Feature) => Date.parse(String(feature.properties.reported_at ?? '')) || 0
  return at(b) - at(a) || (a.id < b.id ? 1 : -1)
}

/**
 * The list after a batch of changes: changed events take their new state,
 * deleted ones and those that `matches` refuses leave, new ones enter at their
 * place. Pure; the input is not changed. Cost O(list + changes · log list).
 */
export function applyChanges(list: Feature[], changes: Change[], matches: (event: Feature) => boolean, limit: number, order = newestFirst): Feature[] {
  const byID = new Map(list.map((feature) => [feature.id, feature]))
  for (const change of changes) {
    if (change.layer !== 'events') continue
    if (change.op === 'put' && change.feature && matches(change.feature)) byID.set(change.id, { ...change.feature, id: change.id })
    else byID.delete(change.id)
  }
  return [...byID.values()].sort(order).slice(0, limit)
}
