import { isAbort, Problem } from '@/api/http'

/** The message key that explains a failure in the reader's language; '' for a cancelled request. */
export function problemKey(error: unknown): string {
  if (isAbort(error)) return ''
  if (!(error instanceof Problem)) return 'problem.internal'
  return known.has(error.kind) ? `problem.${error.kind}` : 'problem.internal'
}

const known = new Set([
  'invalid', 'not-found', 'forbidden', 'unauthorized', 'conflict', 'illegal-step', 'too-large', 'unsupported', 'timeout', 'unavailable', 'too-many', 'internal', 'offline',
])
