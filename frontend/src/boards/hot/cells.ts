import type { Feature, Position } from '@/api/types'
import { circleRing } from '@/model/geometry'
import type { HotCell } from '../api'

/** Half the width of a cell that came without its border, in metres: resolution 8 of H3. */
const plainRadiusM = 460

/** The border of a cell as its filter has it (WKT), else a circle about its centre. */
export function borderOf(cell: HotCell): Position[] {
  const inside = /POLYGON\s*\(\(([^()]+)\)\)/i.exec(cell.filter ?? '')?.[1]
  const ring = (inside ?? '').split(',').map((pair) => pair.trim().split(/\s+/).map(Number) as Position)
  const sound = ring.length >= 4 && ring.every((at) => at.length === 2 && at.every(Number.isFinite))
  return sound ? ring : circleRing(cell.center, plainRadiusM, 24)
}

/** The cells and a point in each with what is to be read there. */
export function hotFeatures(cells: HotCell[], textOf: (cell: HotCell) => string): Feature[] {
  return cells.filter(({ center }) => center).flatMap((cell): Feature[] => [
    { type: 'Feature', id: cell.h3, geometry: { type: 'Polygon', coordinates: [borderOf(cell)] }, properties: { h3: cell.h3 } },
    { type: 'Feature', id: `${cell.h3}-text`, geometry: { type: 'Point', coordinates: cell.center }, properties: { text: textOf(cell) } },
  ])
}

/** A probability as people read it: 0.03, 0.004, < 0.0001. */
export function formatP(p: number): string {
  if (p < 0.0001) return '< 0.0001'
  return String(Number(p.toPrecision(p < 0.001 ? 1 : 2)))
}
