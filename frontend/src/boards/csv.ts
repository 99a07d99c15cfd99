import { csvText, download } from '@/model/export'

/** Hands a table over as a file `name-YYYYMMDD-hhmm.csv`. */
export function saveTable(name: string, at: Date, rows: unknown[][]): void {
  download(fileName(name, at), 'text/csv', csvText(rows))
}

export function fileName(name: string, at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${name}-${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}-${two(at.getHours())}${two(at.getMinutes())}.csv`
}
