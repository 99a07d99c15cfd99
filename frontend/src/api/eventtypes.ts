import type { Feature, PlaceArea, Title } from './types'

export interface CodeName { code: string; name: string }
export interface Place {
  areas?: PlaceArea[] | null
  grid?: CodeName | null
  community?: CodeName | null
  street?: CodeName | null
  district?: CodeName | null
  department?: { id: string; name: string } | null
  reason?: Title | null
  rung?: number
}
export interface LegalStep { step: string; title: Title; to: string; needs?: string[] | null }
export interface HistoryEntry {
  seq: number
  at: string
  step: string
  from?: string
  to: string
  actor?: string
  role?: string
  note?: string
  result?: string
}
export interface Clock { name: string; title?: Title; due: string; state: string }
export interface Case {
  id: string
  state: string
  version: number | string
  feature: Feature
  place: Place
  clocks?: Clock[] | null
  history?: HistoryEntry[] | null
  legal?: LegalStep[] | null
  proposals?: { duplicates?: { id: string; title?: string; distance?: number }[] | null } | null
}
export interface EventClass { code: string; title: Title; group?: Title; department_kind?: string; icon?: string }
export interface Report { lon: number; lat: number; accuracy?: number; coord?: string; class: string; description: string; channel: string; photos?: string[] }

export interface Change { seq: number; layer: string; op: 'put' | 'delete'; id: string; feature?: Feature }
export interface Changes { seq: number; changes: Change[]; tiles?: Record<string, string[]> }
