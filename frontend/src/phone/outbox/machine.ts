import type { Answer, Failure, Item, Picture } from './item'
import { caseOf } from './item'

/**
 * The outbox as a pure state machine: what happens to an item, and what is to be
 * done next. Each function returns the item as it is afterwards, or the item
 * itself when the thing cannot happen to it; a second telling of the same news
 * changes nothing. Times are ms since 1970.
 */

const firstPauseMs = 2_000
const longestPauseMs = 5 * 60_000
const mostConflicts = 1

/** How long to wait after so many failed attempts in a row. */
export const pauseAfter = (tries: number): number => Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries - 1, 12))

export function submitted(item: Item, now: number): Item {
  return item.state === 'draft' ? { ...item, state: 'waiting', changed: now, tries: 0, next: 0 } : item
}

/** The first byte is about to leave; a picture alone leaves no doubt. */
export function started(item: Item): Item {
  return item.state === 'waiting' ? { ...item, state: 'sending' } : item
}

/** The server keeps a picture. */
export function pictureKept(item: Item, key: string, kept: string): Item {
  return { ...item, pictures: item.pictures.map((picture) => (picture.key === key && !picture.kept ? { ...picture, kept } : picture)) }
}

/** The item itself is about to leave: from here on only an answer tells whether the server has it. */
export function posting(item: Item, body: string): Item {
  if (item.state !== 'waiting' && item.state !== 'sending') return item
  return { ...item, state: 'sending', doubt: true, body: item.body ?? body }
}

export function accepted(item: Item, answer: Answer, now: number): Item {
  if (item.state === 'done') return item
  return { ...item, state: 'done', answer, doubt: false, doneAt: now, failure: undefined, body: undefined, tries: 0 }
}

/** No answer, or one that says nothing about the item: it is tried again later. */
export function lost(item: Item, now: number, afterMs = 0): Item {
  if (item.state !== 'sending') return item
  const tries = item.tries + 1
  return { ...item, state: 'waiting', tries, next: now + Math.max(afterMs, pauseAfter(tries)) }
}

/** The server has said no to the item as it is. */
export function refused(item: Item, failure: Failure): Item {
  if (item.state === 'done' || item.state === 'draft') return item
  return { ...item, state: 'failed', failure, doubt: false, body: undefined, tries: 0 }
}

/**
 * A conflict. Two pages may have sent the same thing at once, and then the second
 * answer tells: so it is asked once more before it counts as refused. What only
 * adds to a case is sent for the version that the case has now.
 */
export function conflicted(item: Item, failure: Failure, version: string): Item {
  if (item.state === 'done' || item.state === 'draft') return item
  if (item.work.kind === 'step' && adds(item.work.step) && version && version !== item.work.version) {
    return { ...item, state: 'waiting', next: 0, work: { ...item.work, version, after: undefined } }
  }
  if (item.conflicts < mostConflicts) return { ...item, state: 'waiting', next: 0, conflicts: item.conflicts + 1 }
  return refused(item, failure)
}

/** Steps that do not depend on what others did to the case meanwhile. */
const adds = (step: string): boolean => step === 'supplement'

/** The pictures are gone from the server, which said so and took nothing: they are sent again, under new keys. */
export function picturesGone(item: Item, newKey: () => string): Item {
  if (item.state !== 'sending') return item
  return { ...item, state: 'waiting', next: 0, body: undefined, doubt: false, conflicts: item.conflicts + 1, pictures: item.pictures.map(({ kept: _, ...picture }) => ({ ...picture, sentAs: newKey() })) }
}

/** The worker wants it tried again, now; a step for the version of the case that the worker has seen since. */
export function retried(item: Item, now: number, version?: string): Item {
  if (item.state === 'waiting') return { ...item, next: 0 }
  if (item.state !== 'failed') return item
  const work = item.work.kind === 'step' && version ? { ...item.work, version, after: undefined } : item.work
  return { ...item, state: 'waiting', work, failure: undefined, conflicts: 0, tries: 0, next: 0, changed: now }
}

/** Whether the worker may still change it: not while the server may have it already. */
export const isEditable = (item: Item): boolean => !item.doubt && (item.state === 'draft' || item.state === 'waiting' || item.state === 'failed')

export function reopened(item: Item, now: number): Item {
  return isEditable(item) ? { ...item, state: 'draft', failure: undefined, conflicts: 0, body: undefined, tries: 0, next: 0, changed: now } : item
}

/** Whether it may be thrown away: not while it is under way. */
export const isRemovable = (item: Item): boolean => item.state !== 'sending'

/** The page that was sending is gone: nothing is under way. */
export function recovered(item: Item): Item {
  return item.state === 'sending' ? { ...item, state: 'waiting', next: 0 } : item
}

export type Action =
  | { do: 'picture'; item: Item; picture: Picture }
  | { do: 'post'; item: Item }
  | { do: 'wait'; until: number }
  | null

/**
 * What is to be done next for `owner`: the oldest item first, pictures before what
 * names them, and of one case one item after the other. What is paused or refused
 * holds up only the later items of its own case.
 */
export function next(items: Item[], owner: string, now: number): Action {
  const blocked = new Set<string>()
  let until = Infinity
  for (const item of inOrder(items)) {
    if (item.owner !== owner || (item.state !== 'waiting' && item.state !== 'sending' && item.state !== 'failed')) continue
    const about = caseOf(item)
    if (about && blocked.has(about)) continue
    if (about) blocked.add(about)
    if (item.state === 'failed') continue
    if (item.next > now) {
      until = Math.min(until, item.next)
      continue
    }
    const picture = item.body === undefined ? item.pictures.find(({ kept }) => !kept) : undefined
    return picture ? { do: 'picture', item, picture } : { do: 'post', item }
  }
  return until === Infinity ? null : { do: 'wait', until }
}

/** Whether an item waits for an earlier one of its case that was refused. */
export function isHeldUp(item: Item, items: Item[]): boolean {
  const about = caseOf(item)
  if (!about || item.state !== 'waiting') return false
  const before = inOrder(items)
  return before.slice(0, before.findIndex(({ id }) => id === item.id)).some((other) => other.owner === item.owner && caseOf(other) === about && other.state === 'failed')
}

/** In the order in which they were made. */
export const inOrder = (items: Item[]): Item[] => [...items].sort((a, b) => a.made - b.made || (a.id < b.id ? -1 : 1))

/** The version that a step is sent for: what the step before it made of the case. */
export function versionFor(item: Item, items: Item[]): string {
  if (item.work.kind !== 'step') return ''
  const { after, version } = item.work
  return items.find(({ id }) => id === after)?.answer?.version ?? version
}

const keepDoneMs = 7 * 86_400_000
const mostDone = 60

/** The ids of done items that need not be kept: old ones, and those beyond the newest sixty. */
export function outdated(items: Item[], now: number): string[] {
  const named = new Set(items.filter(({ state }) => state !== 'done').map(({ work }) => (work.kind === 'step' ? work.after : undefined)))
  const done = items.filter(({ state }) => state === 'done').sort((a, b) => (b.doneAt ?? 0) - (a.doneAt ?? 0))
  return done.filter(({ id, doneAt }, at) => !named.has(id) && (at >= mostDone || now - (doneAt ?? 0) > keepDoneMs)).map(({ id }) => id)
}
