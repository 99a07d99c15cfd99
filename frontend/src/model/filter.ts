/** Pieces of CQL2 text. */

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/

export function quoteName(name: string): string {
  return plain.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** A text literal; the backslash escapes in CQL2, so it is doubled. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

export function equals(name: string, value: string | number | boolean): string {
  return `${quoteName(name)} = ${typeof value === 'string' ? quoteText(value) : value}`
}

export function oneOf(name: string, values: string[]): string {
  return `${quoteName(name)} IN (${values.map(quoteText).join(',')})`
}

/** The conjunction of the filters that are not empty; '' when all are. */
export function all(...filters: (string | undefined)[]): string {
  const parts = filters.filter((part): part is string => !!part)
  return parts.length < 2 ? (parts[0] ?? '') : parts.map((part) => `(${part})`).join(' AND ')
}
