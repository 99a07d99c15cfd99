import { anything, both, either, isOneOf, listed, type Rule } from './rule'

/** What the events are narrowed to by the fields people choose from; `text` is looked for in words and numbers. */
export type Only = Partial<Record<OnlyName, string>>
export type OnlyName = 'class' | 'district' | 'street' | 'department' | 'level' | 'channel' | 'tier' | 'text'

const names: OnlyName[] = ['class', 'district', 'street', 'department', 'level', 'channel', 'tier', 'text']
const maxLength = 80

/** Reads what the address bar keeps; unknown parts are left out. */
export function decodeOnly(text: string): Only {
  try {
    const found = JSON.parse(text || '{}') as Record<string, unknown> | null
    return Object.fromEntries(names.flatMap((name) => {
      const value = found?.[name]
      return typeof value === 'string' && value !== '' && value.length <= maxLength ? [[name, value]] : []
    }))
  } catch {
    return {}
  }
}

/** The events that are left; `has` says which fields there are. */
export function onlyRule(only: Only, has: (field: string) => boolean): Rule {
  const parts = Object.entries(only).flatMap(([name, value]): Rule[] => {
    if (name === 'text') {
      const fields = ['description', 'case_no', 'class_name'].filter(has)
      return fields.length > 0 ? [either(...fields.map((field) => listed(field, value)))] : []
    }
    return has(name) ? [isOneOf(name, [value])] : []
  })
  return parts.length > 0 ? both(...parts) : anything
}
