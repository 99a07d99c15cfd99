import type { MapLibreMap } from './engine'
import { Stale } from './stale'

export interface Fresh {
  /** Tiles of a source have changed: those named, "z/x/y". */
  changed(source: string, named: readonly string[]): void
  /** It is not known what has changed in a source. */
  missed(source: string): void
  stop(): void
}

/** Between two times that a source is asked for. */
export const quietMs = 1000
/** A random part of the wait, so that not all maps of a city ask at the same moment. */
export const jitterMs = 250

/**
 * Keeps what a map shows up to date with little work: only visible tiles that have
 * changed are asked for again, soon after a change and then at most once a second,
 * and not before those asked for last have come: a slow server slows its maps down.
 * A tile is replaced when the new one is there, so nothing flickers. Changes
 * elsewhere are remembered until the map is moved there. `wide` says of which
 * sources tiles show more than what lies in them.
 */
export function keepFresh(map: MapLibreMap, wide: (source: string) => boolean): Fresh {
  const stale = new Map<string, Stale>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function later(ms: number): void {
    timer ??= setTimeout(refresh, ms + Math.random() * jitterMs)
  }

  function refresh(): void {
    timer = undefined
    let again = false
    for (const [source, changes] of stale) {
      const found = map.getSource(source) as { minzoom?: number; maxzoom?: number } | undefined
      if (!found) {
        stale.delete(source)
        continue
      }
      const visible = map.coveringTiles({ tileSize: 512, minzoom: found.minzoom, maxzoom: found.maxzoom }).map(({ canonical: { z, x, y } }) => ({ z, x, y }))
      const tiles = changes.of(visible, wide(source))
      if (tiles.length === 0) continue
      again = true // what changes meanwhile, and what could not be asked for, waits
      if (!map.isSourceLoaded(source)) continue
      changes.ask(tiles)
      map.refreshTiles(source, tiles)
    }
    if (again) later(quietMs)
  }

  function of(source: string): Stale {
    let changes = stale.get(source)
    if (!changes) stale.set(source, (changes = new Stale()))
    return changes
  }

  const onMove = () => { if (stale.size > 0) later(0) }
  map.on('moveend', onMove)
  return {
    changed(source, named) {
      if (named.length === 0) return
      of(source).change(named)
      later(0)
    },
    missed(source) {
      of(source).changeAll()
      later(0)
    },
    stop() {
      clearTimeout(timer)
      map.off('moveend', onMove)
    },
  }
}
