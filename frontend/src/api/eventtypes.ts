import type { Place as Proof } from './schema'
import type { Feature, PlaceArea, Position, Title } from './types'

/** What the server says of events. Parts that an older server leaves out are optional. */
export interface CodeName { code: string; name: string }
export type Tier = 'community' | 'street' | 'district' | 'city'

export interface Choice { id: string; name: string; rung?: number; reason?: Title | null; probability?: number }
export interface Place {
  areas?: PlaceArea[] | null
  grid?: CodeName | null
  community?: CodeName | null
  street?: CodeName | null
  district?: CodeName | null
  department?: { id: string; name: string } | null
  reason?: Title | null
  rung?: number
  alternatives?: Choice[] | null
  hash?: string
}

export interface Guard { name: string; title?: Title }
/** A step that may be taken now: what it needs (`note`, `photos` …) and what is checked besides. */
export interface LegalStep { step: string; title: Title; to: string; needs?: string[] | null; guards?: Guard[] | null }

export interface Evidence { kind: 'area' | 'object' | 'rule'; ref: string; note?: string }
/** Where somebody stood when a step was taken; `accuracy` and `distance_m` in metres. */
export interface Fix { lon: number; lat: number; accuracy?: number; distance_m?: number; at?: string }

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
  reason?: string
  department?: string
  assists?: string[] | null
  task?: string
  worker?: string
  tier?: Tier
  class?: string
  level?: string
  due?: string | null
  until?: string | null
  evidence?: Evidence | null
  fix?: Fix | null
  photos?: string[] | null
  checks?: string[] | null
  found?: string
  master?: string
  proof?: string
  auto?: boolean
  supervision?: number
  merged?: string
}

/** `used_s`, `left_s` are counted seconds (office time where the limit is one); `share` is used / limit. */
export interface Clock {
  name: string
  title?: Title
  /** Department whose task it limits; none for the case itself. */
  task?: string
  started?: string
  due: string
  state: string
  used_s?: number
  left_s?: number
  share?: number
  stopped?: string | null
}
export interface Interval { from: string; to: string; counted: boolean; text: Title }
export interface ExplainedClock extends Clock { explain?: Interval[] | null }

export interface Task {
  department: string
  name?: string
  lead: boolean
  state: 'waiting' | 'signed' | 'done' | 'returned'
  worker?: string
  due?: string | null
  sent_at?: string | null
  signed_at?: string | null
  done_at?: string | null
  result?: string
  photos?: string[] | null
}
export interface ReportOf { id: string; at: string; channel?: string; text?: string; photos?: string[] | null; reporter?: string; own?: boolean }
export interface Photo { id: string; href: string; thumb?: string; at?: string; step?: string; lon?: number; lat?: number; taken_at?: string }
export interface Link { id: string; title?: string; state?: string; at?: string }
export interface Links { master?: string | Link | null; merged?: (string | Link)[] | null; recurs?: (string | Link)[] | null }
export interface Application { step: string; reason?: string; note?: string; until?: string | null; by?: string; department?: string; at?: string }
export interface ChainLink { tier: Tier; at: string; actor?: string; note?: string }

export interface Similar { id: string; title?: string; distance_m?: number; age_s?: number; score?: number; reasons?: Title[] | null; state?: string; lon?: number; lat?: number }
export interface Reasoned { reason?: Title | null }
export interface Proposals {
  grid?: (Reasoned & { code?: string; name?: string }) | null
  department?: (Reasoned & { id?: string; name?: string }) | null
  deadline?: (Reasoned & { due?: string; title?: Title; explain?: Interval[] | null }) | null
  duplicates?: Similar[] | null
}

export interface Case {
  id: string
  state: string
  version: number | string
  feature: Feature
  place: Place
  tier?: Tier
  class?: string | Title
  clocks?: Clock[] | null
  tasks?: Task[] | null
  reports?: ReportOf[] | null
  supervision?: number
  returns?: number
  reworks?: number
  worker?: string
  extensions?: number
  pending?: Application | null
  links?: Links | null
  photos?: Photo[] | null
  history?: HistoryEntry[] | null
  legal?: LegalStep[] | null
  /** What is ticked when it is closed. */
  criteria?: string[] | null
  chain?: ChainLink[] | null
  proposals?: Proposals | null
}

/** The signed record of why a case belongs to its department, and what recomputing it gives now. */
export interface ProofAnswer {
  proof: Proof | null
  hash: string
  signature?: { key_id: string; alg: string; sig: string } | null
  valid?: boolean
  recomputed?: { hash: string; same: boolean; differs?: { what: string; old: string; new: string }[] | null } | null
  /** What the city said to the evidence of the last return. */
  verdict?: { finding: 'upheld' | 'refuted' | 'open'; reasons: Title[]; at: string } | null
}

export interface EventClass {
  code: string
  title: Title
  group?: Title
  department_kind?: string
  icon?: string
  filing?: string
  closing?: string | string[]
  deadline?: { amount?: number; unit?: Title; title?: Title } | null
  responsible?: string | Title
}

/** Names of states, steps and reasons, from the table that the server decides by. */
export interface Life {
  states?: { state: string; title: Title }[] | null
  steps?: { step: string; title: Title }[] | null
  guards?: { name: string; title: Title }[] | null
  reasons?: { step?: string; reason: string; title: Title }[] | null
}

export interface Report {
  lon: number
  lat: number
  accuracy?: number
  coord?: string
  class: string
  description: string
  channel: string
  photos?: string[]
  object?: string
  camera?: string
  taken_at?: string
  draft?: string
}

export interface Candidate {
  layer: string
  id: string
  name: string
  kind?: string
  /** Account of the person, where it is one. */
  worker?: string
  department?: string
  lon: number
  lat: number
  seconds?: number
  metres?: number
  /** null where it is not known. */
  load?: number | null
  on_duty?: boolean | null
  seen_s?: number | null
  score?: number
  reasons?: Title[] | null
}
export interface Route { type: 'Feature'; id?: string; geometry: { type: string; coordinates: Position[] }; properties: { seconds?: number; metres?: number } }

/** One thing that waits for the subject. */
export interface MyTask {
  id: string
  state: string
  class: string
  title: string
  step: string
  due?: string | null
  distance_m?: number
  lon?: number
  lat?: number
  version: number | string
}

export interface Change { seq: number; layer: string; op: 'put' | 'delete'; id: string; feature?: Feature }
export interface Changes { seq: number; changes: Change[]; tiles?: Record<string, string[]> }
