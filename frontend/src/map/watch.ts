import type { MapSourceDataEvent } from 'maplibre-gl'
import { checkSession } from '@/api/catalog'
import type { LayerState } from '@/state/mapstatus'
import type { MapLibreMap } from './engine'
import { sourceOf } from './style'

export interface Watch { forgive(): void; stop(): void }

export interface Watched { id: string; minzoom: number; source: string }

/** The layers of the city that the current style shows, with their first zoom. */
export function watchedLayers(map: MapLibreMap, filters: Record<string, string>): Watched[] {
  const watched = new Map<string, Watched>()
  for (const layer of map.getStyle().layers) {
    const id = (layer.metadata as { layer?: string } | undefined)?.layer
    if (!id || !('source' in layer)) continue
    const minzoom = Math.min(layer.minzoom ?? 0, watched.get(id)?.minzoom ?? Infinity)
    watched.set(id, { id, minzoom, source: sourceOf(id, filters) })
  }
  return [...watched.values()]
}

/**
 * Reports one of the named states of each shown layer whenever it changes:
 * loading, ready, failed, empty (nothing here), out (zoom in to see it).
 * `forgive` forgets failures, before a retry.
 */
export function watchLayers(map: MapLibreMap, filters: () => Record<string, string>, report: (layer: string, state: LayerState) => void): Watch {
  const failed = new Set<string>()
  const survey = () => {
    if (!map.isStyleLoaded() && !map.loaded()) return
    for (const layer of watchedLayers(map, filters())) {
      if (map.getZoom() < layer.minzoom) report(layer.id, 'out')
      else if (failed.has(layer.source)) report(layer.id, 'failed')
      else if (!map.getSource(layer.source) || !map.isSourceLoaded(layer.source)) report(layer.id, 'loading')
      else report(layer.id, hasFeatures(map, layer) ? 'ready' : 'empty')
    }
  }
  const onLoading = (event: MapSourceDataEvent) => {
    for (const layer of watchedLayers(map, filters())) {
      if (layer.source === event.sourceId && !failed.has(layer.source) && map.getZoom() >= layer.minzoom) report(layer.id, 'loading')
    }
  }
  const onError = (event: { sourceId?: string; error?: { status?: number; name?: string } }) => {
    if (!event.sourceId || event.error?.name === 'AbortError') return
    if (event.error?.status === 401) checkSession()
    failed.add(event.sourceId)
    survey()
  }
  const onMoveStart = () => failed.clear()
  map.on('idle', survey)
  map.on('sourcedataloading', onLoading)
  map.on('error', onError as never)
  map.on('movestart', onMoveStart)
  return {
    forgive: () => failed.clear(),
    stop: () => {
      map.off('idle', survey)
      map.off('sourcedataloading', onLoading)
      map.off('error', onError as never)
      map.off('movestart', onMoveStart)
    },
  }
}

function hasFeatures(map: MapLibreMap, layer: Watched): boolean {
  return map.querySourceFeatures(layer.source, { sourceLayer: layer.id }).length > 0
}
