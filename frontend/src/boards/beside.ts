import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useView } from '@/state/view'

/** How the events are drawn: as they are, as heat, as numbers, as hexagons. */
export type Overlay = 'points' | 'heat' | 'cluster' | 'hex'
export const overlays: Overlay[] = ['points', 'heat', 'cluster', 'hex']

/** What lies beside the map and is kept in its address. Times are ms since 1970. */
export interface Beside {
  overlay: Exclude<Overlay, 'hex'>
  /** The area whose children are counted; '' the city, null: closed. */
  drill: string | null
  /** Days that hot-spots are looked for in; 0: closed. */
  hot: number
  /** The end of the replayed period in ms; 0: closed. */
  replay: number
  hours: number
  /** The instant that is shown. */
  at: number
  /** How many minutes of the past go by in a second. */
  speed: number
  /** The part of the period that is played over and over; null: all of it. */
  brush: [number, number] | null
}

export const hotDays = [1, 7, 14, 28]
export const spans = [24, 72, 168]
export const speeds = [1, 5, 15, 30, 60]
export const closed: Beside = { overlay: 'points', drill: null, hot: 0, replay: 0, hours: 24, at: 0, speed: 15, brush: null }
const minute = 60_000

/** `oheat~d420502~h7~t29389200.24.29388700.15`: times in minutes since 1970. */
export function encodeBeside(beside: Beside): string {
  const parts: string[] = []
  if (beside.overlay !== 'points') parts.push(`o${beside.overlay}`)
  if (beside.drill !== null) parts.push(`d${beside.drill}`)
  if (beside.hot > 0) parts.push(`h${beside.hot}`)
  if (beside.replay > 0) parts.push(`t${[beside.replay / minute, beside.hours, beside.at / minute, beside.speed, ...(beside.brush ?? []).map((at) => at / minute)].map((n) => Math.round(n)).join('.')}`)
  return parts.join('~')
}

/** Reads what the address keeps; parts that are unknown or unsound are left out. */
export function decodeBeside(text: string): Beside {
  const beside = { ...closed }
  for (const part of text.split('~')) {
    const value = part.slice(1)
    if (part[0] === 'o' && (value === 'heat' || value === 'cluster')) beside.overlay = value
    if (part[0] === 'd' && /^[\w-]{0,40}$/.test(value)) beside.drill = value
    if (part[0] === 'h' && hotDays.includes(Number(value))) beside.hot = Number(value)
    if (part[0] === 't') Object.assign(beside, decodeTime(value))
  }
  return beside
}

function decodeTime(text: string): Partial<Beside> {
  if (!/^\d{1,9}(\.\d{1,9}){3}(\.\d{1,9}\.\d{1,9})?$/.test(text)) return {}
  const [end, hours, at, speed, low, high] = text.split('.').map(Number)
  if (end === 0 || !spans.includes(hours) || !speeds.includes(speed)) return {}
  const from = end - hours * 60
  const brush: Beside['brush'] = low >= from && high > low && high <= end ? [low * minute, high * minute] : null
  return { replay: end * minute, hours, at: Math.min(end, Math.max(from, at)) * minute, speed, brush }
}

/** The state beside the map; the address bar is its only home. */
export const useBeside = defineStore('beside', () => {
  const view = useView()
  const now = computed(() => decodeBeside(view.beside))
  const overlay = computed<Overlay>(() => (view.hex === 'events' ? 'hex' : now.value.overlay))

  function set(change: Partial<Beside>): void {
    view.beside = encodeBeside({ ...now.value, ...change })
  }

  function setOverlay(next: Overlay): void {
    if (next === 'hex') view.hex = 'events'
    else if (view.hex === 'events') view.hex = null
    set({ overlay: next === 'hex' ? 'points' : next })
  }

  return { now, overlay, set, setOverlay }
})
