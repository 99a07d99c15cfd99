import type { RouteLocationRaw } from 'vue-router'
import { all } from '@/model/filter'
import { lookQuery } from '@/model/look'

/**
 * The desk with exactly the cases of some filters: the list, the map and the
 * count of the queue "all" are narrowed by the same text. Who has not that queue
 * sees the first of their own.
 */
export function deskLink(look: { language: string; theme: string }, ...filters: (string | undefined)[]): RouteLocationRaw {
  const filter = all(...filters)
  return { path: '/', query: { v: '1', p: 'events', q: 'all', ...(filter ? { f: JSON.stringify({ events: filter }) } : {}), ...lookQuery(look) } }
}

/** The desk with one case open. */
export function caseLink(look: { language: string; theme: string }, id: string): RouteLocationRaw {
  return { path: '/', query: { v: '1', p: 'events', q: 'all', s: `events/${id}`, ...lookQuery(look) } }
}
