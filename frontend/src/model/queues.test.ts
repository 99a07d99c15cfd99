import { expect, it } from 'vitest'
import { decodeOnly, onlyRule } from './only'
import { queuesOf } from './queues'
import { atLeast, below, both, either, isOneOf, listed, passed, toCome } from './rule'
import { seeded } from './seeded.test-helper'

const seed = Number(process.env.WUTU_SEED ?? Date.now() % 1e9)
const now = Date.parse('2026-11-21T08:00:00Z')
const me = (role: string, more = {}) => ({ id: 'li', role, region: '', department: '', ...more })
const every = () => true
const rule = (role: string, name: string, more = {}) => queuesOf(me(role, more), every).find((queue) => queue.name === name)?.rule

it('says a condition twice: for the server and for one event', () => {
  expect(both(isOneOf('state', ['filed']), below('returns', 1)).cql(now)).toBe("(state = 'filed') AND (returns IS NULL OR returns < 1)")
  expect(either(isOneOf('state', ['a', 'b']), atLeast('n', 2)).cql(now)).toBe("(state IN ('a','b')) OR (n >= 2)")
  expect(passed('due').cql(now)).toBe("due <= TIMESTAMP('2026-11-21T08:00:00.000Z')")
  expect(listed('assists', "50%_o'k").cql(now)).toBe("assists LIKE '%50\\\\%\\\\_o''k%'")
})

it('counts nothing that is not known', () => {
  expect(below('n', 1).test({ n: null }, now)).toBe(true)
  expect(atLeast('n', 0).test({ n: null }, now)).toBe(false)
  for (const when of [passed('due'), toCome('due')]) expect(when.test({ due: null }, now)).toBe(false)
  expect(passed('due').test({ due: '2026-11-21T08:00:00Z' }, now)).toBe(true)
  expect(toCome('due').test({ due: '2026-11-21T08:00:00Z' }, now)).toBe(false)
})

it(`makes what is to do the sum of what waits, each event once (seed ${seed})`, () => {
  const random = seeded(seed)
  const pick = <T>(values: T[]): T => values[Math.floor(random() * values.length)]
  for (const role of ['dispatcher', 'supervisor', 'department', 'gridworker']) {
    const queues = queuesOf(me(role, { department: 'd1', region: '4205' }), every)
    const todo = queues[0]
    expect(todo.name).toBe('todo')
    for (let i = 0; i < 500; i++) {
      const event = {
        state: pick(['reported', 'verifying', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checking', 'closed']), returns: pick([null, 0, 1, 2]), pending: pick([null, 'extend']),
        department: pick(['d1', 'd2']), assists: pick([null, 'd2', 'd3 d1']), worker: pick([null, 'li', 'wang']), grid: pick(['420501', '4301']), clock_due: pick([null, '2026-11-20T00:00:00Z', '2026-11-22T00:00:00Z']),
      }
      const any = queues.some(({ name, waits, rule: each }) => waits && name !== 'todo' && each.test(event, now))
      expect(todo.rule.test(event, now), JSON.stringify(event)).toBe(any)
    }
  }
})

it('keeps to the part of the city and the department that are the subject\'s', () => {
  expect(rule('department', 'sign', { department: 'd1' })?.test({ state: 'dispatched', department: 'd2', assists: 'd1' }, now)).toBe(true)
  expect(rule('department', 'sign', { department: 'd1' })?.test({ state: 'dispatched', department: 'd2' }, now)).toBe(false)
  expect(rule('gridworker', 'check', { region: '4205' })?.test({ state: 'checking', grid: '4301' }, now)).toBe(false)
})

it('leaves out queues whose fields there are not', () => {
  const names = queuesOf(me('dispatcher'), (field) => field === 'state').map(({ name }) => name)
  expect(names).not.toContain('returned')
  expect(names).not.toContain('supervised')
  expect(names).toContain('overdue')
})

it('reads a filter from an address and drops what it does not know', () => {
  expect(decodeOnly('{"class":"0107","x":"y","text":7}')).toEqual({ class: '0107' })
  for (const text of ['', '{', '[]', 'null', '7']) expect(decodeOnly(text)).toEqual({})
  expect(onlyRule({ class: '0107' }, every).cql(now)).toBe("class = '0107'")
  expect(onlyRule({ class: '0107' }, () => false).cql(now)).toBe('')
})
