import { onBeforeUnmount, onMounted, watch } from 'vue'
import { useCatalog } from '@/state/catalog'
import { useLive } from '@/state/live'

/** What the pages of boards need before they can ask: the city, who looks, and the stream of cases. */
export function usePageFrame() {
  const catalog = useCatalog()
  const live = useLive()

  async function boot(): Promise<void> {
    if (catalog.status !== 'ready') await catalog.load()
    if (catalog.status === 'ready' && catalog.byID.has('events')) live.follow(['events'])
  }

  onMounted(() => { window.wutu = { idle: 0, live: live.state, state: () => null } })
  watch(() => live.state, (state) => { if (window.wutu) window.wutu.live = state })
  onBeforeUnmount(() => live.close())
  return { catalog, live, boot }
}
