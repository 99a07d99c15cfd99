import { expect, it } from 'vitest'
import { formatSpan, limitOf, toneOf } from './clock'

const minute = 60_000

it('says how a limit stands, the end itself being over', () => {
  expect(toneOf(NaN, NaN, 0)).toBe('still')
  expect(toneOf(100, 80, 79)).toBe('well')
  expect(toneOf(100, 80, 80)).toBe('soon')
  expect(toneOf(100, NaN, 99)).toBe('well')
  expect(toneOf(100, 80, 100)).toBe('over')
})

it('writes a span in at most two units and never rounds up', () => {
  const zh = (minutes: number) => formatSpan(minutes * minute, 'zh')
  expect(zh(0)).toBe('0分')
  expect(zh(0.99)).toBe('0分')
  expect(zh(59.99)).toBe('59分')
  expect(zh(60)).toBe('1小时')
  expect(zh(61)).toBe('1小时1分')
  expect(zh(24 * 60 + 1)).toBe('1天')
  expect(zh(50 * 60 + 59)).toBe('2天2小时')
  expect(zh(-90)).toBe('1小时30分')
  expect(formatSpan(90 * minute, 'en')).toBe('1 h 30 min')
})

it('takes the running clock before the limit of the whole case', () => {
  const due = '2026-11-21T10:00:00Z'
  expect(limitOf({ clock: 'sign', clock_due: due, warn_at: due, due_at: '2026-11-28T10:00:00Z' })).toEqual({ name: 'sign', due: Date.parse(due), warn: Date.parse(due) })
  expect(limitOf({ due_at: due })).toEqual({ name: 'handle', due: Date.parse(due), warn: NaN })
  expect(limitOf({})).toEqual({ name: '', due: NaN, warn: NaN })
})
