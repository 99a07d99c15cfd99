import { describe, expect, it } from 'vitest'
import type { Grant, LayerLabel } from '@/api/admin/security'
import { flawAt, flawsOf, foresee, trimmed, type Somebody } from './policy'

const title = { zh: '', en: '' }
const persons: LayerLabel = {
  id: 'persons', title, element: 'people', access: 'personal',
  fields: [{ name: 'name', personal: true }, { name: 'citizen_id', personal: true, sealed: true }, { name: 'sex', personal: false }],
}
const roads: LayerLabel = { id: 'roads', title, element: 'frame', access: 'public', fields: [] }
const planner: Somebody = { role: 'planner', cleared: false, purpose: '' }
const now = Date.parse('2026-11-21T00:00:00Z')
const mode = (grants: Grant[], who: Somebody = planner, layer = persons) => foresee(grants, who, layer, now).mode

describe('what a draft of a policy gives', () => {
  it('is decided by the first line that speaks of both; without one the layer does not exist', () => {
    const lines: Grant[] = [{ id: 'a', roles: ['public'], mode: 'hidden' }, { id: 'b', layers: ['access:personal'], mode: 'counts' }, { id: 'c', mode: 'list' }]
    expect(foresee(lines, planner, persons, now)).toMatchObject({ mode: 'counts', line: 1, grant: 'b' })
    expect(foresee(lines, planner, roads, now)).toMatchObject({ mode: 'list', line: 2 })
    expect(mode(lines, { ...planner, role: 'public' })).toBe('hidden')
    expect(foresee([], planner, roads, now)).toMatchObject({ mode: 'hidden', line: -1 })
  })

  it('asks all parts of who a line speaks of', () => {
    const line: Grant = { id: 'a', roles: ['planner'], cleared: true, purposes: ['flood'], accounts: ['li'], mode: 'list' }
    const fits = { role: 'planner', cleared: true, purpose: 'flood', account: 'li' }
    expect(mode([line], fits)).toBe('list')
    for (const other of [{ role: 'auditor' }, { cleared: false }, { purpose: '' }, { account: 'wang' }]) expect(mode([line], { ...fits, ...other })).toBe('hidden')
  })

  it('reads an empty list as nobody and no layer, not as all', () => {
    for (const list of ['roles', 'accounts', 'purposes', 'layers']) expect(mode([{ id: 'a', mode: 'list', [list]: [] }]), list).toBe('hidden')
  })

  it('names layers by id, element and access', () => {
    for (const name of ['persons', 'element:people', 'access:personal']) expect(mode([{ id: 'a', layers: [name], mode: 'list' }])).toBe('list')
    for (const name of ['person', 'element:persons', 'access:public', 'people']) expect(mode([{ id: 'a', layers: [name], mode: 'list' }])).toBe('hidden')
  })

  it('holds from its beginning until just before its end', () => {
    const at = (instant: string) => foresee([{ id: 'a', mode: 'list', not_before: '2026-11-01T00:00:00Z', not_after: '2026-12-01T00:00:00Z' }], planner, roads, Date.parse(instant)).mode
    expect(['2026-10-31T23:59:59Z', '2026-11-01T00:00:00Z', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'].map(at)).toEqual(['hidden', 'list', 'list', 'hidden'])
  })

  it('hides personal fields of which nothing is said; a name beats a word, hide beats mask beats show', () => {
    const sights = (line: Partial<Grant>) => {
      const { masked, hidden } = foresee([{ id: 'a', mode: 'list', ...line }], planner, persons, now)
      return { masked, hidden }
    }
    expect(sights({})).toEqual({ masked: [], hidden: ['name', 'citizen_id'] })
    expect(sights({ show: ['personal'], mask: ['sealed'] })).toEqual({ masked: ['citizen_id'], hidden: [] })
    expect(sights({ show: ['name'], mask: ['personal'] })).toEqual({ masked: ['citizen_id'], hidden: [] })
    expect(sights({ show: ['*'], hide: ['sex'] })).toEqual({ masked: [], hidden: ['sex'] })
    expect(sights({ show: ['name'], mask: ['name'], hide: ['name'] }).hidden).toContain('name')
    expect(sights({ mask: ['*'] }).masked).toEqual(['name', 'citizen_id', 'sex'])
  })

  it('has no fields where only counts are given', () => {
    expect(foresee([{ id: 'a', mode: 'counts', show: ['*'] }], planner, persons, now)).toMatchObject({ masked: [], hidden: [] })
  })
})

describe('flaws', () => {
  it('are found at their line before anything is sent', () => {
    const found = flawsOf([
      { id: 'a', mode: 'list' }, { id: '', mode: 'list' }, { id: 'A b', mode: 'list' }, { id: 'a', mode: 'list' },
      { id: 'p', mode: 'list', not_before: '2026-02-01T00:00:00Z', not_after: '2026-01-01T00:00:00Z' }, { id: 'r', mode: 'counts', round: -1, margin_m: 2.5 },
    ])
    expect(found.map(({ line, field }) => `${line}.${field}`)).toEqual(['1.id', '2.id', '3.id', '4.not_after', '5.round'])
    expect(found[2].n).toBe(1)
  })

  it('that the server finds are put at the line and member of its pointer', () => {
    const lines: Grant[] = [{ id: 'staff', mode: 'list' }, { id: 'own-grid', mode: 'list' }]
    expect(flawAt(lines, '/grants/1/filter', 'unexpected end')).toEqual({ line: 1, field: 'filter', key: '', text: 'unexpected end' })
    expect(flawAt(lines, '/grants/7/filter', 'x')).toBeNull()
    expect(flawAt(lines, '', 'line own-grid: no such area')?.line).toBe(1)
    expect(flawAt(lines, '', 'something else')).toBeNull()
  })
})

it('sends no unset member, but keeps a list that speaks of nobody', () => {
  expect(trimmed({ id: 'a', mode: 'list', title: { zh: '', en: '' }, region: '', cleared: false, days: 0, roles: [], filter: undefined })).toEqual({ id: 'a', mode: 'list', roles: [] })
})
