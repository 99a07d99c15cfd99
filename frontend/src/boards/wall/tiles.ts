import { listEvents } from '@/api/events'
import { all } from '@/model/filter'
import { getBoard, type Board, type GroupBy } from '../api'

export interface Tile { name: string; count: number; filter: string; tone: 'well' | 'soon' | 'over' | 'still' }
/** `areas` is the board by the areas inside the scene. */
export interface WallNumbers { board: Board; areas: Board; tiles: Tile[] }

/** The numbers of a scene; each is the count of its filter. `midnight` in ms since 1970. */
export async function wallNumbers(filter: string, inside: GroupBy, midnight: number, signal: AbortSignal): Promise<WallNumbers> {
  const since = (column: string) => all(filter, `${column} >= TIMESTAMP('${new Date(midnight).toISOString()}')`)
  const count = async (cql: string) => (await listEvents({ limit: 1, filter: cql }, signal)).numberMatched ?? 0
  const [reported, over] = [since('reported_at'), since('closed_at')]
  const [board, areas, today, done] = await Promise.all([getBoard('department', filter, signal), getBoard(inside, filter, signal), count(reported), count(over)])
  const { total, filters } = board
  const supervised = Object.values(total.supervised).reduce((sum, n) => sum + n, 0)
  return {
    board,
    areas,
    tiles: [
      { name: 'today', count: today, filter: reported, tone: 'well' },
      { name: 'done', count: done, filter: over, tone: 'well' },
      { name: 'running', count: total.running, filter: filters.running, tone: 'well' },
      { name: 'soon', count: total.soon, filter: filters.soon, tone: 'soon' },
      { name: 'overdue', count: total.overdue, filter: filters.overdue, tone: 'over' },
      { name: 'supervised', count: supervised, filter: all(filters.open, 'supervision IN (1,2,3)'), tone: 'over' },
    ],
  }
}
