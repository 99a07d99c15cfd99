import { Marker } from 'maplibre-gl'
import { watch } from 'vue'
import type { Feature } from '@/api/types'
import { middleOf } from '@/model/geometry'
import type { useDesk } from '@/state/desk'
import type { MapLibreMap } from './engine'

const reachPx = 5
const eventLayers = ['live-sign', 'events-open-sign', 'events-open-dot', 'events-settled-sign', 'events-settled-dot']

/**
 * Ties the pointer on the map to the queue and back: an event under it is named
 * to the desk, and the one the desk names wears a ring. `find` gives the event of
 * an id, where it is known. Returns what ends it.
 */
export function hoverEvents(map: MapLibreMap, desk: ReturnType<typeof useDesk>, find: (id: string) => Feature | null): () => void {
  const element = document.createElement('div')
  element.className = 'hover-ring'
  element.setAttribute('aria-hidden', 'true')
  const ring = new Marker({ element })
  let frame = 0
  let over = ''

  const seek = (point: { x: number; y: number }) => {
    const layers = eventLayers.filter((id) => map.getLayer(id))
    const found = map.queryRenderedFeatures([[point.x - reachPx, point.y - reachPx], [point.x + reachPx, point.y + reachPx]], { layers })
    const hit = found.find(({ properties }) => Number(properties.point_count ?? 1) <= 1)
    const id = hit ? String(hit.properties.id ?? hit.id) : ''
    if (id === over) return
    over = id
    map.getCanvas().style.cursor = desk.asking ? 'crosshair' : id ? 'pointer' : ''
    desk.point(id, true)
    if (id && hit?.geometry.type === 'Point') place(hit.geometry.coordinates as [number, number], String(hit.properties.class_name ?? ''))
  }
  const place = (at: [number, number], name: string) => {
    element.textContent = name
    ring.setLngLat(at).addTo(map)
  }
  const onMove = (event: { point: { x: number; y: number } }) => {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(() => { if (map.isStyleLoaded()) seek(event.point) })
  }
  const onOut = () => {
    cancelAnimationFrame(frame)
    if (over) desk.point('')
    over = ''
  }
  map.on('mousemove', onMove)
  map.on('mouseout', onOut)
  const stops = [
    watch(() => desk.hover, (id) => {
      const geometry = id ? find(id)?.geometry : null
      const at = geometry && middleOf(geometry)
      if (at) place(at, desk.fromMap ? (element.textContent ?? '') : '')
      else if (!id) ring.remove()
    }),
    watch(() => desk.asking, (asking) => { map.getCanvas().style.cursor = asking ? 'crosshair' : '' }),
  ]
  return () => {
    stops.forEach((stop) => stop())
    cancelAnimationFrame(frame)
    map.off('mousemove', onMove)
    map.off('mouseout', onOut)
    ring.remove()
  }
}
