import type { Field, Layer, Properties, Title } from '@/api/types'

export type Language = 'zh' | 'en'

/** The half of a title in the wanted language; an empty half falls back to the other. */
export function inLanguage(title: Title | undefined | null, language: Language): string {
  if (!title) return ''
  return (language === 'zh' ? title.zh || title.en : title.en || title.zh) ?? ''
}

export function fieldTitle(field: Field, language: Language): string {
  return inLanguage(field.title, language) || field.name
}

/** The name of a coded value, or the value itself. */
export function codeTitle(field: Field | undefined, value: unknown, language: Language): string {
  const code = field?.codes?.find((candidate) => candidate.value === value)
  return code ? inLanguage(code.title, language) || code.value : String(value ?? '')
}

/** What a feature is called in lists and cards. */
export function featureTitle(layer: Layer, id: string, properties: Properties, language: Language): string {
  for (const name of [layer.schema.title_field, 'name', 'text', 'title', 'code']) {
    const value = name ? properties[name] : undefined
    if (value !== undefined && value !== null && value !== '') {
      return codeTitle(layer.schema.fields.find((field) => field.name === name), value, language)
    }
  }
  const kind = layer.schema.kind_field
  const value = kind ? properties[kind] : undefined
  if (value) return `${codeTitle(layer.schema.fields.find((field) => field.name === kind), value, language)} ${id}`
  return id
}
