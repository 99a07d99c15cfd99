import type { Language } from './language'

/** How a running time limit stands: all is well, it is about to end, it has ended, it does not run. */
export type Tone = 'well' | 'soon' | 'over' | 'still'

/** How a limit stands at `now`; times in ms since 1970, `warn` is when four fifths are used. */
export function toneOf(due: number, warn: number, now: number): Tone {
  if (!Number.isFinite(due)) return 'still'
  if (now >= due) return 'over'
  return Number.isFinite(warn) && now >= warn ? 'soon' : 'well'
}

const units: Record<Language, { day: string; hour: string; minute: string; gap: string }> = {
  zh: { day: '天', hour: '小时', minute: '分', gap: '' },
  en: { day: 'd', hour: 'h', minute: 'min', gap: ' ' },
}

/** A length of time in its two largest units, rounded down: 2天3小时, 45分. */
export function formatSpan(ms: number, language: Language): string {
  const { day, hour, minute, gap } = units[language]
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  const parts: [number, string][] = [[Math.floor(minutes / 1440), day], [Math.floor(minutes / 60) % 24, hour], [minutes % 60, minute]]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return `0${gap}${minute}`
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0)
  return shown.map(([count, unit]) => `${count}${gap}${unit}`).join(gap)
}

/** The running limit of an event of a list, from its columns; due and warn in ms since 1970, NaN when unknown. */
export function limitOf(properties: Record<string, unknown>): { name: string; due: number; warn: number } {
  const at = (field: string) => Date.parse(String(properties[field] ?? ''))
  const own = at('clock_due')
  return Number.isFinite(own) ? { name: String(properties.clock ?? ''), due: own, warn: at('warn_at') } : { name: properties.due_at ? 'handle' : '', due: at('due_at'), warn: NaN }
}
