import type { RateInfo, RateValue } from '../api'

/** Percentage points between two rates, and whether that is better; null when either is unknown. */
export interface Change { points: number; sense: 'better' | 'worse' | 'same' }

export function changeOf(rate: Pick<RateInfo, 'good'>, now: RateValue | undefined, then: RateValue | undefined): Change | null {
  if (typeof now?.value !== 'number' || typeof then?.value !== 'number') return null
  const points = Math.round((now.value - then.value) * 1000) / 10
  if (points === 0) return { points: 0, sense: 'same' }
  return { points, sense: points > 0 === (rate.good === 'high') ? 'better' : 'worse' }
}
