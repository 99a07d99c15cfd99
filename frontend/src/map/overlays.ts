import { computed } from 'vue'
import type { Feature } from '@/api/types'
import { eventStates } from '@/model/eventstate'
import { swell } from '@/model/swell'
import { useCatalog } from '@/state/catalog'
import { useDesk } from '@/state/desk'
import { useEvents } from '@/state/events'
import { useExtras } from '@/state/extras'
import { useRegion } from '@/state/region'
import { useSelection } from '@/state/selection'
import { useView } from '@/state/view'

/** The features drawn over the tiles: what is selected, counted, newly changed, and shown by the desk. */
export function useOverlays() {
  const catalog = useCatalog()
  const desk = useDesk()
  const events = useEvents()
  const extras = useExtras()
  const region = useRegion()
  const selection = useSelection()
  const view = useView()

  /** What marks the selected thing; a body stands around the one it marks. */
  function marked(feature: Feature): Feature[] {
    if (!feature.geometry) return []
    const height = solidHeight(feature)
    const geometry = view.solid && height > 0 ? swell(feature.geometry, 0.6) : feature.geometry
    return [{ ...feature, geometry, properties: { height } }]
  }

  /** Metres of a thing that is drawn as a body; 0 for everything else. */
  function solidHeight(feature: Feature): number {
    const field = catalog.byID.get(selection.layer)?.schema.height_field
    return field ? Math.max(3, Number(feature.properties[field] ?? 0) || 0, 3 * (Number(feature.properties.floors) || 0)) : 0
  }

  return computed(() => {
    const shape = region.geometry
    const live = [...events.changed].flatMap(([id, feature]): Feature[] =>
      feature?.geometry && eventStates.includes(String(feature.properties.state)) && view.isShown('events') && view.hex !== 'events' && !extras.hidden.includes('events')
        ? [{ ...feature, id, properties: { id, state: feature.properties.state, class_name: feature.properties.class_name, fresh: events.fresh.has(id) } }]
        : [])
    return {
      selection: selection.feature ? marked(selection.feature) : [],
      region: shape ? [{ type: 'Feature' as const, id: 'region', geometry: shape, properties: {} }] : [],
      live,
      desk: desk.marks,
    }
  })
}
