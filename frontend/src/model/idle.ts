/** What a session has left: all is well, it is about to end, or it is over. */
export interface Remaining { state: 'well' | 'ending' | 'over'; seconds: number; cause: 'idle' | 'limit' }

/** How long before the end of a session its owner is told. */
export const warnSeconds = 120

/**
 * How long a session lasts that was last used at `used`, may lie idle for
 * `idleSeconds` and ends at `expires` in any case. Times in ms since 1970.
 */
export function remaining(now: number, used: number, idleSeconds: number, expires: number): Remaining {
  const idle = idleSeconds > 0 ? used + idleSeconds * 1000 : Infinity
  const limit = Number.isFinite(expires) ? expires : Infinity
  const cause = limit < idle ? 'limit' : 'idle'
  const seconds = Math.max(0, Math.ceil((Math.min(idle, limit) - now) / 1000))
  return { state: seconds === 0 ? 'over' : seconds <= warnSeconds ? 'ending' : 'well', seconds, cause }
}

/** Seconds as m:ss, or h:mm:ss from an hour on. */
export function clock(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}
