export interface TileID { z: number; x: number; y: number }

/** As many changed places are remembered one by one; with more, everything has changed. */
const mostChanges = 4000
const mostAsked = 4000

/**
 * Remembers where tiles have changed, and which tiles have been asked for since. The
 * stream names changed tiles of a few zooms; the deepest of them say it all: a tile
 * has changed when one of them lies in it, or it in one of them.
 */
export class Stale {
  private clock = 0
  /** Everything has changed at this time. */
  private base = 0
  private readonly changes = new Map<string, TileID & { at: number }>()
  private readonly asked = new Map<string, number>()

  change(named: readonly string[]): void {
    const tiles = named.map(parse)
    const deepest = Math.max(...tiles.map(({ z }) => z))
    this.clock++
    for (const tile of tiles) if (tile.z === deepest) this.changes.set(key(tile), { ...tile, at: this.clock })
    if (this.changes.size > mostChanges) this.changeAll()
  }

  /** Everything may have changed. */
  changeAll(): void {
    this.changes.clear()
    this.base = ++this.clock
  }

  /**
   * The tiles that have changed since they were asked for. With `wide` also those
   * beside what has changed: hexagons reach beyond the tile of what they count.
   */
  of(tiles: readonly TileID[], wide = false): TileID[] {
    return tiles.filter((tile) => this.changed(tile, wide) > (this.asked.get(key(tile)) ?? 0))
  }

  /** Takes note of tiles that are being asked for. */
  ask(tiles: readonly TileID[]): void {
    for (const tile of tiles) {
      this.asked.delete(key(tile))
      this.asked.set(key(tile), this.clock)
    }
    for (const first of this.asked.keys()) {
      if (this.asked.size <= mostAsked) break
      this.asked.delete(first) // asked longest ago
    }
  }

  private changed(tile: TileID, wide: boolean): number {
    let at = this.base
    for (const change of this.changes.values()) if (change.at > at && meets(tile, change, wide ? 1 : 0)) at = change.at
    return at
  }
}

/** Whether one of the tiles lies in the other, or within some tiles of it. */
function meets(tile: TileID, change: TileID, reach: number): boolean {
  const scale = 2 ** (tile.z - change.z)
  if (scale <= 1) return near(Math.floor(change.x * scale), tile.x, reach) && near(Math.floor(change.y * scale), tile.y, reach)
  return [-reach, reach].some((dx) => Math.floor((tile.x + dx) / scale) === change.x) && [-reach, reach].some((dy) => Math.floor((tile.y + dy) / scale) === change.y)
}

const near = (a: number, b: number, reach: number) => Math.abs(a - b) <= reach
const key = ({ z, x, y }: TileID) => `${z}/${x}/${y}`

function parse(text: string): TileID {
  const [z, x, y] = text.split('/').map(Number)
  return { z, x, y }
}
