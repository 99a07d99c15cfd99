import type { Case, EventClass } from '@/api/eventtypes'

/** The parts a form of a step is made of. */
export type Part =
  | 'department' | 'assists' | 'task' | 'worker' | 'reason' | 'evidence' | 'master' | 'result' | 'checks' | 'found' | 'photos' | 'fix' | 'until' | 'tier' | 'class' | 'level' | 'supervision' | 'report' | 'note'

/** What a step may be told beside what it needs; the note goes with every one. */
const offered: Partial<Record<string, Part[]>> = {
  verify: ['worker'], confirm: ['photos', 'fix'], refuse: ['reason', 'photos'], file: ['class', 'level'], dispatch: ['department', 'assists', 'worker'], adjudicate: ['department', 'assists'],
  return: ['reason', 'evidence'], extend: ['reason', 'until'], suspend: ['reason', 'until'], feedback: ['checks', 'photos', 'fix'], check: ['worker', 'photos'], reopen: ['reason'], withdraw: ['reason'],
  supervise: ['supervision', 'reason'], escalate: ['tier'], delegate: ['tier'], supplement: ['report', 'photos'],
}
const order: Part[] = ['task', 'department', 'assists', 'worker', 'master', 'class', 'level', 'tier', 'supervision', 'reason', 'evidence', 'found', 'result', 'report', 'checks', 'photos', 'fix', 'until', 'note']
const known = new Set<string>(order)

/** The parts of the form of a step, in the order in which they are filled in; `own` is the subject's department. */
export function partsOf(step: string, needs: string[], current: Pick<Case, 'tasks'>, own = ''): Part[] {
  const wanted = new Set<string>([...needs.filter((need) => known.has(need)), ...(offered[step] ?? [])])
  if (asksTask(step, current, own)) wanted.add('task')
  if (step !== 'supplement') wanted.add('note')
  return order.filter((part) => wanted.has(part))
}

/** Whether a step has to say whose task it is about: of several, and none of them the subject's own. */
export function asksTask(step: string, current: Pick<Case, 'tasks'>, own = ''): boolean {
  const tasks = current.tasks ?? []
  return ['sign', 'return', 'feedback', 'assign'].includes(step) && tasks.length > 1 && !tasks.some(({ department }) => department === own)
}

/** Steps that carry a case on; the others stand behind them. */
const onward = ['confirm', 'verify', 'file', 'dispatch', 'adjudicate', 'sign', 'feedback', 'check', 'close', 'resume']
const back = ['rework', 'return', 'refuse', 'merge', 'extend', 'suspend', 'deny', 'reopen']

/** The first is what is done most of the time; those that are seldom wanted come last. */
export function rankOf(step: string): number {
  const at = onward.indexOf(step)
  return at >= 0 ? at : back.includes(step) ? 100 + back.indexOf(step) : 200
}

/** Steps that need nothing and change little are taken with one press. */
export function isPlain(step: string, needs: string[]): boolean {
  return needs.length === 0 && ['confirm', 'sign', 'resume', 'archive'].includes(step)
}

/** The parts of a closing standard that are ticked one by one; the server splits it alike. */
export function criteriaOf(found: EventClass | undefined): string[] {
  const closing = found?.closing
  const parts = Array.isArray(closing) ? closing : (closing ?? '').split(/[，；。,;]/)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}
