import type { Layer } from '@/api/types'
import { codeTitle, inLanguage, type Language } from '@/model/language'
import { phaseOf } from '@/model/eventstate'
import { useOf } from './palette'
import type { Drawn, Expression, StyleLayer } from './style'

export interface LegendEntry {
  shape: 'dot' | 'line' | 'area' | 'icon'
  colour: string
  icon?: string
  /** Text ready to show, or a message key when `key` is set. */
  text: string
  key?: string
  /** Values of the kind field this entry stands for, for filtering. */
  values?: string[]
}

const shapes: Partial<Record<StyleLayer['type'], LegendEntry['shape']>> = { circle: 'dot', line: 'line', fill: 'area', 'fill-extrusion': 'area', symbol: 'icon' }

/**
 * Reads the legend from what is drawn, never from a second list: the property
 * that a style layer's metadata names is taken apart. Icons say more than a
 * single colour, so they win when a layer has both.
 */
export function legendOf(drawn: Drawn[], layer: Layer, language: Language): LegendEntry[] {
  const sources = drawn.filter(({ layer: style }) => style.metadata?.legend)
  const read = sources.map(({ layer: style }) => entriesOf(style, layer, language))
  return read.reduce((best, next) => (next.length > best.length ? next : best), [])
}

function entriesOf(style: StyleLayer, layer: Layer, language: Language): LegendEntry[] {
  const property = style.metadata?.legend ?? ''
  const value = style.paint?.[property] ?? style.layout?.[property]
  const shape = shapes[style.type] ?? 'dot'
  const title = inLanguage(layer.title, language)
  if (!Array.isArray(value)) return [entry(shape, value ?? '', title)]
  if (value[0] === 'match') return matchEntries(value, shape, layer, language)
  if (value[0] === 'step') return stepEntries(value, shape)
  return [entry(shape, firstColour(value), title)]
}

function matchEntries(match: Expression[], shape: LegendEntry['shape'], layer: Layer, language: Language): LegendEntry[] {
  const field = layer.schema.fields.find((candidate) => candidate.name === (layer.schema.kind_field || 'kind'))
  const known = new Set(field?.codes?.map((code) => code.value))
  const entries: LegendEntry[] = []
  for (let i = 2; i + 1 < match.length; i += 2) {
    const values = (Array.isArray(match[i]) ? (match[i] as string[]) : [match[i] as string]).filter((value) => known.size === 0 || known.has(value))
    if (values.length === 0) continue
    entries.push({ ...entry(shape, match[i + 1], names(values, layer, language)), ...keyOf(values, shape, layer), values })
  }
  const covered = new Set(entries.flatMap((known) => known.values ?? []))
  const rest = [...known].filter((value) => !covered.has(value))
  const last = match[match.length - 1]
  if (rest.length > 0 && !entries.some((known) => known.colour === last)) {
    entries.push({ ...entry(shape, last, names(rest, layer, language)), values: rest })
  }
  return entries
}

/** Groups that have a name of their own: phases of events and uses of land. */
function keyOf(values: string[], shape: LegendEntry['shape'], layer: Layer): { key?: string } {
  if (layer.element === 'event' && layer.id === 'events') return { key: `phase.${phaseOf(values[0])}` }
  if (shape === 'area' && values.length > 1) return { key: `use.${useOf(values[0])}` }
  return {}
}

function names(values: string[], layer: Layer, language: Language): string {
  const field = layer.schema.fields.find((candidate) => candidate.name === (layer.schema.kind_field || 'kind'))
  const known = (field?.codes?.length ?? 0) > 0
  if (!known) return values[0]
  const shown = values.slice(0, 3).map((value) => codeTitle(field, value, language))
  return shown.join(language === 'zh' ? '、' : ', ') + (values.length > 3 ? '…' : '')
}

function stepEntries(step: Expression[], shape: LegendEntry['shape']): LegendEntry[] {
  const entries: LegendEntry[] = []
  for (let i = 2; i < step.length; i += 2) {
    const from = i === 2 ? 1 : (step[i - 1] as number)
    const to = i + 1 < step.length ? (step[i + 1] as number) - 1 : null
    entries.push(entry(shape, step[i], to === null ? `≥ ${from}` : from >= to ? String(to) : `${from}–${to}`))
  }
  return entries
}

function entry(shape: LegendEntry['shape'], value: Expression, text: string): LegendEntry {
  const [kind, icon, colour] = String(value).split('|')
  return kind === 'mark' ? { shape: 'icon', colour, icon, text } : { shape, colour: String(value), text }
}

function firstColour(expression: Expression): string {
  if (typeof expression === 'string' && expression.startsWith('#')) return expression
  if (!Array.isArray(expression)) return ''
  for (const part of expression) {
    const colour = firstColour(part)
    if (colour) return colour
  }
  return ''
}
