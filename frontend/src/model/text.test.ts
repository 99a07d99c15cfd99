import { describe, expect, it } from 'vitest'
import { toCSV } from './export'
import { all, equals, oneOf, quoteName } from './filter'
import { formatCount, formatValue } from './format'

describe('CQL2 text', () => {
  it('quotes what needs quoting', () => {
    expect(equals('name', "O'Hara")).toBe("name = 'O''Hara'")
    expect(quoteName('建成 "年"')).toBe('"建成 ""年"""')
    expect(all('', undefined)).toBe('')
    expect(all('a = 1', '', oneOf('b', ['x', 'y']))).toBe("(a = 1) AND (b IN ('x','y'))")
  })
})

describe('CSV', () => {
  it('quotes, keeps empty cells and defuses formulas', () => {
    const feature = { type: 'Feature' as const, id: '7', geometry: null, properties: { a: 'x,"y"', b: null, c: '=1+1', d: -3 } }
    expect(toCSV([feature], ['a', 'b', 'c', 'd'])).toBe('id,a,b,c,d\r\n7,"x,""y""",,\'=1+1,-3\r\n')
  })
})

describe('display', () => {
  it('shows a suppressed count as its threshold, never as zero', () => {
    expect(formatCount(null, 10, 'zh')).toBe('< 10')
    expect(formatCount(0, undefined, 'zh')).toBe('0')
    expect(formatCount(12345, undefined, 'zh')).toBe('12,345')
  })

  it('names codes, appends units and leaves years alone', () => {
    const title = { zh: '', en: '' }
    const codes = [{ value: 'a', title: { zh: '甲', en: 'A' } }]
    expect(formatValue({ name: 'kind', type: 'string', title, codes }, 'a', 'zh')).toBe('甲')
    expect(formatValue({ name: 'area', type: 'number', title, unit: 'm2' }, 1234.5, 'zh')).toBe('1,234.5 m²')
    expect(formatValue({ name: 'year', type: 'integer', title }, 1998, 'zh')).toBe('1998')
    expect(formatValue({ name: 'x', type: 'string', title }, null, 'zh')).toBe('–')
  })
})
