/** Periods of an evaluation, on the reader's clock. Times in ms since 1970; `to` is not part of it. */
export interface Period { from: number; to: number }
export const presets = ['today', 'week', 'month', 'thisMonth', 'lastMonth', 'custom'] as const
export type Preset = (typeof presets)[number]

const midnight = (at: Date, days = 0) => new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime()
const monthStart = (at: Date, months = 0) => new Date(at.getFullYear(), at.getMonth() + months, 1).getTime()

/** The period of a preset at `now`; for `custom`, from the first day to the last, both included. */
export function periodOf(preset: Preset, now: number, first = '', last = ''): Period {
  const at = new Date(now)
  switch (preset) {
    case 'today': return { from: midnight(at), to: now }
    case 'week': return { from: midnight(at, -6), to: now }
    case 'month': return { from: midnight(at, -29), to: now }
    case 'thisMonth': return { from: monthStart(at), to: now }
    case 'lastMonth': return { from: monthStart(at, -1), to: monthStart(at) }
    case 'custom': {
      const from = dayOf(first) ?? midnight(at, -29)
      const end = dayOf(last)
      const to = end === null ? now : Math.min(now, midnight(new Date(end), 1))
      return from < to ? { from, to } : { from: midnight(new Date(to), -1), to }
    }
  }
}

/**
 * The period before: for a month, or a part of one, the same part of the month
 * before; else one as long that ends where this begins.
 */
export function before(preset: Preset, { from, to }: Period): Period {
  const start = new Date(from)
  if (preset === 'lastMonth') return { from: monthStart(start, -1), to: from }
  if (preset === 'thisMonth') return { from: monthStart(start, -1), to: Math.min(monthStart(start, -1) + (to - from), from) }
  return { from: from - (to - from), to: from }
}

function dayOf(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return null
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  return at.getMonth() === Number(match[2]) - 1 ? at.getTime() : null
}

/** A day as a date input has it. */
export function dayText(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}
