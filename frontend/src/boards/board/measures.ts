import { all } from '@/model/filter'
import type { Board, BoardCounts, BoardFilters, BoardGroup } from '../api'

/** The numbers of a board, in the order of its columns. */
export const measures = ['running', 'soon', 'overdue', 's1', 's2', 's3', 'suspended'] as const
export type Measure = (typeof measures)[number]

/** One character for each, so that colour is never the only sign. */
export const signs: Record<Measure, string> = { running: '办', soon: '临', overdue: '超', s1: '督', s2: '督', s3: '督', suspended: '挂' }
export const tones: Record<Measure, 'well' | 'soon' | 'over' | 'still'> = { running: 'well', soon: 'soon', overdue: 'over', s1: 'soon', s2: 'over', s3: 'over', suspended: 'still' }

export function countOf(counts: BoardCounts, measure: Measure): number {
  return measure === 's1' || measure === 's2' || measure === 's3' ? (counts.supervised[measure[1]] ?? 0) : counts[measure]
}

/** The filter of a number; with a group, of that group's number. */
export function filterOf(filters: BoardFilters, measure: Measure, group?: Pick<BoardGroup, 'filter'>): string {
  const own = measure === 's1' || measure === 's2' || measure === 's3' ? (filters.supervised[measure[1]] ?? '') : filters[measure]
  return all(own, group?.filter)
}

export type SortKey = Measure | 'name' | 'worst'

/** The groups that match what is looked for, in the wanted order; equal ones by name. */
export function arranged(board: Board, sort: SortKey, down: boolean, wanted: string, nameOf: (group: BoardGroup) => string): BoardGroup[] {
  const text = wanted.trim().toLowerCase()
  const value = (group: BoardGroup) => (sort === 'worst' ? group.worst_s : sort === 'name' ? 0 : countOf(group, sort))
  const by = (a: BoardGroup, b: BoardGroup) => nameOf(a).localeCompare(nameOf(b), 'zh-CN') || (a.key < b.key ? -1 : 1)
  return board.groups
    .filter((group) => text === '' || nameOf(group).toLowerCase().includes(text) || group.key.toLowerCase().includes(text))
    .sort((a, b) => (sort === 'name' ? (down ? -1 : 1) * by(a, b) : (down ? value(b) - value(a) : value(a) - value(b)) || by(a, b)))
}
