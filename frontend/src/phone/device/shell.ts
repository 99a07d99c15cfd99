import { ref } from 'vue'

/** An event of browsers that let a page offer its own installation. */
interface InstallEvent extends Event { prompt: () => Promise<void> }

const waiting = ref<ServiceWorker | null>(null)
const offer = ref<InstallEvent | null>(null)
const kept = ref(false) // whether pages open without a line
let begun = false

/** Whether the page runs as an installed application. */
export const isInstalled = (): boolean => matchMedia('(display-mode: standalone)').matches || (navigator as Navigator & { standalone?: boolean }).standalone === true

async function begin(): Promise<void> {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    offer.value = event as InstallEvent
  })
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  let had = navigator.serviceWorker.controller !== null
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (had) location.reload() // the new version takes over
    had = true
  })
  const registration = await navigator.serviceWorker.register('/m-sw.js', { scope: '/m', updateViaCache: 'none' })
  const look = () => { if (registration.waiting && navigator.serviceWorker.controller) waiting.value = registration.waiting }
  look()
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => { if (coming.state === 'installed') look() })
  })
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') void registration.update().catch(() => undefined) })
  await navigator.serviceWorker.ready
  kept.value = true
  void navigator.storage?.persist?.()
}

/** The application's files on the device: whether a new version waits, and installing it. */
export function useShell() {
  if (!begun) {
    begun = true
    void begin().catch(() => undefined) // a browser that will not keep files still works with a line
  }
  return {
    waiting, offer, kept,
    update: () => waiting.value?.postMessage('take over'),
    install: async () => {
      await offer.value?.prompt()
      offer.value = null
    },
  }
}
