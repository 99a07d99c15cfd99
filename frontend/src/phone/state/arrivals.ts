import type { Fix } from '@/api/eventtypes'

const name = 'wutu.phone.arrivals'
const lastingMs = 4 * 3_600_000

function kept(): Record<string, Fix> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(name) ?? '{}')
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Record<string, Fix>) : {}
  } catch {
    return {}
  }
}

/** Where and when the worker arrived at a case; goes with the next step. */
export function arrivedAt(id: string): (Fix & { at: string }) | null {
  const fix = kept()[id]
  return fix?.at && Date.now() - Date.parse(fix.at) < lastingMs ? { ...fix, at: fix.at } : null
}

export function arrive(id: string, fix: Fix): void {
  const recent = Object.entries(kept()).filter(([, { at }]) => Date.now() - Date.parse(at ?? '') < lastingMs)
  sessionStorage.setItem(name, JSON.stringify({ ...Object.fromEntries(recent), [id]: fix }))
}
