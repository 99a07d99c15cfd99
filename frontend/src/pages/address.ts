import { watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useMapStatus } from '@/state/mapstatus'
import { useView } from '@/state/view'

const quietMs = 200

/**
 * Keeps the address bar and the state of the view equal. Choosing another thing
 * makes a step that the back button undoes; moving the map does not.
 */
export function useAddress(): void {
  const route = useRoute()
  const router = useRouter()
  const view = useView()
  const status = useMapStatus()
  view.read(route.query)
  let timer: ReturnType<typeof setTimeout> | undefined
  let selected = view.query().s

  watch(() => view.query(), (query) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (same(query, route.query)) return
      const step = query.s !== selected
      selected = query.s
      void (step ? router.push({ query }) : router.replace({ query }))
    }, quietMs)
  }, { deep: true })

  watch(() => route.query, (query) => {
    if (same(view.query(), query)) return
    const before = view.camera
    view.read(query)
    selected = view.query().s
    const camera = view.camera
    if (camera && JSON.stringify(camera) !== JSON.stringify(before)) status.target = { at: [camera.lon, camera.lat], zoom: camera.zoom }
  })
}

function same(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}
