import type { Me } from '@/api/types'
import { eventStates, isOpen, statesOf } from './eventstate'
import { anything, atLeast, below, both, either, isOneOf, isSet, listed, passed, toCome, within, type Rule } from './rule'

/** A named part of the events: what waits for somebody, or what is worth watching. */
export type QueueName =
  | 'todo' | 'accept' | 'verify' | 'file' | 'dispatch' | 'returned' | 'sign' | 'handle' | 'check' | 'pending' | 'soon' | 'overdue' | 'supervised' | 'suspended' | 'mine' | 'open' | 'done' | 'void' | 'all'

export interface Queue {
  name: QueueName
  rule: Rule
  /** Whether what is in it waits for the subject. */
  waits: boolean
}

const openStates = eventStates.filter(isOpen)
const state = (...states: string[]) => isOneOf('state', states)

/** Which queues a role sees, in order; the first `waits` of them are its work. */
const byRole: Record<string, { waits: QueueName[]; watches: QueueName[] }> = {
  dispatcher: { waits: ['accept', 'file', 'dispatch', 'returned', 'check'], watches: ['overdue', 'soon', 'supervised', 'handle', 'open', 'done', 'all'] },
  supervisor: { waits: ['pending', 'returned', 'overdue'], watches: ['soon', 'supervised', 'suspended', 'accept', 'file', 'dispatch', 'handle', 'check', 'done', 'all'] },
  department: { waits: ['sign', 'handle'], watches: ['overdue', 'soon', 'supervised', 'suspended', 'check', 'done', 'all'] },
  gridworker: { waits: ['verify', 'check', 'mine'], watches: ['overdue', 'open', 'done', 'all'] },
}
const onlooker = { waits: [], watches: ['open', 'overdue', 'soon', 'supervised', 'accept', 'handle', 'check', 'done', 'void', 'all'] as QueueName[] }

/**
 * The queues of a subject. `has` says which fields the events have, to this
 * subject: a queue that needs one it has not is left out, except where the due
 * time of the whole case can stand in for that of the running clock.
 */
export function queuesOf(me: Pick<Me, 'id' | 'role' | 'region' | 'department'> | null, has: (field: string) => boolean): Queue[] {
  const { waits, watches } = byRole[me?.role ?? ''] ?? onlooker
  const due = has('clock_due') ? 'clock_due' : 'due_at'
  const running = openStates.filter((each) => each !== 'suspended')
  const mine = me?.role === 'department' ? ofDepartment(me.department, has) : ofWorker(me, has)
  const ours = (rule: Rule) => (me?.role === 'department' && mine ? both(rule, mine) : me?.role === 'gridworker' && me.region ? both(rule, within('grid', me.region)) : rule)
  const rules: Record<QueueName, Rule | null> = {
    todo: null,
    accept: state('reported'),
    verify: ours(state('verifying')),
    file: state('accepted'),
    dispatch: has('returns') ? both(state('filed'), below('returns', 1)) : state('filed'),
    returned: has('returns') ? both(state('filed'), atLeast('returns', 1)) : null,
    sign: ours(state('dispatched')),
    handle: ours(me?.role === 'department' ? state('handling') : state('dispatched', 'handling')),
    check: me?.role === 'gridworker' ? ours(state('checking')) : ours(state('fed_back', 'checking')),
    pending: has('pending') ? both(state(...openStates), isSet('pending')) : null,
    soon: has('warn_at') ? ours(both(state(...running), passed('warn_at'), toCome(due))) : null,
    overdue: ours(both(state(...running), passed(due))),
    supervised: has('supervision') ? ours(both(state(...openStates), atLeast('supervision', 1))) : null,
    suspended: ours(state('suspended')),
    mine: me?.role === 'gridworker' && mine ? both(state(...openStates), mine) : null,
    open: ours(state(...openStates)),
    done: ours(state(...statesOf('done'))),
    void: state(...statesOf('void')),
    all: anything,
  }
  const named = (names: QueueName[], waiting: boolean) => names.flatMap((name): Queue[] => {
    const rule = rules[name]
    return rule ? [{ name, rule, waits: waiting }] : []
  })
  const work = named(waits, true)
  const todo: Queue[] = work.length > 1 ? [{ name: 'todo', rule: either(...work.map(({ rule }) => rule)), waits: true }] : []
  return [...todo, ...work, ...named(watches, false)]
}

/** What a department leads or assists in; null for one that stands for all departments. */
function ofDepartment(department: string | undefined, has: (field: string) => boolean): Rule | null {
  if (!department) return null
  const leads = isOneOf('department', [department])
  return has('assists') ? either(leads, listed('assists', department)) : leads
}

function ofWorker(me: Pick<Me, 'id'> | null, has: (field: string) => boolean): Rule | null {
  return me && has('worker') ? isOneOf('worker', [me.id]) : null
}
