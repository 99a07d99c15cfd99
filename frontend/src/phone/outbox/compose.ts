import { versionFor } from './machine'
import type { Item } from './item'

/** What an item is sent as. */
export interface Post { path: string; body: string; headers: Record<string, string> }

/** The body of an item whose pictures the server keeps; made once, then kept with the item. */
export function bodyOf(item: Item): string {
  const photos = item.pictures.flatMap(({ kept }) => kept ?? [])
  if (item.work.kind === 'report') {
    const { lon, lat, accuracy, class: code, description, channel, object } = item.work
    return JSON.stringify({
      lon, lat, coord: 'wgs84', ...(accuracy === null ? {} : { accuracy }), class: code, description: description.trim(), channel, photos,
      ...(object ? { object } : {}), taken_at: new Date(item.pictures.length > 0 ? Date.parse(item.pictures[0].at) : item.made).toISOString(), draft: item.id,
    })
  }
  return JSON.stringify({ ...item.work.input, ...(photos.length > 0 ? { photos } : {}) })
}

export function postOf(item: Item, items: Item[]): Post {
  const body = item.body ?? bodyOf(item)
  if (item.work.kind === 'report') return { path: '/api/v1/events', body, headers: { 'Idempotency-Key': item.id } }
  return {
    path: `/api/v1/events/${encodeURIComponent(item.work.case)}/${encodeURIComponent(item.work.step)}`, body,
    headers: { 'Idempotency-Key': item.id, 'If-Match': `"${versionFor(item, items)}"` },
  }
}
