import { onBeforeUnmount, onMounted, readonly, ref, shallowRef } from 'vue'

export type WhereFailure = 'denied' | 'insecure' | 'timeout' | 'missing'
/** A place of the device: degrees WGS 84, accuracy in metres, time in ms since 1970. */
export interface Place { lon: number; lat: number; accuracy: number; at: number }

const micro = (value: number) => Math.round(value * 1e6) / 1e6

const here = shallowRef<Place | null>(null)
const failure = ref<WhereFailure | null>(null)
const asking = ref(false)
let users = 0
let watching: number | null = null

function start(): void {
  if (watching !== null || users === 0 || document.visibilityState !== 'visible') return
  if (!window.isSecureContext) failure.value = 'insecure'
  else if (!('geolocation' in navigator)) failure.value = 'missing'
  else {
    asking.value = here.value === null
    watching = navigator.geolocation.watchPosition(found, failed, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 3_000 })
  }
}

function stop(): void {
  if (watching !== null) navigator.geolocation.clearWatch(watching)
  watching = null
}

function found({ coords, timestamp }: GeolocationPosition): void {
  asking.value = false
  failure.value = null
  here.value = { lon: micro(coords.longitude), lat: micro(coords.latitude), accuracy: Math.max(1, Math.round(coords.accuracy)), at: timestamp || Date.now() }
}

function failed({ code }: GeolocationPositionError): void {
  asking.value = false
  failure.value = code === 1 ? 'denied' : code === 3 ? 'timeout' : 'missing'
}

function seen(): void {
  if (document.visibilityState === 'visible') start()
  else stop()
}

/** Where the device is, followed while a page that asks for it is open and in sight, and not a moment longer. */
export function useWhere() {
  onMounted(() => {
    if (users++ === 0) document.addEventListener('visibilitychange', seen)
    start()
  })
  onBeforeUnmount(() => {
    if (--users > 0) return
    stop()
    document.removeEventListener('visibilitychange', seen)
  })
  const again = () => {
    stop()
    failure.value = null
    asking.value = true
    start()
  }
  return { here: readonly(here), failure: readonly(failure), asking: readonly(asking), again }
}

/** The newest place, when it is not older than ten seconds. */
export function placeNow(now: number): Place | null {
  return here.value && now - here.value.at <= 10_000 ? here.value : null
}
