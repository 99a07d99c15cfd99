export type PositionFailure = 'denied' | 'insecure' | 'timeout' | 'missing'

/** One fix of the device, as good as it gets within the time; rejects with a PositionFailure. */
export function currentPosition(timeoutMs = 10_000): Promise<GeolocationCoordinates> {
  return new Promise((resolve, reject: (why: PositionFailure) => void) => {
    if (!window.isSecureContext) return reject('insecure')
    if (!('geolocation' in navigator)) return reject('missing')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve(coords),
      ({ code }) => reject(code === 1 ? 'denied' : code === 3 ? 'timeout' : 'missing'),
      { enableHighAccuracy: true, timeout: timeoutMs, maximumAge: 5_000 },
    )
  })
}
