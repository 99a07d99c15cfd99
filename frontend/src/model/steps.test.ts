import { expect, it } from 'vitest'
import { criteriaOf, isPlain, partsOf, rankOf } from './steps'

it('asks for what a step needs and offers what it may be told, the note last', () => {
  expect(partsOf('return', ['note', 'reason', 'evidence'], {})).toEqual(['reason', 'evidence', 'note'])
  expect(partsOf('feedback', ['result', 'photos', 'checks'], { tasks: [] })).toEqual(['result', 'checks', 'photos', 'fix', 'note'])
  expect(partsOf('dispatch', ['department'], {})).toEqual(['department', 'assists', 'worker', 'note'])
  expect(partsOf('check', ['found', 'fix', 'photos', 'moon'], {})).toEqual(['worker', 'found', 'photos', 'fix', 'note'])
  expect(partsOf('supplement', [], {})).toEqual(['report', 'photos'])
})

it('asks whose task it is where several departments have one', () => {
  const task = (department: string) => ({ department, lead: department === 'a', state: 'waiting' as const })
  expect(partsOf('sign', [], { tasks: [task('a')] })).not.toContain('task')
  expect(partsOf('sign', [], { tasks: [task('a'), task('b')] })[0]).toBe('task')
  expect(partsOf('sign', [], { tasks: [task('a'), task('b')] }, 'b')).not.toContain('task')
})

it('puts the way on before the way back, and what is seldom wanted last', () => {
  const steps = ['supplement', 'withdraw', 'return', 'sign', 'escalate']
  expect(steps.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, 2)).toEqual(['sign', 'return'])
  expect(isPlain('sign', [])).toBe(true)
  expect(isPlain('confirm', ['fix'])).toBe(false)
  expect(isPlain('close', [])).toBe(false)
})

it('splits a closing standard as the server does', () => {
  expect(criteriaOf({ code: '1', title: { zh: '', en: '' }, closing: '恢复照明，现场清理干净；无遗留。' })).toEqual(['恢复照明', '现场清理干净', '无遗留'])
  expect(criteriaOf(undefined)).toEqual([])
})
