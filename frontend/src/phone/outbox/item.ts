import type { StepInput } from '@/api/events'
import type { Title } from '@/api/types'

/** A picture of an item; its bytes lie on the shelf under `key`. Position and accuracy (metres) are those of the shutter. */
export interface Picture {
  key: string
  /** its key with the server, when that is no longer `key` */
  sentAs?: string
  bytes: number
  width: number
  height: number
  at: string
  lon?: number
  lat?: number
  accuracy?: number
  side?: 'before' | 'after'
  /** the server's id, once it keeps the picture */
  kept?: string
}

/** A new event. */
export interface ReportWork {
  kind: 'report'
  class: string
  className: string
  description: string
  lon: number | null
  lat: number | null
  accuracy: number | null
  source: 'gps' | 'pin' | 'object' | null
  /** the worker has looked at a poor position and says it is right */
  sure?: boolean
  object?: string
  objectName?: string
  channel: string
}

/** A step of a case. */
export interface StepWork {
  kind: 'step'
  case: string
  caseName: string
  step: string
  title: Title
  /** the version of the case that the worker saw */
  version: string
  /** the item whose step on the same case is taken before this one */
  after?: string
  input: StepInput
}

export type Work = ReportWork | StepWork

/**
 * draft: being written; waiting: to be sent; sending: under way; done: the server
 * has answered; failed: the server has refused it, and says why.
 */
export type ItemState = 'draft' | 'waiting' | 'sending' | 'done' | 'failed'

export interface Failure { kind: string; status: number; detail: string; legal?: string[]; history?: { who: string; step: string; at: string }[] }
/** What the server answered; `told` is kept to be read without a line. */
export interface Answer { id: string; number: string; version: string; state: string; told?: Told }
export interface Told { chain: string[]; grid: string; department: string; reason?: Title; due?: string; dueTitle?: Title; duplicates: number }

/** One thing that the worker hands over. `id` is its key with the server: however often it is sent, it counts once. */
export interface Item {
  id: string
  owner: string
  made: number
  changed: number
  state: ItemState
  work: Work
  pictures: Picture[]
  /** failed attempts since the last success or change */
  tries: number
  /** not to be tried before, ms since 1970 */
  next: number
  /** sent, and no answer came: the server may have it */
  doubt: boolean
  /** what is sent, byte for byte the same each time */
  body?: string
  /** conflicts met by the body as it is */
  conflicts: number
  failure?: Failure
  answer?: Answer
  doneAt?: number
}

export function newItem(id: string, owner: string, work: Work, now: number): Item {
  return { id, owner, made: now, changed: now, state: 'draft', work, pictures: [], tries: 0, next: 0, doubt: false, conflicts: 0 }
}

/** The case that an item is about; '' for a report, which has none yet. */
export const caseOf = (item: Item): string => (item.work.kind === 'step' ? item.work.case : '')

/** Whether the server has yet to hear of the item. */
export const isPending = (item: Item): boolean => item.state === 'waiting' || item.state === 'sending' || item.state === 'failed'
