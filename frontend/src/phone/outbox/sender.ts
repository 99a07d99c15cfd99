import type { Case } from '@/api/eventtypes'
import { Problem } from '@/api/http'
import { bodyOf, postOf, type Post } from './compose'
import type { Answer, Failure, Item, Picture } from './item'
import { accepted, conflicted, lost, next, outdated, pictureKept, picturesGone, posting, recovered, refused, started } from './machine'

/** Where items lie: on the device, shared by all its pages. */
export interface Shelf {
  items(): Promise<Item[]>
  /** Changes an item as it lies there now, at one blow; null when it is gone. */
  change(id: string, turn: (item: Item) => Item): Promise<Item | null>
  put(item: Item, blobs?: Map<string, Blob>): Promise<void>
  remove(id: string): Promise<void>
  blob(key: string): Promise<Blob | undefined>
}

/** The server, as the outbox sees it. Both throw Problem; kind `offline` when no answer came. */
export interface Server {
  upload(blob: Blob, key: string, told: (share: number) => void): Promise<string>
  post(post: Post): Promise<Answer>
  /** The case as it is now, to tell what happened to it. */
  look(id: string): Promise<Case>
}

export interface Surroundings {
  shelf: Shelf
  server: Server
  now: () => number
  newKey: () => string
  /** Runs one page at a time, where the browser can see to that. */
  alone: (work: () => Promise<void>) => Promise<void>
  /** Share of an item that has been sent, 0 to 1. */
  progress: (id: string, share: number) => void
  changed: () => void
}

export type Outcome = { over: 'empty' } | { over: 'pause'; until: number } | { over: 'offline' } | { over: 'signin' }

/** Sends what waits, oldest first, until nothing is left, the line is down, or only pauses remain. */
export async function drain(s: Surroundings, owner: string): Promise<Outcome> {
  let outcome: Outcome = { over: 'empty' }
  await s.alone(async () => {
    for (const item of await s.shelf.items()) if (item.state === 'sending') await s.shelf.change(item.id, recovered)
    for (const id of outdated(await s.shelf.items(), s.now())) await s.shelf.remove(id)
    for (;;) {
      const items = await s.shelf.items()
      const action = next(items, owner, s.now())
      if (action === null) return
      if (action.do === 'wait') {
        outcome = { over: 'pause', until: action.until }
        return
      }
      const stop = action.do === 'picture' ? await sendPicture(s, action.item, action.picture) : await sendItem(s, action.item)
      s.changed()
      if (stop) {
        outcome = { over: stop }
        return
      }
    }
  })
  return outcome
}

type Stop = 'offline' | 'signin' | null

async function sendPicture(s: Surroundings, item: Item, picture: Picture): Promise<Stop> {
  await s.shelf.change(item.id, started)
  s.changed()
  const blob = await s.shelf.blob(picture.key)
  if (!blob) { // the browser has thrown it away
    await s.shelf.change(item.id, (now) => refused(now, { kind: 'picture-missing', status: 0, detail: '' }))
    return null
  }
  const at = item.pictures.indexOf(picture)
  try {
    const kept = await s.server.upload(blob, picture.sentAs ?? picture.key, (share) => s.progress(item.id, (at + share) / (item.pictures.length + 1)))
    await s.shelf.change(item.id, (now) => pictureKept(now, picture.key, kept))
    return null
  } catch (error) {
    return settle(s, item, error)
  }
}

async function sendItem(s: Surroundings, item: Item): Promise<Stop> {
  const now = await s.shelf.change(item.id, (found) => (found.pictures.every(({ kept }) => kept) ? posting(found, bodyOf(found)) : found))
  if (!now?.body || now.state !== 'sending') return null
  s.changed()
  s.progress(item.id, item.pictures.length / (item.pictures.length + 1))
  try {
    const answer = await s.server.post(postOf(now, await s.shelf.items()))
    await s.shelf.change(item.id, (found) => accepted(found, answer, s.now()))
    return null
  } catch (error) {
    return settle(s, now, error)
  }
}

/** What an error means for the item, and whether it stops the rest as well. */
async function settle(s: Surroundings, item: Item, error: unknown): Promise<Stop> {
  if (!(error instanceof Problem)) throw error
  const failure: Failure = { kind: error.kind, status: error.status, detail: error.detail, legal: legalOf(error) }
  const later = (found: Item) => lost(found, s.now(), error.retryAfter * 1000)
  if (error.status === 0 || error.status === 408 || error.status === 425 || error.status === 429 || error.status >= 500) {
    const known = error.status === 501 || error.kind === 'unsupported'
    await s.shelf.change(item.id, known ? (found) => refused(found, failure) : later)
    return error.status === 0 ? 'offline' : null
  }
  if (error.status === 401 || (error.status === 403 && /csrf/i.test(error.detail))) {
    await s.shelf.change(item.id, later)
    return 'signin'
  }
  if (/\/photos/.test(error.detail) && item.pictures.some(({ kept }) => kept) && item.conflicts === 0) {
    await s.shelf.change(item.id, (found) => picturesGone(found, s.newKey))
    return null
  }
  const current = item.work.kind === 'step' && [404, 409, 412, 422].includes(error.status) ? await s.server.look(item.work.case).catch(() => null) : null
  if (current) {
    failure.history = sinceOf(item, current)
    failure.legal = current.legal?.map(({ step }) => step) ?? failure.legal
  }
  const conflict = error.status === 409 || error.status === 412
  await s.shelf.change(item.id, (found) => (conflict ? conflicted(found, failure, current ? String(current.version) : '') : refused(found, failure)))
  return null
}

function legalOf(error: Problem): string[] | undefined {
  const legal = error.extra.legal
  return Array.isArray(legal) ? legal.map((each: unknown) => (typeof each === 'string' ? each : String((each as { step?: string }).step ?? ''))).filter((step) => step !== '') : undefined
}

/** What others have done to the case since the item was written. */
function sinceOf(item: Item, current: Case): Failure['history'] {
  return (current.history ?? []).filter(({ at, step }) => step !== '' && Date.parse(at) > item.made).map(({ actor, step, at }) => ({ who: actor ?? '', step, at }))
}
