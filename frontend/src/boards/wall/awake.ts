import { onBeforeUnmount, onMounted } from 'vue'

/** Keeps the screen on while the page is seen; browsers let go of it whenever the page is hidden. */
export function useAwake(): void {
  let lock: WakeLockSentinel | null = null
  const take = async () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    lock = await navigator.wakeLock.request('screen').catch(() => null)
  }
  onMounted(() => { void take(); document.addEventListener('visibilitychange', take) })
  onBeforeUnmount(() => { document.removeEventListener('visibilitychange', take); void lock?.release() })
}
