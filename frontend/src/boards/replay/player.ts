import { onBeforeUnmount, ref } from 'vue'

const frameMs = 250 // the picture changes at most four times a second

export interface Player { playing: Readonly<{ value: boolean }>; toggle(): void; stop(): void }

/**
 * Moves an instant on: `speed` minutes of the past in a second, from the end of the
 * range to its beginning again. `tick` takes the milliseconds to move on by.
 */
export function usePlayer(speed: () => number, tick: (ms: number) => void, stopped: () => void): Player {
  const playing = ref(false)
  let timer: ReturnType<typeof setInterval> | undefined
  let last = 0

  function toggle(): void {
    if (playing.value) return stop()
    playing.value = true
    last = performance.now()
    timer = setInterval(() => {
      const now = performance.now()
      tick((now - last) * 60 * speed())
      last = now
    }, frameMs)
  }

  function stop(): void {
    if (!playing.value) return
    playing.value = false
    clearInterval(timer)
    stopped()
  }

  onBeforeUnmount(() => clearInterval(timer))
  return { playing, toggle, stop }
}
