import { onBeforeUnmount } from 'vue'
import type { Drawn } from '@/layers/style'
import { useExtras } from '@/state/extras'

export interface Addition { sources: Record<string, { type: string; [key: string]: unknown }>; drawn: Drawn[]; hidden?: string[] }
const additions = new Map<string, Addition>()

/**
 * What one panel adds to the picture of the map, beside what the others add. It is
 * taken away when the panel is closed.
 */
export function useAddition(owner: string): (addition: Addition | null) => void {
  const extras = useExtras()
  const show = (addition: Addition | null) => {
    if (addition) additions.set(owner, addition)
    else if (!additions.delete(owner)) return
    const all = [...additions.values()]
    extras.sources = Object.assign({}, ...all.map(({ sources }) => sources)) as Addition['sources']
    extras.drawn = all.flatMap(({ drawn }) => drawn)
    extras.hidden = all.flatMap(({ hidden }) => hidden ?? [])
  }
  onBeforeUnmount(() => show(null))
  return show
}

