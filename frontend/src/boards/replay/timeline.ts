import type { Feature } from '@/api/types'
import { phaseOf, phases, type Phase } from '@/model/eventstate'
import type { Lived } from '../api'

const hourMs = 3_600_000
/** So long without a record of any case is shown as a gap. */
export const gapMs = 4 * hourMs
/** The end of a state that lasts. */
const open = 1e15

/** When a case was in a state, in ms since 1970: from `from`, inclusive, to `to`, exclusive. */
export interface Spell { event: number; state: string; from: number; to: number }

/** The past of some cases, ready to be asked for any instant. */
export interface Timeline { events: Lived[]; spells: Spell[]; instants: number[] }

export function timelineOf(events: Lived[]): Timeline {
  const spells: Spell[] = []
  const instants: number[] = []
  events.forEach(({ states }, event) => {
    const at = states.map(([time]) => Date.parse(time))
    states.forEach(([, state], i) => {
      instants.push(at[i])
      const to = i + 1 < at.length ? at[i + 1] : open
      if (to > at[i]) spells.push({ event, state, from: at[i], to })
    })
  })
  instants.sort((a, b) => a - b)
  return { events, spells, instants }
}

/** How many cases were in each phase at an instant. O(spells). */
export function countsAt({ spells }: Timeline, at: number): Record<Phase, number> {
  const counts = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<Phase, number>
  for (const spell of spells) if (spell.from <= at && at < spell.to) counts[phaseOf(spell.state)]++
  return counts
}

/** The state of a case at an instant; '' before it was reported. */
export function stateAt(lived: Lived, at: number): string {
  return lived.states.findLast(([time]) => Date.parse(time) <= at)?.[1] ?? ''
}

/** Each spell as a point whose `t0` and `t1`, ms after `origin`, say when it is to be seen. */
export function spellFeatures({ events, spells }: Timeline, origin: number): Feature[] {
  return spells.map(({ event, state, from, to }, i) => {
    const { id, lon, lat, class: kind } = events[event]
    return { type: 'Feature', id: String(i), geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { id, class: kind, state, t0: from - origin, t1: to - origin } }
  })
}

/** How many records there are in each of `bins` equal parts of a period. */
export function histogram({ instants }: Timeline, from: number, to: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const at of instants) {
    if (at >= from && at < to) counts[Math.min(bins - 1, Math.floor(((at - from) / (to - from)) * bins))]++
  }
  return counts
}

/** The parts of a period without any record for long, and what is still to come; in order. */
export function gapsOf({ instants }: Timeline, from: number, to: number, now: number): [number, number][] {
  const inside = instants.filter((at) => at >= from && at <= Math.min(to, now))
  const marks = [from, ...inside, Math.min(to, now)]
  const gaps: [number, number][] = []
  for (let i = 1; i < marks.length; i++) if (marks[i] - marks[i - 1] >= gapMs) gaps.push([marks[i - 1], marks[i]])
  if (now < to) gaps.push([Math.max(from, now), to])
  return gaps
}
