import type { Feature } from '@/api/types'

/** Comma-separated values per RFC 4180; formulas are defused for spreadsheets. */
export function csvText(rows: unknown[][]): string {
  const cell = (value: unknown): string => {
    let text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
    if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

/** Features as a table: the id, then the named properties. */
export function toCSV(features: Feature[], names: string[]): string {
  return csvText([['id', ...names], ...features.map((feature) => [feature.id, ...names.map((name) => feature.properties[name])])])
}

/** Hands a text to the browser as a file; the mark lets spreadsheets read UTF-8. */
export function download(name: string, type: string, text: string): void {
  const mark = type.startsWith('text/csv') ? '\uFEFF' : ''
  saveBlob(name, new Blob([mark + text], { type }))
}

export function saveBlob(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
