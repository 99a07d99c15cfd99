import type { Field } from '@/api/types'
import { codeTitle, type Language } from './language'

const locale: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' }

export function formatNumber(value: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(locale[language], { maximumFractionDigits: digits }).format(value)
}

/** A count that may be suppressed: `< 10` when only the threshold is known. */
export function formatCount(count: number | null | undefined, below: number | undefined, language: Language): string {
  if (typeof count === 'number') return formatNumber(count, language)
  return below ? `< ${below}` : '–'
}

/** Large counts in few characters: 12,345 → 1.2万 / 12.3K. */
export function formatShort(count: number, language: Language): string {
  if (count < 10_000) return formatNumber(count, language)
  return new Intl.NumberFormat(locale[language], { notation: 'compact', maximumFractionDigits: 1 }).format(count)
}

export function formatDistance(metres: number, language: Language): string {
  if (metres < 1000) return `${formatNumber(metres, language)} m`
  return `${formatNumber(metres / 1000, language, 2)} km`
}

export function formatArea(squareMetres: number, language: Language): string {
  if (squareMetres < 100_000) return `${formatNumber(squareMetres, language)} m²`
  return `${formatNumber(squareMetres / 1e6, language, 2)} km²`
}

export function formatTime(text: string | undefined | null, language: Language): string {
  const time = text ? new Date(text) : null
  if (!time || Number.isNaN(time.getTime())) return ''
  const parts: Intl.DateTimeFormatOptions = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false }
  return new Intl.DateTimeFormat(locale[language], parts).format(time)
}

/** Bytes in the largest decimal unit that leaves a whole part. */
export function formatBytes(bytes: number, language: Language): string {
  const unit = bytes >= 1e9 ? 'GB' : bytes >= 1e6 ? 'MB' : bytes >= 1e3 ? 'kB' : 'B'
  return `${formatNumber(bytes / { GB: 1e9, MB: 1e6, kB: 1e3, B: 1 }[unit], language, unit === 'B' ? 0 : 1)} ${unit}`
}

/** The instant at which a day of a date input begins on the reader's clock, as RFC 3339. */
export function dayStart(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(year, month - 1, date).toISOString()
}

/** A day with its year, without the time. */
export function formatDate(text: string | undefined | null, language: Language): string {
  const time = text ? new Date(text) : null
  if (!time || Number.isNaN(time.getTime())) return ''
  return new Intl.DateTimeFormat(locale[language], { year: 'numeric', month: '2-digit', day: '2-digit' }).format(time)
}

/** A time with its year, to the minute; to the second where records are compared. */
export function formatDay(text: string | undefined | null, language: Language, seconds = false): string {
  const time = text ? new Date(text) : null
  if (!time || Number.isNaN(time.getTime())) return ''
  const parts: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false, ...(seconds ? { second: '2-digit' } : {}) }
  return new Intl.DateTimeFormat(locale[language], parts).format(time)
}

/** How long before `now`, in the largest unit that fits. */
export function formatAgo(text: unknown, now: number, language: Language): string {
  const time = Date.parse(String(text ?? ''))
  if (Number.isNaN(time)) return ''
  const seconds = Math.min(0, time - now) / 1000 // clocks differ: nothing is reported in the future
  const relative = new Intl.RelativeTimeFormat(locale[language], { numeric: 'auto', style: 'short' })
  const size = Math.abs(seconds)
  if (size < 60) return relative.format(Math.round(seconds), 'second')
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour')
  return relative.format(Math.round(seconds / 86_400), 'day')
}

const unitSigns: Record<string, string> = { m2: 'm²', m3: 'm³', deg: '°', Cel: '°C', '%': '%' }

/** A field's value as people write it: code names, units, local time. */
export function formatValue(field: Field, value: unknown, language: Language): string {
  if (value === null || value === undefined || value === '') return '–'
  if (field.type === 'datetime') return (/T00:00:00(?:Z|\+08:00)$/.test(String(value)) ? formatDate(String(value), language) : formatDay(String(value), language)) || String(value)
  if (field.type === 'boolean') return value === true ? '✓' : '✗'
  if (typeof value === 'number') {
    const plain = /year|年/.test(field.name) || /code|id$/.test(field.name)
    const text = plain ? String(value) : formatNumber(value, language, 2)
    return field.unit ? `${text} ${unitSigns[field.unit] ?? field.unit}` : text
  }
  if (typeof value === 'object') return JSON.stringify(value)
  return codeTitle(field, value, language)
}

export function formatPosition(x: number, y: number, projected = false): string {
  const digits = projected ? 2 : 6
  return `${x.toFixed(digits)}, ${y.toFixed(digits)}`
}
