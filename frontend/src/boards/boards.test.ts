import { describe, expect, it } from 'vitest'
import { before, periodOf } from './evaluation/period'
import { changeOf } from './evaluation/change'
import { borderOf, formatP } from './hot/cells'
import { deskLink } from './link'
import { fileName } from './csv'
import { arranged, countOf, filterOf, measures } from './board/measures'
import type { Board, BoardGroup } from './api'
import { enlarged, times } from './wall/enlarge'
import { freeScene, scenesOf } from './wall/scenes'
import { discField } from './overlay/disc'

const counts = (overdue: number) => ({ open: 9, running: 8, soon: 2, overdue, suspended: 1, supervised: { 1: 3, 2: 4, 3: 5 }, worst_s: overdue * 60 })
const group = (key: string, name: string, overdue: number): BoardGroup => ({ key, name, filter: `department = '${key}'`, ...counts(overdue) })
const board: Board = {
  now: '2026-11-21T00:00:00Z', by: 'department', total: counts(7), groups: [group('b', '乙', 5), group('a', '甲', 1), group('c', '丙', 5)],
  filters: { open: 'O', running: 'R', soon: 'S', overdue: 'D', suspended: 'P', supervised: { 1: 'S1', 2: 'S2', 3: 'S3' } },
}

describe('a board', () => {
  it('joins the filter of a number and that of its group', () => {
    expect(filterOf(board.filters, 'overdue', board.groups[0])).toBe("(D) AND (department = 'b')")
    expect(filterOf(board.filters, 's2')).toBe('S2')
    expect(measures.map((measure) => countOf(board.total, measure))).toEqual([8, 2, 7, 3, 4, 5, 1])
  })

  it('is sorted by any column, equal ones by name, and narrowed by name', () => {
    const keys = (sort: Parameters<typeof arranged>[1], down: boolean, text = '') => arranged(board, sort, down, text, ({ name }) => name).map(({ key }) => key).join('')
    expect(keys('overdue', true)).toBe('cba')
    expect(keys('overdue', false)).toBe('acb')
    expect(keys('worst', true, '甲')).toBe('a')
    expect([...keys('name', false)].reverse().join('')).toBe(keys('name', true))
  })

  it('leads to the desk with the very filter that was counted', () => {
    const { query } = deskLink({ language: 'zh', theme: 'light' }, 'D', "name = '甲'") as { query: Record<string, string> }
    expect(JSON.parse(query.f)).toEqual({ events: "(D) AND (name = '甲')" })
    expect(query.q).toBe('all')
  })

  it('names its files by the minute', () => {
    expect(fileName('督办板', new Date(2026, 0, 5, 7, 9))).toBe('督办板-20260105-0709.csv')
  })
})

describe('the period of an evaluation', () => {
  const now = new Date(2026, 2, 15, 13, 30).getTime()
  const day = (y: number, m: number, d: number) => new Date(y, m - 1, d).getTime()

  it('begins and ends as people say it', () => {
    expect(periodOf('today', now)).toEqual({ from: day(2026, 3, 15), to: now })
    expect(periodOf('week', now).from).toBe(day(2026, 3, 9))
    expect(periodOf('lastMonth', now)).toEqual({ from: day(2026, 2, 1), to: day(2026, 3, 1) })
    expect(periodOf('custom', now, '2026-01-10', '2026-01-20')).toEqual({ from: day(2026, 1, 10), to: day(2026, 1, 21) })
    expect(periodOf('custom', now, '2026-02-31', 'x').to).toBe(now)
    const turned = periodOf('custom', now, '2026-03-20', '2026-03-01')
    expect(turned.from).toBeLessThan(turned.to)
  })

  it('has one before it that ends where it begins, or the same part of the month before', () => {
    expect(before('lastMonth', periodOf('lastMonth', now))).toEqual({ from: day(2026, 1, 1), to: day(2026, 2, 1) })
    const month = periodOf('thisMonth', now)
    expect(before('thisMonth', month)).toEqual({ from: day(2026, 2, 1), to: day(2026, 2, 1) + (now - month.from) })
    expect(before('week', periodOf('week', now)).to).toBe(periodOf('week', now).from)
  })

  it('says whether a change is for the better', () => {
    const rate = (value: number | null) => ({ n: 0, of: 0, value, grade: '' as const })
    expect(changeOf({ good: 'high' }, rate(0.9), rate(0.8))).toEqual({ points: 10, sense: 'better' })
    expect(changeOf({ good: 'low' }, rate(0.9), rate(0.8))?.sense).toBe('worse')
    expect(changeOf({ good: 'low' }, rate(0.9), rate(null))).toBeNull()
    expect(changeOf({ good: 'low' }, rate(0.9001), rate(0.9))).toEqual({ points: 0, sense: 'same' })
  })
})

describe('the wall', () => {
  it('enlarges sizes and leaves the zoom outermost', () => {
    expect(times(12, 2)).toBe(24)
    expect(times(['interpolate', ['linear'], ['zoom'], 9, 4, 14, ['case', true, 1, 2]], 2)).toEqual(['interpolate', ['linear'], ['zoom'], 9, 8, 14, ['*', 2, ['case', true, 1, 2]]])
    expect(times(['step', ['zoom'], 1, 15, 3], 3)).toEqual(['step', ['zoom'], 3, 15, 9])
    expect(times(['get', 'size'], 2)).toEqual(['*', 2, ['get', 'size']])
    const layers = [{ id: 'a', type: 'symbol' as const, layout: { 'text-size': 12, 'text-field': 'x' } }]
    expect(enlarged(layers, 2)[0].layout).toEqual({ 'text-size': 24, 'text-field': 'x' })
    expect(enlarged(layers, 1)).toBe(layers)
  })

  it('shows the city, each district with its own cases, and what is urgent', () => {
    const square = { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }
    const scenes = scenesOf([0, 0, 2, 2], [{ type: 'Feature', id: '420503', geometry: square, properties: { code: '420503', name: '乙' } }, { type: 'Feature', id: '420502', geometry: square, properties: { code: '420502', name: '甲' } }], "level = 'major'")
    expect(scenes.map(({ id }) => id)).toEqual(['city', '420502', '420503', 'overdue', 'hot'])
    expect(scenes[1].filter).toBe("(level = 'major') AND (district = '420502')")
    expect(freeScene([1, 2, 3, 4], '').filter).toBe('S_INTERSECTS(geometry, POLYGON((1 2, 3 2, 3 4, 1 4, 1 2)))')
  })
})

describe('marks', () => {
  it('take the border of a hot cell from its filter, or make one', () => {
    const cell = { h3: '8', count: 3, expected: 1, p: 0.01, q: 0.02, center: [111, 30] as [number, number] }
    expect(borderOf({ ...cell, filter: 'S_INTERSECTS(geometry,POLYGON((0 0,1 0,1 1,0 0)))' })).toEqual([[0, 0], [1, 0], [1, 1], [0, 0]])
    expect(borderOf(cell).length).toBeGreaterThan(6)
    expect([0.034567, 0.00046, 0.00001].map(formatP)).toEqual(['0.035', '0.0005', '< 0.0001'])
  })

  it('have a disc whose edge lies where the map expects it', () => {
    const { width, height, data } = discField(22, 8)
    expect([width, height, data.length]).toEqual([60, 60, 60 * 60 * 4])
    const alpha = (x: number) => data[(30 * width + x) * 4 + 3]
    expect(alpha(30)).toBe(255)
    expect(alpha(0)).toBe(0)
    expect(Math.abs(alpha(51) - 0.75 * 255)).toBeLessThan(20)
  })
})
