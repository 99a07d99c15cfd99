import type { Position } from '@/api/types'
import { distance } from '@/model/geometry'
import type { Region } from '@/model/region'
import type { DrawMode } from '@/state/region'
import type { MapLibreMap } from './engine'

export interface Drawing { stop(): void }

const micro = (value: number) => Math.round(value * 1e6) / 1e6

/**
 * Lets the user draw one shape, then calls `done` with it. The drawing code is
 * fetched when first used.
 */
export async function draw(map: MapLibreMap, mode: DrawMode, colour: `#${string}`, done: (region: Region) => void): Promise<Drawing> {
  const [{ TerraDraw, TerraDrawCircleMode, TerraDrawPolygonMode, TerraDrawRectangleMode }, { TerraDrawMapLibreGLAdapter }] = await Promise.all([
    import('terra-draw'),
    import('terra-draw-maplibre-gl-adapter'),
  ])
  const styles = { fillColor: colour, fillOpacity: 0.12, outlineColor: colour, outlineWidth: 2 } as const
  const pencil = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map }),
    modes: [
      new TerraDrawPolygonMode({ showCoordinatePoints: true, styles: { ...styles, coordinatePointColor: colour, closingPointColor: colour, closingPointWidth: 5 } }),
      new TerraDrawCircleMode({ styles, segments: 96 }),
      new TerraDrawRectangleMode({ styles }),
    ],
  })
  pencil.start()
  pencil.setMode(mode)
  map.getCanvas().style.cursor = 'crosshair'
  let stopped = false
  const stop = () => {
    if (stopped) return
    stopped = true
    map.getCanvas().style.cursor = ''
    pencil.stop()
  }
  pencil.on('finish', (id) => {
    const shape = pencil.getSnapshotFeature(id)
    if (!shape || shape.geometry.type !== 'Polygon') return
    const ring = shape.geometry.coordinates[0].slice(0, -1).map(([x, y]): Position => [micro(x), micro(y)])
    // The pencil must not be taken down inside its own event.
    queueMicrotask(() => { stop(); done(regionOf(mode, ring)) })
  })
  return { stop }
}

function regionOf(mode: DrawMode, ring: Position[]): Region {
  if (mode !== 'circle') return { kind: 'polygon', ring }
  const [west, east] = [Math.min(...ring.map(([x]) => x)), Math.max(...ring.map(([x]) => x))]
  const [south, north] = [Math.min(...ring.map(([, y]) => y)), Math.max(...ring.map(([, y]) => y))]
  const centre: Position = [micro((west + east) / 2), micro((south + north) / 2)]
  return { kind: 'circle', centre, radiusM: Math.max(1, Math.round(distance(centre, [centre[0], north]))) }
}
