import type { Theme } from './element'

/** The five phases people distinguish at a glance; every state has one. */
export type Phase = 'waiting' | 'working' | 'checking' | 'done' | 'void'

export const phases: Phase[] = ['waiting', 'working', 'checking', 'done', 'void']

const phaseOfState: Record<string, Phase> = {
  reported: 'waiting', verifying: 'waiting', accepted: 'waiting', filed: 'waiting',
  dispatched: 'working', handling: 'working', suspended: 'working',
  fed_back: 'checking', checking: 'checking',
  closed: 'done', archived: 'done',
  rejected: 'void', merged: 'void', withdrawn: 'void',
}

export const eventStates = Object.keys(phaseOfState)

export function phaseOf(state: unknown): Phase {
  return phaseOfState[String(state)] ?? 'waiting'
}

export function statesOf(phase: Phase): string[] {
  return eventStates.filter((state) => phaseOfState[state] === phase)
}

export function isOpen(state: unknown): boolean {
  const phase = phaseOf(state)
  return phase !== 'done' && phase !== 'void'
}

/** One character drawn inside the mark, so that colour is never the only sign. */
export const phaseSign: Record<Phase, string> = { waiting: '待', working: '处', checking: '核', done: '结', void: '止' }

export const phaseColours: Record<Theme, Record<Phase, string>> = {
  light: { waiting: '#d1391f', working: '#c77700', checking: '#2464b4', done: '#2f7d4f', void: '#6f7c86' },
  dark: { waiting: '#ff7a5c', working: '#f2b134', checking: '#72aef5', done: '#62c48a', void: '#93a1ab' },
}
