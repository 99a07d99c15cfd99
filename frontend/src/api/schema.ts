/* Made from api/openapi.json by `npm run client`: do not change it by hand. */

export interface AccessList {
  layers: LayerAccess[]
}

export interface Account {
  id: string
  name: Title
  department?: string
  role: string
  enabled: boolean
  closed?: boolean
  demo?: boolean
  second_factor: boolean
  created: string
  must_change_password?: boolean
  platform?: string
  locked_until?: string | null
  last_sign_in?: string | null
  region?: string
  cleared?: boolean
  purposes?: string[]
  /** null: whatever the role may see */
  layers?: string[] | null
}

export interface AccountChange {
  name?: TitleInput | null
  department?: string | null
  enabled?: boolean | null
}

export interface AccountList {
  accounts: Account[]
}

export interface AddressInfo {
  id: string
  text: string
  distance: number
}

export interface AlarmAnswer {
  taken: number
  late: number
  alarms: Raised[]
  rejected: Refused[]
}

export interface Alike {
  id: string
  distance_m: number
  age_s: number
  score: number
  reasons: Title[]
  layer: string
  title: string
  state: string
  distance: number
}

export interface AlikeInfo {
  duplicates: Alike[]
  recurrences: Alike[]
}

export interface Answering {
  class: string
  title: Title
  group: Title
  department: string
  name: string
  rung: string
  rung_title: Title
  reason: Title
  probability: number
  alternatives: DutyChoice[]
}

/** Any JSON */
export type Any = unknown

export interface Area {
  level: string
  code: string
  name: string
  dedicated?: boolean
  department?: string
  version: number
  border_m: number
  probability: number
}

export interface AreaOwner {
  code: string
  name: string
}

export interface AuditProblem {
  n: number
  what: string
}

export interface BatchAnswer {
  /** In the order of the request */
  points: PointFound[]
}

export interface BatchBody {
  points: Position[] | null
  /** Area levels whose owner is asked: district, street, community, grid */
  levels?: string[] | null
  /** Layers whose nearest feature is asked */
  nearest?: BatchTarget[] | null
  /** System of the points: wgs84, cgcs2000, gcj02, bd09 or EPSG:n; absent: wgs84 */
  coord?: string
}

export interface BatchTarget {
  layer: string
  /** CQL2 as text or as JSON */
  filter?: unknown
  /** Not farther than so many metres, inclusive; absent: however far */
  max?: number
  /** Name in the answer; absent: the layer's id */
  as?: string
}

export interface BoardAnswer {
  now: string
  by: string
  total: BoardCounts
  groups: BoardGroup[]
  filters: BoardFilters
}

export interface BoardCounts {
  open: number
  running: number
  soon: number
  overdue: number
  suspended: number
  supervised: Record<string, number>
  worst_s: number
}

export interface BoardFilters {
  open: string
  running: string
  soon: string
  overdue: string
  suspended: string
  supervised: Record<string, string>
}

export interface BoardGroup {
  key: string
  name: string
  filter: string
  open: number
  running: number
  soon: number
  overdue: number
  suspended: number
  supervised: Record<string, number>
  worst_s: number
}

export interface Boundary {
  boundary_id: string
  name: string | null
  level: string
}

/** West, south, east, north */
export type Box = number[]

export interface BuildingCard {
  building: Feature
  address: string
  floors: (FloorInfo | null)[]
  firms: FirmInfo[]
  devices: Placed[]
  residents: number | null
  below?: number
}

export interface Candidate {
  layer: string
  id: string
  name: string
  kind: string
  worker?: string
  department?: string
  lon: number
  lat: number
  seconds: number
  metres: number
  load: number | null
  on_duty: boolean | null
  seen_s: number | null
  score: number
  reasons: Title[]
}

export interface CandidateList {
  candidates: Candidate[]
  /** Id of the first who could go now */
  proposal: string | null
}

export interface Change {
  /** Number of the change: numbers grow */
  seq: number
  at: string
  /** delete also when the feature left what the subject may list */
  op: 'put' | 'delete'
  layer: string
  id: string
  /** Of the state after a put */
  version?: number
  /** Of the state before, if that was to be seen; absent where fields are hidden or masked */
  previous?: number
  /** After a put, with what was asked for */
  feature?: Feature
}

export interface ChangesAnswer {
  changes: Change[]
  /** since of the next page */
  next: number
  /** There are more changes already */
  more: boolean
}

export interface CityInfo {
  name: Title
  /** Division code (GB/T 2260) */
  code: string
  /** Of the program */
  version: string
  now: string
  center: LonLat | null
  extent: Box | null
}

export interface ClassInfo {
  code: string
  title: Title
  group: Title
  department_kind: string
  icon: string
  filing: string
  closing: string
  criteria: string[]
  responsible?: string
  deadline: DeadlineInfo
}

export interface ClassList {
  version: string
  editions: EditionInfo[]
  classes: ClassInfo[]
}

export interface ClockInfo {
  name: string
  title: Title
  task?: string
  tier?: string
  started: string
  due: string
  was?: string[]
  state: string
  limit_s: number
  used_s: number
  left_s: number
  share: number
  explain?: IntervalInfo[]
}

export interface ClockList {
  now: string
  clocks: ClockInfo[]
}

export interface Code {
  value: string
  title: Title
}

export interface Collection {
  id: string
  title?: string
  description?: string
  links: Link[]
  extent?: {
    spatial?: {
      bbox?: number[][]
      crs?: string
    }
    temporal?: {
      interval?: ((string | null)[])[]
      trs?: string
    }
  }
  itemType?: string
  supportsNonAutogeneratedResourceIds?: boolean
  crs?: string[]
  storageCrs?: string
}

export interface Collections {
  links: Link[]
  collections: Collection[]
  crs?: string[]
}

export interface Conformance {
  conformsTo: string[]
  links?: Link[]
}

export interface Converted {
  from: string
  to: string
  coords: LonLat[]
}

export interface CorridorAnswer {
  type: 'FeatureCollection'
  features: CorridorFeature[]
  /** Of the path */
  length_m: number
  numberMatched: number
  numberReturned: number
}

export interface CorridorBody {
  /** A LineString of at least two different positions */
  path: Geometry | null
  /** How far off the path, in metres to either side, inclusive */
  width: number
  /** Ids of layers; absent: all that may be listed */
  layers?: string[] | null
  /** CQL2 as text or as JSON */
  filter?: unknown
  /** At most this many features, the first along the path */
  limit?: number | null
  /** The city as of this instant (RFC 3339) */
  datetime?: string
}

export interface CorridorFeature {
  type: 'Feature'
  id: string
  geometry: Geometry
  properties: Record<string, unknown>
  layer: string
  /** Metres from the start of the path to the place of it nearest to the feature */
  along: number
  /** Metres between the two */
  off: number
  side: 'left' | 'right' | 'on'
  crossings?: CrossingAnswer[]
}

export interface CoverageCount {
  count: number | null
  below?: number
  /** Sum of the field weight */
  weight?: number
}

export interface CoverageGap {
  h3: string
  total: CoverageCount
  covered: CoverageCount
  uncovered: CoverageCount
}

export interface Credentials {
  account: string
  password: string
  /** Of the second factor */
  code?: string
  purpose?: string
}

export interface CrossingAnswer {
  along: number
  place: LonLat
  direction: 'left-to-right' | 'right-to-left'
}

export interface DeadlineInfo {
  amount: number
  unit: Title
  title: Title
}

export interface DeadlineOffer {
  due: string
  title: Title
  reason: Title
  explain: IntervalInfo[]
}

export interface Decision {
  note?: string
}

export interface DemoAccount {
  id: string
  name: Title
  role: string
  password: string
}

export interface DepartmentFor {
  id: string
  name: string
  kind: string
  duties: string[]
  reason: Title
}

export interface DepartmentInfo {
  id: string
  name: string
}

export interface Difference {
  what: string
  old: string
  new: string
}

export interface DifferenceAnswer {
  type?: 'FeatureCollection'
  /** In order of id */
  features?: Feature[]
  /** On all pages */
  numberMatched: number
  numberReturned: number
  /** Cursor of the next page; absent on the last */
  next?: string
}

export interface DifferenceBody {
  /** The features that are listed */
  a: SpatialSide
  /** The features they should have: inspections, hydrants, cameras */
  b: SpatialSide
  /** How a feature of the first layer lies to one of the second; absent: dwithin with distance, otherwise intersects */
  predicate?: 'intersects' | 'within' | 'contains' | 'touches' | 'crosses' | 'overlaps' | 'equals' | 'dwithin'
  /** Metres of dwithin, inclusive */
  distance?: number | null
  /** without: features of a that belong to none of b; with: the others. Absent: without */
  keep?: 'without' | 'with'
  result?: 'features' | 'count'
  /** Features at once */
  limit?: number | null
  /** From the member next of the page before */
  cursor?: string
  /** The city as of this instant (RFC 3339) */
  datetime?: string
}

export interface Discovery {
  changeset: string
  contact: string
  key_service: string
  endpoints: Endpoint[]
}

export interface Document {
  tilejson: string
  name: string
  description?: string
  attribution?: string
  scheme: string
  format: string
  tiles: string[]
  minzoom: number
  maxzoom: number
  bounds: [number, number, number, number]
  center: [number, number, number]
  vector_layers?: VectorLayer[]
}

export interface DrillAnswer {
  parent: DrillArea
  level: string
  children: DrillArea[]
  outside: number
  outside_filter: string
  path: DrillArea[]
}

export interface DrillArea {
  code: string
  name: string
  level: string
  count: number
  filter: string
}

export interface DutyChoice {
  id: string
  name: string
  rung: number
  reason: Title
  probability: number
  evidence?: DutyEvidence[]
}

export interface DutyEvidence {
  ref: string
  name: string
  version: number
  distance_m: number
  border_m?: number
  department?: string
  duty?: string
  probability: number
}

export interface EditionInfo {
  edition: string
  title: Title
  source: string
  valid_from: string
  current: boolean
}

export interface Endpoint {
  specification: string
  url: string
  changeset: string
  type: string
  formats: string[]
}

export interface Enrolment {
  secret: string
  uri: string
}

export interface Entry {
  seq: number
  at: string
  step: string
  from: string
  to: string
  actor: string
  role: string
  auto?: boolean
  applies?: boolean
  note?: string
  reason?: string
  result?: string
  department?: string
  assists?: string[]
  task?: string
  worker?: string
  tier?: string
  class?: string
  edition?: string
  level?: string
  supervision?: number
  clocks?: Start[]
  until?: string
  evidence?: EventEvidence
  fix?: Fix
  photos?: string[]
  checks?: string[]
  found?: string
  report?: Statement
  reports?: Statement[]
  master?: string
  merged?: string
  link?: string
  proof?: string
  source?: string
  assumed?: Record<string, string>
}

export interface EvaluationAnswer {
  from: string
  to: string
  by: string
  rates: RateInfo[]
  total: EvaluationGroup
  groups: EvaluationGroup[]
  filters: Record<string, RateFilter>
  missing: MissingRate[]
}

export interface EvaluationGroup {
  key: string
  name: string
  filter: string
  rates: Record<string, RateValue>
}

export interface EventEvidence {
  kind: string
  ref: string
  note?: string
}

export interface EventEvidenceInput {
  kind?: string
  ref?: string
  note?: string
}

export interface ExportBody {
  layer: string
  format: string
  /** CQL2 text */
  filter?: string
  /** west,south,east,north */
  bbox?: string
  purpose: string
}

export interface ExportList {
  exports: Request[]
}

export interface FactorCode {
  code: string
}

export interface FactorStart {
  /** Of the active factor, if there is one */
  code?: string
}

export interface Failure {
  code: number
  description: string
}

/** A GeoJSON feature (RFC 7946) */
export interface Feature {
  type: 'Feature'
  id: string
  geometry: Geometry | null
  properties: Record<string, unknown> | null
  links?: Link[]
  /** Metres from the point asked about */
  distance?: number
  /** Id of its layer */
  layer?: string
}

/** GeoJSON features (RFC 7946) */
export interface FeatureCollection {
  type: 'FeatureCollection'
  features: Feature[]
  links?: Link[]
  timeStamp?: string
  numberMatched?: number
  numberReturned?: number
  /** Why no feature can match */
  note?: string
  conformsTo?: string[]
  featureType?: string
  coordRefSys?: string
}

export interface FenceSide {
  layer: string
  filter?: string
}

export interface FenceSideInput {
  layer: string
  filter?: string
}

export interface FieldAccess {
  name: string
  title: Title
  sight: string
}

export interface FieldChange {
  personal?: boolean | null
  mask?: string | null
  sealed?: boolean | null
}

export interface FieldInfo {
  name: string
  type: string
  title: Title
  unit?: string
  codes?: Code[]
  personal: boolean
  ref?: string
  search?: boolean
  measure?: boolean
  code_system?: string
}

export interface FieldLabel {
  name: string
  title: Title
  type: string
  personal: boolean
  mask: string
  sealed: boolean
}

export interface FirmInfo {
  id: string
  title: string
  room?: string
}

export interface Fix {
  lon: number
  lat: number
  accuracy?: number
  distance_m?: number
  at?: string
}

export interface FixError {
  /** Its place in the batch, from 0 */
  index: number
  id?: string
  field: string
  message: string
}

export interface FixInput {
  lon?: number
  lat?: number
  accuracy?: number
  distance_m?: number
  at?: string
}

export interface FloorInfo {
  floor: number
  rooms: (RoomInfo | null)[]
}

export interface Functions {
  functions: {
    name: string
    description?: string
    arguments: {
      title?: string
      type: string[]
    }[]
    returns: string[]
  }[]
  links?: Link[]
}

export interface GaussKruger {
  epsg: number
  x: number
  y: number
}

/** A GeoJSON geometry (RFC 7946) */
export interface Geometry {
  type: 'Point' | 'MultiPoint' | 'LineString' | 'MultiLineString' | 'Polygon' | 'MultiPolygon' | 'GeometryCollection'
  coordinates?: unknown[]
  geometries?: Geometry[]
}

export interface GradeInfo {
  grade: string
  limit: number | null
}

export interface Grant {
  id: string
  title?: Title
  roles?: string[]
  accounts?: string[]
  cleared?: boolean
  purposes?: string[]
  not_before?: string
  not_after?: string
  layers?: string[]
  mode: string
  region?: string
  margin_m?: number
  department?: boolean
  classes?: string[]
  days?: number
  filter?: string
  round?: number
  edit?: string
  approve?: string
  show?: string[]
  mask?: string[]
  hide?: string[]
}

export interface GrantInput {
  id?: string
  title?: TitleInput
  roles?: string[] | null
  accounts?: string[] | null
  cleared?: boolean
  purposes?: string[] | null
  not_before?: string
  not_after?: string
  layers?: string[] | null
  mode?: string
  region?: string
  margin_m?: number
  department?: boolean
  classes?: string[] | null
  days?: number
  filter?: string
  round?: number
  edit?: string
  approve?: string
  show?: string[] | null
  mask?: string[] | null
  hide?: string[] | null
}

export interface GroundShare {
  level: string
  code: string
  name: string
  border_m: number
  probability: number
}

export interface GroupList {
  groups: StatsGroup[]
}

export interface GuardInfo {
  name: string
  title: Title
}

export interface HitInfo {
  layer: string
  id: string
  title: string
  subtitle: string
  lon: number | null
  lat: number | null
  score: number
}

export interface HitList {
  hits: HitInfo[]
}

export interface Hook {
  id: string
  url: string
  source: string
  title?: string
  made: string
  made_by: string
  active: boolean
  stopped?: string
  stopped_at?: string
  after: number
  delivered: number
  taken?: string
  failing?: string
  error?: string
  tries?: number
  next_try?: string
  dead: number
  secret?: string
}

export interface HookList {
  webhooks: Hook[]
}

export interface Hop {
  tier: string
  at: string
  actor: string
  note?: string
}

export interface HotAnswer {
  by: string
  from: string
  to: string
  since: string
  days: number
  history_days: number
  alpha: number
  dispersion: number
  tested: number
  events: number
  filter: string
  method: Title
  cells: HotCell[]
  truncated: boolean
}

export interface HotCell {
  key: string
  h3?: string
  name?: string
  center?: LonLat
  ring?: LonLat[]
  count: number
  expected: number
  p: number
  q: number
  filter: string
}

export interface Info {
  id: string
  state: string
  version?: string
  tier?: string
  class?: string
  feature: Feature
  place: PlaceInfo
  clocks?: ClockInfo[]
  tasks?: TaskInfo[]
  reports?: ReportInfo[]
  photos?: PhotoInfo[]
  chain?: Hop[]
  supervision: number
  returns: number
  reworks: number
  extensions: number
  pending?: PendingInfo
  criteria?: string[]
  links?: LinksInfo
  worker?: string
  history?: Entry[]
  legal: LegalInfo[]
  proposals?: Proposals
}

export interface IntervalInfo {
  from: string
  to: string
  counted: boolean
  text: Title
}

export interface JoinAnswer {
  /** Of every feature of left, in order of id */
  counts?: JoinCount[]
  /** In order of left, then right */
  pairs?: JoinPair[]
  groups?: JoinGroup[]
  /** Cursor of the next page; absent on the last */
  next?: string
}

export interface JoinBody {
  left: SpatialSide
  right: SpatialSide
  /** How a feature of the first layer lies to one of the second; absent: dwithin with distance, otherwise intersects */
  predicate?: 'intersects' | 'within' | 'contains' | 'touches' | 'crosses' | 'overlaps' | 'equals' | 'dwithin'
  /** Metres of dwithin, inclusive */
  distance?: number | null
  /** counts: of every feature of left; pairs: ids; groups: by values of fields. Absent: counts */
  result?: 'counts' | 'pairs' | 'groups'
  /** sum:, avg:, min: or max: and a numeric field of right; with counts and groups */
  measures?: string[] | null
  /** What groups are made by */
  by?: {
    /** Field of left */
    left?: string
    /** Field of right */
    right?: string
  }
  /** Features of left, or pairs, at once */
  limit?: number | null
  /** From the member next of the page before */
  cursor?: string
  /** The city as of this instant (RFC 3339) */
  datetime?: string
}

export interface JoinCount {
  id: string
  count: number | null
  below?: number
  measures?: Record<string, number | null>
}

export interface JoinGroup {
  /** Value of the field of left, empty for null */
  left: string
  /** Value of the field of right, empty for null */
  right: string
  pairs: number
  /** Of left, with at least one of the pairs */
  features: number
  measures?: Record<string, number | null>
}

export interface JoinPair {
  left: string
  right: string
  /** Metres, with dwithin */
  distance?: number
}

/** A JSON Schema 2020-12 */
export type JsonSchema = Record<string, unknown>

export interface Key {
  id: string
  name: Title
  role: string
  region?: string
  layers?: string[]
  fields?: string[]
  classes?: string[]
  from?: string
  to?: string
  purpose?: string
  department?: string
  cleared?: boolean
  demo?: boolean
  quota_per_minute?: number
  quota_per_day?: number
  created: string
  created_by?: string
  expires?: string
  revoked?: string
}

export interface KeyList {
  keys: Key[]
}

export interface KnownLayers {
  layers: LayerInfo[]
}

export interface Label {
  id: string
  title: Title
  element: string
  access: string
  min_count: number
  fields: FieldLabel[]
}

export interface LabelChange {
  access?: string | null
  min_count?: number | null
  fields?: Record<string, FieldChange> | null
}

export interface LabelList {
  layers: Label[]
}

/** Where to go from here */
export interface Landing {
  title?: string
  description?: string
  links: Link[]
}

export interface LayerAccess {
  layer: string
  title: Title
  mode: string
  edit?: boolean
  below?: number
  round?: number
  region?: string[]
  margin_m?: number
  from?: string
  to?: string
  classes?: string[]
  fields: FieldAccess[]
  grant?: string
  why: Title
}

export interface LayerInfo {
  id: string
  title: Title
  element: string
  geometry: string
  access: string
  listable: boolean
  level?: string
  owner: string
  count: number | null
  below?: number
  count_unit: Title
  extent: Box | null
  updated: string | null
  bytes: number
  schema: SchemaInfo
}

export interface LegalInfo {
  step: string
  title: Title
  to: string
  needs: string[]
  guards: GuardInfo[]
}

export interface Letter {
  id: string
  first: number
  last: number
  began: string
  died: string
  tries: number
  error: string
  queued: boolean
}

export interface LetterList {
  dead: Letter[]
}

export interface Life {
  states: StateInfo[]
  steps: StepInfo[]
  transitions: TransitionInfo[]
  reasons: ReasonInfo[]
  needs: NeedInfo[]
}

export interface Line {
  type: string
  coordinates: [number, number][]
}

export interface LineDoc {
  n: number
  at: string
  actor: string
  role: string
  from: string
  action: string
  object: string
  filter: string
  rows: number
  result: string
  purpose: string
  detail?: unknown
}

/** A web link (RFC 8288) */
export interface Link {
  href: string
  rel?: string
  type?: string
  title?: string
  hreflang?: string
  templated?: boolean
  length?: number
}

export interface LinksInfo {
  master?: string
  merged: string[]
  recurs: string[]
}

export interface Listing {
  basemaps: Summary[]
}

/** Longitude and latitude in degrees, or easting and northing where another system was asked for */
export type LonLat = [number, number]

export interface MadeAccount {
  id: string
  name: Title
  department?: string
  role: string
  enabled: boolean
  closed?: boolean
  demo?: boolean
  second_factor: boolean
  created: string
  must_change_password?: boolean
  platform?: string
  locked_until?: string | null
  last_sign_in?: string | null
  region?: string
  cleared?: boolean
  purposes?: string[]
  /** null: whatever the role may see */
  layers?: string[] | null
  /** To be changed at the first sign-in; told only here */
  password: string
}

export interface MadeKey {
  id: string
  name: Title
  role: string
  region?: string
  layers?: string[]
  fields?: string[]
  classes?: string[]
  from?: string
  to?: string
  purpose?: string
  department?: string
  cleared?: boolean
  demo?: boolean
  quota_per_minute?: number
  quota_per_day?: number
  created: string
  created_by?: string
  expires?: string
  revoked?: string
  /** Told only here */
  secret: string
}

export interface MatrixInfo {
  id: string
  scaleDenominator: number
  cellSize: number
  cornerOfOrigin: string
  pointOfOrigin: [number, number]
  tileWidth: number
  tileHeight: number
  matrixWidth: number
  matrixHeight: number
}

export interface MatrixSets {
  tileMatrixSets: SetInfo[]
}

export interface Me {
  id: string
  name: Title
  role: string
  demo: boolean
  cleared: boolean
  layers: string[]
  region: string
  department: string
  purpose?: string
  purposes: string[]
  session: boolean
  csrf?: string
}

export interface Methods {
  /** With an account and a password */
  local: boolean
  /** By the identity platform; null: there is none */
  oidc: Platform | null
  /** Whoever has not signed in acts as the demo subject */
  demo: boolean
  /** Administrators sign in with a password, also where the others may not */
  administrators: boolean
  accounts?: DemoAccount[]
}

export interface MissingRate {
  id: string
  title: Title
  column: string
}

export interface NamedInfo {
  code: string
  name: string
}

export interface NearBody {
  layer: string
  geometry: Geometry | null
  /** At most this many; 10 without radius and per */
  k?: number
  /** Metres, inclusive */
  radius?: number | null
  /** At most this many with radius or per alone */
  limit?: number | null
  /** CQL2 as text or as JSON */
  filter?: unknown
  /** Geometry the features must meet */
  within?: Geometry | null
  /** Field with a limit for each of its values; features without a value count as one more */
  per?: string
  /** At most this many of each value of per; absent: 1 */
  k_per?: number | null
  /** The city as of this instant (RFC 3339), borders of areas included */
  datetime?: string
}

export interface NearestList {
  type: 'FeatureCollection'
  features: TimedFeature[]
  numberReturned: number
}

export interface NearestOne {
  id: string
  /** Metres */
  distance: number
}

export interface NeedInfo {
  need: string
  title: Title
}

export interface NewAccount {
  id: string
  name?: TitleInput
  department?: string
  /** One-time password; made up when absent */
  password?: string
}

/** A feature as it is sent; members it does not know are left out */
export interface NewFeature {
  type: 'Feature'
  id?: string
  geometry: Geometry | null
  properties: Record<string, unknown> | null
}

export interface NewKey {
  name: string
  role: string
  region?: string
  layers?: string[] | null
  fields?: string[] | null
  classes?: string[] | null
  from?: string | null
  to?: string | null
  purpose: string
  department?: string
  expires?: string | null
  quota_per_minute?: number
  quota_per_day?: number
}

export interface NewPolicy {
  version?: number
  grants: GrantInput[] | null
}

export interface Note {
  datetime: string | null
  description: string
  type: string
}

export interface Observation {
  device: string
  at: string | null
  value: number | null
  property?: string
}

export interface OgcLink {
  href: string
  rel: string
  type?: string
  title?: string
  templated?: boolean
}

export interface OneTime {
  password: string
}

/** An OpenAPI document */
export type Openapi = Record<string, unknown>

export interface OverlayAnswer {
  /** Ground in common, per pair of values; what two features of b both take counts twice */
  shares: OverlayShare[]
  /** Of the features of a, per value: area = covered + rest */
  ground: OverlayGround[]
  total: OverlayGround
}

export interface OverlayBody {
  /** The features whose ground is looked at */
  a: SpatialSide
  /** The features laid over it */
  b?: SpatialSide | null
  /** A drawn shape laid over it, instead of b */
  geometry?: Geometry | null
  /** Whose values are told apart */
  by?: {
    /** Field of a */
    a?: string
    /** Field of b */
    b?: string
  }
  /** The city as of this instant (RFC 3339) */
  datetime?: string
}

export interface OverlayGround {
  a: string
  features: number
  area_m2: number
  /** Taken by any feature of b */
  covered_m2: number
  rest_m2: number
}

export interface OverlayShare {
  a: string
  b: string
  /** Of features with common ground */
  pairs: number
  area_m2: number
}

export interface OwnReport {
  id: string
  at: string
  text?: string
  state: string
  title: Title
  open: boolean
  case: string
  updated_at: string
  due?: string
  result?: string
  note?: string
}

export interface OwnSession {
  id: string
  account: string
  /** Goes into X-CSRF-Token of requests that change something */
  csrf: string
  expires: string
  idle_s: number
  second_factor: boolean
  must_change_password: boolean
}

export interface OwnSessions {
  sessions: ShownSession[]
}

export interface Page {
  lines: LineDoc[]
  /** Cursor of the next page */
  next?: string
}

export interface Passwords {
  old: string
  new: string
}

export interface Pending {
  request: string
  state: string
}

export interface PendingInfo {
  step: string
  reason?: string
  note?: string
  until?: string
  department?: string
  at: string
}

export interface PhotoInfo {
  id: string
  href: string
  thumb: string
  at: string
  step: string
  taken_at?: string
  lon?: number
  lat?: number
}

export interface Place {
  format: number
  class: string
  edition: string
  lon: number
  lat: number
  accuracy_m: number
  object?: string
  areas: Area[]
  neighbours: Area[]
  odds?: Record<string, number>
  rungs: Tried[]
  department: DutyChoice
  alternatives: DutyChoice[]
}

export interface PlaceAnswer {
  point: PointAnswer
  areas: GroundShare[]
  addresses: AddressInfo[]
  building: Placed | null
  parcel: Placed | null
  components: Placed[]
  events: Placed[]
  cameras: Placed[]
  departments: DepartmentFor[]
  classes?: Answering[]
}

export interface PlaceInfo {
  areas: GroundShare[]
  grid: NamedInfo | null
  community: NamedInfo | null
  street: NamedInfo | null
  district: NamedInfo | null
  department: DepartmentInfo | null
  reason: Title
  rung: number
  alternatives: DutyChoice[]
  hash: string
}

export interface Placed {
  layer: string
  id: string
  title: string
  kind?: string
  distance: number
}

export interface Platform {
  title: Title
}

export interface PointAnswer {
  wgs84: LonLat
  cgcs2000: LonLat
  gcj02: LonLat | null
  bd09: LonLat | null
  web_mercator: LonLat | null
  cgcs2000_gk: GaussKruger | null
}

export interface PointFound {
  /** From a CSV body with a column id */
  id?: string
  wgs84: LonLat
  /** By level; null outside of all */
  areas?: Record<string, AreaOwner | null>
  /** By name; null when there is none */
  nearest?: Record<string, NearestOne | null>
}

export interface Policy {
  version: number
  grants: Grant[]
}

/** Longitude, latitude and perhaps height; in the order and units of the answer's coordinate system */
export type Position = number[]

/** A problem (RFC 9457) */
export interface Problem {
  /** What kind of problem, /problems/… with its name */
  type: string
  title: string
  status: number
  /** What happened this time */
  detail?: string
  /** Path of the request */
  instance?: string
  /** Parameter or header at fault */
  parameter?: string
  /** JSON pointer into the body at fault */
  pointer?: string
  /** Offset, line or coordinate within it */
  at?: string
  /** Id under which the server logged it */
  trace?: string
  /** Legal steps, for illegal-step */
  legal?: unknown[]
  second_factor?: boolean
}

export interface ProblemType {
  type: string
  title: Title
  /** HTTP statuses it comes with, the usual one first */
  statuses: number[]
  about: Title
}

export interface ProofInfo {
  proof: Place | null
  hash: string
  signature: Signature | null
  valid: boolean
  verdict?: VerdictInfo
  recomputed?: Recomputed
}

export interface Proposals {
  grid?: Reasoned
  department?: Reasoned
  deadline?: DeadlineOffer
  duplicates: Alike[]
  recurrences: Alike[]
}

export interface Queued {
  queued: number
}

export interface Raised {
  device: string
  rule: string
  at: string
  event?: string
  over?: boolean
}

export interface RateFilter {
  n: string
  of: string
}

export interface RateInfo {
  id: string
  title: Title
  formula: Title
  good: string
  grades: GradeInfo[]
}

export interface RateValue {
  n: number
  of: number
  value: number | null
  grade: string
}

export interface ReasonInfo {
  step: string
  reason: string
  title: Title
}

export interface Reasoned {
  id: string
  name: string
  reason: Title
}

export interface Recomputed {
  hash: string
  same: boolean
  differs: Difference[]
}

export interface Refused {
  index: number
  field: string
  message: string
}

export interface RelatedAnswer {
  layer: string
  id: string
  groups: RelatedGroup[]
}

export interface RelatedGroup {
  relation: string
  title: Title
  layer: string
  count: number | null
  below?: number
  items: RelatedItem[]
}

export interface RelatedItem {
  id: string
  title: string
  subtitle: string
  lon: number | null
  lat: number | null
}

export interface ReplayAnswer {
  from: string
  to: string
  events: {
    id: string
    lon: number
    lat: number
    class: string
    /** Instant and state from then on, in order of time */
    states: [string, string][]
  }[]
  truncated: boolean
  /** The parameter after of the next page */
  next: string | null
}

export interface Report {
  lines: number
  seals: number
  signers?: string[]
  problems: AuditProblem[]
}

export interface ReportBody {
  lon?: number | null
  lat?: number | null
  accuracy?: number
  coord?: string
  class: string
  description?: string
  channel?: string
  level?: string
  object?: string
  camera?: string
  photos?: string[] | null
  taken_at?: string | null
  fix?: FixInput | null
  draft?: string
}

export interface ReportInfo {
  id: string
  at: string
  channel?: string
  text?: string
  photos?: string[]
  own?: boolean
}

export interface ReportList {
  reports: OwnReport[]
}

export interface Request {
  id: string
  kind: string
  state: string
  layer: string
  format?: string
  filter?: string
  bbox?: string
  object?: string
  field?: string
  purpose: string
  requested_by: string
  owner?: string
  requested_at: string
  decided_by?: string
  decided_at?: string
  note?: string
  /** Of the file, null before it is made */
  rows: number | null
  seq?: number
  sha256?: string
  scope?: string
  expires: string
}

export interface RequestList {
  requests: Request[]
}

export interface RequestUpdate {
  update_id: string
  service_request_id: string
  status: 'open' | 'closed'
  updated_datetime: string | null
  description: string
  media_url: string | null
}

export interface RevealBody {
  layer: string
  id: string
  field: string
  purpose: string
}

export interface Revealed {
  value: string
  /** For how long it may be shown */
  seconds: number
  watermark: string
}

export interface Revoked {
  id: string
}

export interface Rights {
  role?: string
  region?: string
  cleared?: boolean
  purposes?: string[] | null
  layers?: string[] | null
}

export interface Ring {
  type: 'Feature'
  geometry: Geometry
  properties: {
    minutes: number
    mode: string
    /** Metres of road within reach */
    road_m: number
    area_m2: number
  }
}

export interface RingList {
  type: 'FeatureCollection'
  features: Ring[]
  numberReturned: number
}

export interface RoomInfo {
  id: string
  name: string
  households?: number
  firms: FirmInfo[]
}

export interface Rule {
  id: string
  title: Title
  kind: string
  property?: string
  devices?: string[]
  side: string
  raise: number
  clear: number
  for_s?: number
  class: string
  level?: string
  off?: boolean
}

export interface RuleInput {
  id?: string
  title?: TitleInput
  kind?: string
  property?: string
  devices?: string[] | null
  side?: string
  raise?: number
  clear?: number
  for_s?: number
  class?: string
  level?: string
  off?: boolean
}

export interface RuleList {
  rules: Rule[]
}

export interface RuleListInput {
  rules?: RuleInput[] | null
}

export interface SchemaInfo {
  title_field?: string
  subtitle_field?: string
  kind_field?: string
  height_field?: string
  fields: FieldInfo[]
}

export interface SentFix {
  /** Id of the object, a feature of the layer */
  id: string
  lon: number
  lat: number
  /** RFC 3339, or milliseconds since 1970 */
  time: unknown
  /** Metres */
  accuracy?: number | null
  /** km/h */
  speed?: number | null
  /** Degrees clockwise from north */
  heading?: number | null
  /** Coordinate system of this fix: wgs84, gcj02, bd09, EPSG:…; absent: the parameter coord */
  coord?: string
}

export interface SentPhoto {
  id: string
  href: string
  thumb: string
  type: string
  width: number
  height: number
  bytes: number
  taken_at: string | null
  lon: number | null
  lat: number | null
  accuracy?: number
  bearing?: number
}

export interface SentRequest {
  service_request_id: string
  service_notice: string | null
  account_id: string | null
}

export interface SentUpdate {
  update_id: string | null
}

export interface Service {
  service_code: string
  service_name: string
  description: string | null
  metadata: boolean
  type: 'realtime' | 'batch' | 'blackbox'
  keywords: string
  group: string
}

export interface ServiceAttribute {
  variable: boolean
  code: string
  datatype: string
  required: boolean
  datatype_description: string | null
  order: number
  description: string
  values: {
    key: string
    name: string
  }[]
}

export interface ServiceDefinition {
  service_code: string
  attributes: ServiceAttribute[]
}

export interface ServiceRequest {
  service_request_id: string
  status: 'open' | 'closed'
  status_notes: string | null
  service_name: string | null
  service_code: string
  description: string | null
  agency_responsible: string | null
  service_notice: string | null
  requested_datetime: string | null
  updated_datetime: string | null
  expected_datetime: string | null
  address: string | null
  address_id: string | null
  zipcode: string | null
  lat: number | null
  long: number | null
  media_url: string | null
  extended_attributes?: Record<string, unknown>
  notes?: Note[]
}

export interface SetInfo {
  id: string
  title: string
  uri?: string
  crs: string
  orderedAxes?: string[]
  wellKnownScaleSet?: string
  tileMatrices?: MatrixInfo[]
  links?: OgcLink[]
}

export interface Settings {
  layer?: string
  /** Tracks of things are removed after so many days; absent: 30 */
  keep_days: number
  /** Tracks of persons, and of objects that exist no more; absent: 7 */
  personal_keep_days: number
  /** Every object of the layer is about a person: telephones, say */
  all_personal: boolean
  /** Fixes of an object that does not exist make it; absent: they are refused */
  create: boolean
  /** Seconds by which a clock may be ahead of the server's; absent: 60 */
  ahead_s: number
}

export interface SettingsInput {
  layer?: string
  /** Tracks of things are removed after so many days; absent: 30 */
  keep_days?: number
  /** Tracks of persons, and of objects that exist no more; absent: 7 */
  personal_keep_days?: number
  /** Every object of the layer is about a person: telephones, say */
  all_personal?: boolean
  /** Fixes of an object that does not exist make it; absent: they are refused */
  create?: boolean
  /** Seconds by which a clock may be ahead of the server's; absent: 60 */
  ahead_s?: number
}

export interface ShownSession {
  id: string
  began: string
  seen: string
  from: string
  agent: string
  current: boolean
}

export interface Signature {
  key_id: string
  alg: string
  sig: string
}

export interface SignedIn {
  id: string
  name: Title
  role: string
  demo: boolean
  cleared: boolean
  layers: string[]
  region: string
  department: string
  purpose?: string
  purposes: string[]
  session: boolean
  csrf?: string
  expires: string
  idle_s: number
  second_factor: boolean
  must_change_password: boolean
}

export interface SpatialCoverageAnswer {
  total: CoverageCount
  covered: CoverageCount
  uncovered: CoverageCount
  /** Of the residents, 0 to 1; null when it would tell of few */
  share: number | null
  /** Cells with residents whom no facility reaches, in order of the cell */
  gaps: CoverageGap[]
}

export interface SpatialCoverageBody {
  facilities: SpatialSide
  /** Who should be reached; a layer that may only be counted is counted from its release */
  residents: SpatialSide
  /** Numeric field of the residents to add up beside their number */
  weight?: string
  /** Reached is who is at most so far from a facility; give this or minutes */
  metres?: number | null
  /** Reached is who gets to a facility by the roads in this time */
  minutes?: number | null
  /** How they get there; absent: walk */
  mode?: 'walk' | 'drive'
  /** Layer of the roads; absent: roads */
  roads?: string
  /** Only residents that meet this geometry */
  region?: Geometry | null
  /** H3 resolution of the gap cells; absent: 8 */
  cells?: number | null
  /** The city as of this instant (RFC 3339) */
  datetime?: string
}

export interface SpatialSide {
  layer: string
  /** CQL2 as text or as JSON */
  filter?: unknown
  /** Only features valid at some instant of this interval (RFC 3339, a slash between) */
  datetime?: string
  /** Geometry the features must meet */
  within?: Geometry | null
}

export interface Start {
  name: string
  task?: string
  due: string
  warn: string
  limit_ms: number
  unit?: string
}

export interface StateInfo {
  state: string
  title: Title
  open: boolean
}

export interface Statement {
  id: string
  at: string
  channel?: string
  text?: string
  reporter?: string
  account?: string
  photos?: string[]
  lon?: number
  lat?: number
  accuracy?: number
}

export interface StatsBody {
  layers: string[] | null
  geometry?: Geometry | null
  /** Metres around the geometry, inclusive; with intersects, within and dwithin */
  buffer?: number
  /** How features lie to the geometry; absent: intersects */
  predicate?: 'intersects' | 'within' | 'contains' | 'touches' | 'crosses' | 'overlaps' | 'equals' | 'disjoint' | 'dwithin'
  /** West, south, east, north; west above east crosses the antimeridian */
  bbox?: number[] | null
  /** An RFC 3339 instant: features and areas as they were then. Of a layer that is given as counts only there is no past */
  datetime?: string
  /** CQL2 as text or as JSON */
  filter?: unknown
  /** district, street, community or grid; h3:0 to h3:15; field:name; time:field:hour (or day, week, month, year) in the city's time zone; none. A list makes a group of each combination that occurs */
  by?: string | string[]
  /** sum:area, median:height, histogram:10:area and so on */
  measures?: string[] | null
}

export interface StatsGroup {
  layer: string
  /** Area code, H3 cell, value or unit of time; empty outside every area and for null; several with | between */
  key: string
  /** Of the area */
  name?: string
  /** One for each entry of a list in by */
  keys?: StatsKey[]
  /** Beginning of the unit of time */
  from?: string
  /** Its end, exclusive */
  to?: string
  count: number | null
  below?: number
  measures?: Record<string, number | null | string | {
    edges: number[]
    counts: number[]
    under: number
    over: number
  }>
}

export interface StatsKey {
  key: string
  name?: string
  from?: string
  to?: string
}

export interface StepBody {
  note?: string
  reason?: string
  result?: string
  department?: string
  assists?: string[] | null
  task?: string
  worker?: string
  tier?: string
  class?: string
  level?: string
  supervision?: number
  until?: string | null
  evidence?: EventEvidenceInput | null
  fix?: FixInput | null
  photos?: string[] | null
  checks?: string[] | null
  found?: string
  report?: string
  master?: string
  link?: string
}

export interface StepInfo {
  step: string
  title: Title
}

export interface Stop {
  from: string
  to: string
  seconds: number
  /** Of the middle of its fixes */
  lon: number
  lat: number
  fixes: number
}

export interface StopList {
  id: string
  stops: Stop[]
}

export interface Stretch {
  id: string
  name?: string
  metres: number
  seconds: number
}

export interface Summary {
  name: string
  title: string
  kind: 'vector' | 'raster'
  attribution?: string
  tilejson: string
}

export interface Taken {
  /** New ones, the latest of their objects */
  taken: number
  /** New ones of objects that have later ones: they are in the track */
  late: number
  /** Of times of which the object has a fix: nothing changed */
  known: number
  /** With an error */
  refused: number
  /** The first hundred, in order */
  errors: FixError[]
  /** Objects that did not exist and were made */
  made?: string[]
}

export interface Target {
  /** Give this or area */
  region?: Geometry | null
  /** Code of a district, street, community or grid */
  area?: string
  /** Features of this layer that meet region or area: of lines, pieces of at most 10 m by their middles; of others, each whole. Absent: hexagons whose centres lie in region or area */
  layer?: string
  /** Only features of which this CQL2 text is true */
  filter?: string
  /** H3 resolution of the hexagons, which are visited at their centres; absent: 11 */
  cells?: number | null
}

export interface TaskInfo {
  department: string
  name: string
  lead: boolean
  state: string
  worker?: string
  due?: string
  sent_at: string
  signed_at?: string
  done_at?: string
  result?: string
  photos?: string[]
}

export interface TaskList {
  tasks: TaskOf[]
  now: string
}

export interface TaskOf {
  id: string
  state: string
  class: string
  title: string
  text?: string
  step: string
  step_title: Title
  due?: string
  mine: boolean
  distance_m?: number
  lon: number
  lat: number
  version: string
}

export interface TileJSON {
  tilejson: string
  name?: string
  description?: string
  attribution?: string
  version?: string
  scheme: string
  tiles: string[]
  minzoom: number
  maxzoom: number
  bounds?: [number, number, number, number]
  center?: [number, number, number]
  vector_layers: VectorLayer[]
}

export interface TileLimits {
  tileMatrix: string
  minTileRow: number
  maxTileRow: number
  minTileCol: number
  maxTileCol: number
}

export interface TilesetBox {
  lowerLeft: [number, number]
  upperRight: [number, number]
  crs: string
}

export interface TilesetInfo {
  title: string
  dataType: string
  crs: string
  tileMatrixSetURI?: string
  tileMatrixSetId: string
  layers?: TilesetLayer[]
  boundingBox?: TilesetBox
  links: OgcLink[]
  tileMatrixSetLimits?: TileLimits[]
}

export interface TilesetLayer {
  id: string
  title?: string
  dataType: string
  links?: OgcLink[]
}

export interface TilesetList {
  tilesets: TilesetInfo[]
  links: OgcLink[]
}

/** A feature with the way to it */
export interface TimedFeature {
  type: 'Feature'
  id: string
  geometry: Geometry | null
  properties: Record<string, unknown> | null
  layer: string
  /** By the roads */
  seconds: number
  metres: number
}

export interface Title {
  zh: string
  en: string
}

export interface TitleInput {
  zh?: string
  en?: string
}

export interface TokenAnswer {
  service_request_id: string
  token: string
}

export interface Told {
  number: number
  watch: string
  object: string
  fence: string
  kind: string
  visit: number
  at: string
  since?: string
  lon: number
  lat: number
  fence_changed?: boolean
}

export interface ToldList {
  transitions: Told[]
  next: number
}

export interface Total {
  key: string
  requests: number
  rows: number
  bytes: number
  refused: number
  last: string
}

export interface Totals {
  rows: Total[]
}

export interface TrackCoverageAnswer {
  unit: 'm' | 'features' | 'cells'
  id?: string
  total: number
  visited: number
  /** 0 to 1; null of nothing */
  share: number | null
  /** How many tracks were looked at */
  objects: number
  /** Whether tracks of persons are among them */
  persons: boolean
  /** By id */
  features?: TrackShare[]
  /** By id */
  movers?: TrackShare[]
}

export interface TrackCoverageBody {
  /** Layer of the objects; absent: movers */
  layer?: string
  /** Only these objects */
  movers?: string[] | null
  /** Only objects of which this CQL2 text is true now */
  filter?: string
  /** RFC 3339; absent: an hour before to */
  from?: string
  /** RFC 3339; absent: now */
  to?: string
  /** A pause of more seconds cuts a track: nothing is known of the way between; at most 600, absent: 600 */
  gap?: number | null
  /** What tracks of persons are read for; without it they are left out */
  purpose?: string
  of: Target
  /** Metres; how near is visited, inclusive; absent: 25 */
  margin?: number
  /** Say of each object, too, what it visited */
  each?: boolean
  /** Say of each feature or cell, too, how much of it was visited */
  list?: boolean
}

export interface TrackShare {
  id?: string
  total: number
  visited: number
  /** 0 to 1; null of nothing */
  share: number | null
}

export interface TransitionInfo {
  step: string
  from: string[]
  to: string
  roles: string[]
  needs: string[]
  guards: GuardInfo[]
}

export interface Tried {
  rung: number
  name: string
  outcome: string
  evidence: DutyEvidence[]
}

export interface Trip {
  from: string
  to: string
  seconds: number
  length_m: number
  fixes: number
  geometry: Geometry
}

export interface TripList {
  id: string
  trips: Trip[]
  stops: Stop[]
}

export interface VectorLayer {
  id: string
  description?: string
  minzoom: number
  maxzoom: number
  fields: Record<string, string>
}

export interface VerdictInfo {
  finding: string
  reasons: Title[]
  differs: Difference[]
  department?: string
  at: string
  evidence: EventEvidence | null
}

export interface Visit {
  id: string
  /** Of the first fix in the region */
  enter: string
  /** Of the last fix in it */
  leave: string
  seconds: number
  /** In the region; 0: the object went through between two fixes, whose times enter and leave are */
  fixes: number
}

export interface VisitBody {
  /** Layer of the objects; absent: movers */
  layer?: string
  /** Only these objects */
  movers?: string[] | null
  /** Only objects of which this CQL2 text is true now */
  filter?: string
  /** RFC 3339; absent: an hour before to */
  from?: string
  /** RFC 3339; absent: now */
  to?: string
  /** A pause of more seconds cuts a track: nothing is known of the way between; at most 600, absent: 600 */
  gap?: number | null
  /** What tracks of persons are read for; without it they are left out */
  purpose?: string
  /** Give this or area */
  region?: Geometry | null
  /** Code of a district, street, community or grid */
  area?: string
  /** Metres around the region, inclusive */
  buffer?: number
}

export interface VisitList {
  /** How many were there */
  objects: number
  /** By id, then time */
  visits: Visit[]
  /** Whether tracks of persons are among those looked at */
  persons: boolean
}

export interface Vitality {
  status: string
  version?: string
}

export interface Watch {
  id: string
  title?: string
  fences: FenceSide
  objects: FenceSide
  kinds: string[]
  hysteresis_m?: number
  dwell_s?: number
  max_accuracy_m?: number
  max_gap_s?: number
}

export interface WatchInput {
  id?: string
  title?: string
  fences: FenceSideInput
  objects: FenceSideInput
  kinds?: string[] | null
  hysteresis_m?: number
  dwell_s?: number
  max_accuracy_m?: number
  max_gap_s?: number
}

export interface WatchList {
  watches: Watch[]
}

export interface WayFeature {
  type: 'Feature'
  geometry: Line
  properties: WayProperties
}

export interface WayProperties {
  mode: string
  seconds: number
  metres: number
  from_m: number
  to_m: number
  roads: Stretch[]
}

export interface WebhookChoice {
  ids?: string[] | null
}

export interface Wish {
  url: string
  source: string
  title?: string
  since?: number
}

export interface WithinBody {
  geometry: Geometry | null
  /** Ids of layers; absent: all that may be counted or listed */
  layers?: string[] | null
  /** CQL2 as text or as JSON */
  filter?: unknown
  /** How features lie to the geometry; absent: intersects */
  predicate?: 'intersects' | 'within' | 'contains' | 'touches' | 'crosses' | 'overlaps' | 'equals' | 'disjoint' | 'dwithin'
  /** Metres around the geometry, inclusive; with intersects, within and dwithin */
  buffer?: number
  /** The buffer of dwithin */
  distance?: number | null
  result?: 'count' | 'features'
  /** Features per layer */
  limit?: number | null
  /** The city as of this instant (RFC 3339), borders of areas included. Layers given as counts only have no past */
  datetime?: string
}

export interface WithinCounts {
  counts?: Record<string, number | null>
  below?: Record<string, number>
  area_m2?: number | null
  features?: Record<string, FeatureCollection>
}

/** Every operation by its method and path. */
export interface Operations {
  /** Is the process alive */
  'GET /healthz': {
    answer: Vitality
  }
  /** Is the city loaded and the store reachable */
  'GET /readyz': {
    answer: Vitality
  }
  /** Prometheus metrics */
  'GET /metrics': {
    answer: unknown
  }
  /** This document as OpenAPI 3.1, or 3.0 for those that ask */
  'GET /openapi.json': {
    query?: {
      f?: 'oas31' | 'oas30'
    }
    answer: Openapi
  }
  /** What a type of problem means */
  'GET /problems/{kind}': {
    path: {
      kind: string
    }
    answer: ProblemType
  }
  /** The page to try the API out */
  'GET /api/docs': {
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown
  }
  /** What the page loads */
  'GET /api/docs/{file}': {
    path: {
      file: string
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown
  }
  /** Make a feature */
  'POST /ogc/collections/{layer}/items': {
    path: {
      layer: string
    }
    header?: {
      'Content-Crs'?: string
      Prefer?: string
      'Idempotency-Key'?: string
    }
    body: NewFeature
    answer: Feature
  }
  /** Methods the subject may use on the features */
  'OPTIONS /ogc/collections/{layer}/items': {
    path: {
      layer: string
    }
    answer: undefined
  }
  /** Features of a collection */
  'GET /ogc/collections/{layer}/items': {
    path: {
      layer: string
    }
    query?: {
      f?: 'json' | 'html' | 'jsonfg' | 'geojsonseq' | 'geojson'
      crs?: string
      limit?: number
      offset?: number
      cursor?: string
      bbox?: string
      'bbox-crs'?: string
      datetime?: string
      filter?: string
      'filter-lang'?: 'cql2-text' | 'cql2-json'
      'filter-crs'?: string
      ids?: string
      sortby?: string
      properties?: string
      'exclude-properties'?: string
      skipGeometry?: boolean
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: FeatureCollection
  }
  /** Replace a feature, or make it where the collection takes ids of clients */
  'PUT /ogc/collections/{layer}/items/{id}': {
    path: {
      layer: string
      id: string
    }
    header?: {
      'Content-Crs'?: string
      Prefer?: string
      'If-Match'?: string
      'If-None-Match'?: string
      'If-Unmodified-Since'?: string
    }
    body: NewFeature
    answer: Feature | undefined
  }
  /** Change parts of a feature */
  'PATCH /ogc/collections/{layer}/items/{id}': {
    path: {
      layer: string
      id: string
    }
    header?: {
      'Content-Crs'?: string
      Prefer?: string
      'If-Match'?: string
      'If-None-Match'?: string
      'If-Unmodified-Since'?: string
    }
    body: Any
    answer: Feature | undefined
  }
  /** Remove a feature; it stays in history */
  'DELETE /ogc/collections/{layer}/items/{id}': {
    path: {
      layer: string
      id: string
    }
    header?: {
      'If-Match'?: string
      'If-Unmodified-Since'?: string
    }
    answer: undefined
  }
  /** Methods the subject may use on a feature */
  'OPTIONS /ogc/collections/{layer}/items/{id}': {
    path: {
      layer: string
      id: string
    }
    answer: undefined
  }
  /** One feature */
  'GET /ogc/collections/{layer}/items/{id}': {
    path: {
      layer: string
      id: string
    }
    query?: {
      f?: 'json' | 'html' | 'jsonfg' | 'geojson'
      crs?: string
      properties?: string
      'exclude-properties'?: string
      skipGeometry?: boolean
      lang?: 'zh' | 'en'
      datetime?: string
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Feature
  }
  /** Landing page */
  'GET /ogc': {
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Landing
  }
  /** Landing page, for clients that put a slash behind its address */
  'GET /ogc/': {
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Landing
  }
  /** Conformance classes */
  'GET /ogc/conformance': {
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Conformance
  }
  /** The API's document: OpenAPI 3.0, or 3.1 for those that ask */
  'GET /ogc/api': {
    query?: {
      f?: 'json' | 'oas30' | 'oas31'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Openapi
  }
  /** Collections the subject may list */
  'GET /ogc/collections': {
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Collections
  }
  /** One collection */
  'GET /ogc/collections/{layer}': {
    path: {
      layer: string
    }
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Collection
  }
  /** Properties of the features of a collection */
  'GET /ogc/collections/{layer}/schema': {
    path: {
      layer: string
    }
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: JsonSchema
  }
  /** Properties that filters may name */
  'GET /ogc/collections/{layer}/queryables': {
    path: {
      layer: string
    }
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: JsonSchema
  }
  /** Properties to sort by */
  'GET /ogc/collections/{layer}/sortables': {
    path: {
      layer: string
    }
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: JsonSchema
  }
  /** Functions of filters */
  'GET /ogc/functions': {
    query?: {
      f?: 'json' | 'html'
      lang?: 'zh' | 'en'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: Functions
  }
  /** TileJSON 3 of one or more layers */
  'GET /tiles/{layers}.json': {
    path: {
      layers: string
    }
    query?: {
      filter?: string
      'filter-lang'?: 'cql2-text' | 'cql2-json'
      datetime?: string
    }
    answer: TileJSON
  }
  /** Features of one or more layers as a vector tile */
  'GET /tiles/{layers}/{z}/{x}/{y}.mvt': {
    path: {
      layers: string
      z: string
      x: string
      y: string
    }
    query?: {
      filter?: string
      'filter-lang'?: 'cql2-text' | 'cql2-json'
      datetime?: string
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown | undefined
  }
  /** Counts of a layer by H3 cell as a vector tile */
  'GET /tiles/{layers}/hex/{z}/{x}/{y}.mvt': {
    path: {
      layers: string
      z: string
      x: string
      y: string
    }
    query?: {
      filter?: string
      'filter-lang'?: 'cql2-text' | 'cql2-json'
      datetime?: string
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown | undefined
  }
  /** Tile matrix sets */
  'GET /ogc/tileMatrixSets': {
    query?: {
      f?: 'json'
    }
    answer: MatrixSets
  }
  /** One tile matrix set */
  'GET /ogc/tileMatrixSets/{tileMatrixSetId}': {
    path: {
      tileMatrixSetId: string
    }
    query?: {
      f?: 'json'
    }
    answer: SetInfo
  }
  /** Tilesets of the whole dataset */
  'GET /ogc/tiles': {
    query?: {
      f?: 'json'
    }
    answer: TilesetList
  }
  /** A tileset of the whole dataset */
  'GET /ogc/tiles/{tileMatrixSetId}': {
    path: {
      tileMatrixSetId: string
    }
    query?: {
      f?: 'json'
    }
    answer: TilesetInfo
  }
  /** Features of several collections as a vector tile */
  'GET /ogc/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}': {
    path: {
      tileMatrixSetId: string
      tileMatrix: string
      tileRow: string
      tileCol: string
    }
    query?: {
      collections?: string
      filter?: string
      'filter-lang'?: 'cql2-text' | 'cql2-json'
      datetime?: string
      f?: 'mvt'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown | undefined
  }
  /** Tilesets of a collection */
  'GET /ogc/collections/{layer}/tiles': {
    path: {
      layer: string
    }
    query?: {
      f?: 'json'
    }
    answer: TilesetList
  }
  /** A tileset of a collection */
  'GET /ogc/collections/{layer}/tiles/{tileMatrixSetId}': {
    path: {
      layer: string
      tileMatrixSetId: string
    }
    query?: {
      f?: 'json'
    }
    answer: TilesetInfo
  }
  /** Features of a collection as a vector tile */
  'GET /ogc/collections/{layer}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}': {
    path: {
      layer: string
      tileMatrixSetId: string
      tileMatrix: string
      tileRow: string
      tileCol: string
    }
    query?: {
      filter?: string
      'filter-lang'?: 'cql2-text' | 'cql2-json'
      datetime?: string
      f?: 'mvt'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown | undefined
  }
  /** Basemaps: archives of tiles that are not the city's */
  'GET /basemaps': {
    answer: Listing
  }
  /** TileJSON 3 of a basemap */
  'GET /basemaps/{name}.json': {
    path: {
      name: string
    }
    answer: Document
  }
  /** A tile of a basemap */
  'GET /basemaps/{name}/{z}/{x}/{y}': {
    path: {
      name: string
      z: string
      x: string
      y: string
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown | undefined
  }
  /** Who is asking */
  'GET /api/v1/me': {
    answer: Me
  }
  /** What the subject may see, and why */
  'GET /api/v1/me/access': {
    answer: AccessList
  }
  /** The city */
  'GET /api/v1/city': {
    answer: CityInfo
  }
  /** Layers the subject may know */
  'GET /api/v1/layers': {
    answer: KnownLayers
  }
  /** Counts and measures by area, cell or value */
  'POST /api/v1/stats': {
    body: StatsBody
    answer: GroupList
  }
  /** Everything about a place */
  'GET /api/v1/locate': {
    query: {
      lon: number
      lat: number
      coord?: string
      accuracy?: number
      class?: string
      datetime?: string
    }
    answer: PlaceAnswer
  }
  /** Coordinates in another system */
  'GET /api/v1/convert': {
    query: {
      coords: string
      from?: string
      to?: string
    }
    answer: Converted
  }
  /** Features by name or code */
  'GET /api/v1/search': {
    query: {
      q: string
      near?: string
      layers?: string
      limit?: number
    }
    answer: HitList
  }
  /** What a feature is linked to */
  'GET /api/v1/features/{layer}/{id}/related': {
    path: {
      layer: string
      id: string
    }
    query?: {
      datetime?: string
    }
    answer: RelatedAnswer
  }
  /** Floors, rooms, firms and devices of a building */
  'GET /api/v1/buildings/{id}/card': {
    path: {
      id: string
    }
    query?: {
      datetime?: string
    }
    answer: BuildingCard
  }
  /** Report an event */
  'POST /api/v1/events': {
    header?: {
      'Idempotency-Key'?: string
    }
    body: ReportBody
    answer: Info
  }
  /** Events, newest first */
  'GET /api/v1/events': {
    query?: {
      state?: string
      class?: string
      bbox?: string
      filter?: string
      'filter-lang'?: 'cql2-text'
      sortby?: string
      limit?: number
      offset?: number
      cursor?: string
    }
    answer: FeatureCollection
  }
  /** One event with its tasks, clocks, reports and history */
  'GET /api/v1/events/{id}': {
    path: {
      id: string
    }
    answer: Info
  }
  /** The clocks of an event, explained interval by interval */
  'GET /api/v1/events/{id}/clocks': {
    path: {
      id: string
    }
    answer: ClockList
  }
  /** The proof of place of an event, signed and worked out again */
  'GET /api/v1/events/{id}/proof': {
    path: {
      id: string
    }
    answer: ProofInfo
  }
  /** Cases that an event may repeat, with reasons */
  'GET /api/v1/events/{id}/duplicates': {
    path: {
      id: string
    }
    answer: AlikeInfo
  }
  /** Take a step with an event */
  'POST /api/v1/events/{id}/{step}': {
    path: {
      id: string
      step: 'verify' | 'confirm' | 'refuse' | 'merge' | 'file' | 'dispatch' | 'sign' | 'return' | 'adjudicate' | 'extend' | 'suspend' | 'resume' | 'feedback' | 'check' | 'close' | 'rework' | 'reopen' | 'archive' | 'supervise' | 'withdraw' | 'supplement' | 'deny' | 'escalate' | 'delegate' | 'assign' | 'handover'
    }
    header?: {
      'If-Match'?: string
      'Idempotency-Key'?: string
    }
    body: StepBody
    answer: Info
  }
  /** What waits for the subject */
  'GET /api/v1/me/tasks': {
    query?: {
      lon?: number
      lat?: number
    }
    answer: TaskList
  }
  /** What became of the subject's own reports */
  'GET /api/v1/me/reports': {
    answer: ReportList
  }
  /** States, steps, transitions and guards of the life of a case */
  'GET /api/v1/event-life': {
    answer: Life
  }
  /** Dictionary of event classes */
  'GET /api/v1/event-classes': {
    query?: {
      edition?: string
    }
    answer: ClassList
  }
  /** Changes as server-sent events: hello, snapshot, changes, reset */
  'GET /api/v1/stream': {
    query?: {
      layers?: string
      bbox?: string
      filter?: string
      snapshot?: boolean
      since?: number
    }
    header?: {
      'Last-Event-ID'?: number
    }
    answer: unknown
  }
  /** What has changed since a sequence number, in order */
  'GET /api/v1/changes': {
    query?: {
      since?: number
      layers?: string
      limit?: number
      geometry?: boolean
      properties?: boolean
      wait?: number
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: ChangesAnswer
  }
  /** Who uses what: requests, rows, bytes and refusals in a period */
  'GET /api/v1/admin/usage': {
    query?: {
      from?: string
      to?: string
      by?: 'key' | 'layer' | 'route' | 'role'
    }
    answer: Totals
  }
  /** The ways to sign in */
  'GET /api/v1/session/methods': {
    answer: Methods
  }
  /** Sign in */
  'POST /api/v1/session': {
    body: Credentials
    answer: SignedIn
  }
  /** The own session */
  'GET /api/v1/session': {
    answer: OwnSession
  }
  /** Sign out */
  'DELETE /api/v1/session': {
    answer: undefined
  }
  /** Change the own password */
  'POST /api/v1/session/password': {
    body: Passwords
    answer: undefined
  }
  /** Make a secret for a second factor */
  'POST /api/v1/session/totp': {
    body: FactorStart
    answer: Enrolment
  }
  /** Activate the second factor */
  'PUT /api/v1/session/totp': {
    body: FactorCode
    answer: undefined
  }
  /** The own sessions */
  'GET /api/v1/sessions': {
    answer: OwnSessions
  }
  /** End one of the own sessions */
  'DELETE /api/v1/sessions/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /** Accounts */
  'GET /api/v1/admin/accounts': {
    answer: AccountList
  }
  /** Make an account */
  'POST /api/v1/admin/accounts': {
    body: NewAccount
    answer: MadeAccount
  }
  /** Name, move, enable or disable an account */
  'PATCH /api/v1/admin/accounts/{id}': {
    path: {
      id: string
    }
    body: AccountChange
    answer: Account
  }
  /** Disable an account for ever */
  'DELETE /api/v1/admin/accounts/{id}': {
    path: {
      id: string
    }
    answer: Account
  }
  /** Let a locked account try again */
  'POST /api/v1/admin/accounts/{id}/unlock': {
    path: {
      id: string
    }
    answer: Account
  }
  /** Give a new one-time password */
  'POST /api/v1/admin/accounts/{id}/reset-password': {
    path: {
      id: string
    }
    answer: OneTime
  }
  /** Give an account rights */
  'PATCH /api/v1/admin/accounts/{id}/rights': {
    path: {
      id: string
    }
    body: Rights
    answer: Account
  }
  /** Keys */
  'GET /api/v1/admin/keys': {
    answer: KeyList
  }
  /** Make a key */
  'POST /api/v1/admin/keys': {
    body: NewKey
    answer: MadeKey
  }
  /** Revoke a key */
  'DELETE /api/v1/admin/keys/{id}': {
    path: {
      id: string
    }
    answer: Revoked
  }
  /** The policy */
  'GET /api/v1/admin/policy': {
    answer: Policy
  }
  /** Replace the policy */
  'PUT /api/v1/admin/policy': {
    header?: {
      'If-Match'?: string
    }
    body: NewPolicy
    answer: Policy
  }
  /** Labels of layers and fields */
  'GET /api/v1/admin/layers': {
    answer: LabelList
  }
  /** Change labels of a layer */
  'PATCH /api/v1/admin/layers/{id}': {
    path: {
      id: string
    }
    body: LabelChange
    answer: Label
  }
  /** Ask for a layer as a signed file */
  'POST /api/v1/exports': {
    body: ExportBody
    answer: Request
  }
  /** The subject's own requests */
  'GET /api/v1/exports': {
    answer: ExportList
  }
  /** One of the subject's own requests */
  'GET /api/v1/exports/{id}': {
    path: {
      id: string
    }
    answer: Request
  }
  /** The signed file of an export */
  'GET /api/v1/exports/{id}/file': {
    path: {
      id: string
    }
    answer: unknown
  }
  /** The whole value of a masked field */
  'POST /api/v1/reveal': {
    body: RevealBody
    answer: Revealed | Pending
  }
  /** Requests that wait or were decided */
  'GET /api/v1/admin/requests': {
    answer: RequestList
  }
  /** Approve a request */
  'POST /api/v1/admin/requests/{id}/approve': {
    path: {
      id: string
    }
    body: Decision
    answer: Request
  }
  /** Refuse a request */
  'POST /api/v1/admin/requests/{id}/refuse': {
    path: {
      id: string
    }
    body: Decision
    answer: Request
  }
  /** The quickest way between two places */
  'GET /api/v1/route': {
    query: {
      from: string
      to: string
      mode?: 'drive' | 'walk'
      roads?: string
      max_minutes?: number
    }
    answer: WayFeature
  }
  /** Features around a place, nearest by minutes first */
  'GET /api/v1/route/nearest': {
    query: {
      lon: number
      lat: number
      layer: string
      k?: number
      filter?: string
      mode?: 'drive' | 'walk'
      direction?: 'out' | 'in'
      roads?: string
      max_minutes?: number
    }
    answer: NearestList
  }
  /** What can be reached in a number of minutes */
  'GET /api/v1/isochrone': {
    query: {
      lon: number
      lat: number
      minutes?: string
      mode?: 'drive' | 'walk'
      direction?: 'out' | 'in'
      roads?: string
    }
    answer: RingList
  }
  /** Whom or what to send to a case */
  'GET /api/v1/events/{id}/candidates': {
    path: {
      id: string
    }
    query?: {
      kind?: 'worker' | 'vehicle' | 'resource'
      kinds?: string
      k?: number
      mode?: 'drive' | 'walk'
      roads?: string
    }
    answer: CandidateList
  }
  /** Features around a place, or a geometry in WKT, nearest first */
  'GET /api/v1/near': {
    query: {
      lon?: number
      lat?: number
      geometry?: string
      layer: string
      k?: number
      radius?: number
      limit?: number
      filter?: string
      within?: string
      per?: string
      k_per?: number
      datetime?: string
    }
    answer: FeatureCollection
  }
  /** Features around a place, a line or a polygon, nearest first */
  'POST /api/v1/near': {
    body: NearBody
    answer: FeatureCollection
  }
  /** Features in a drawn region, counted or listed */
  'POST /api/v1/within': {
    body: WithinBody
    answer: WithinCounts
  }
  /** Features along a path, with how far along and off it they are, on which side, and where they cross */
  'POST /api/v1/corridor': {
    body: CorridorBody
    answer: CorridorAnswer
  }
  /** The areas that own each of many points, and the nearest features, in one call */
  'POST /api/v1/batch': {
    query?: {
      levels?: string
      nearest?: string
      filter?: string
      max?: number
      coord?: string
    }
    body: BatchBody
    answer: BatchAnswer
  }
  /** Which features of two layers belong together: counted, paired or grouped */
  'POST /api/v1/join': {
    body: JoinBody
    answer: JoinAnswer
  }
  /** Features of a layer that belong to none of another, or to some: listed and counted */
  'POST /api/v1/difference': {
    body: DifferenceBody
    answer: DifferenceAnswer
  }
  /** How many residents facilities reach, within metres or minutes, and where the others are */
  'POST /api/v1/coverage': {
    body: SpatialCoverageBody
    answer: SpatialCoverageAnswer
  }
  /** How much of one layer's ground another takes, or a drawn shape, in square metres */
  'POST /api/v1/overlay': {
    body: OverlayBody
    answer: OverlayAnswer
  }
  /** Cases running, due soon, overdue, supervised and suspended, by group */
  'GET /api/v1/board': {
    query?: {
      by?: 'department' | 'district' | 'street' | 'community' | 'grid' | 'class' | 'tier'
      filter?: string
    }
    answer: BoardAnswer
  }
  /** Rates of a period with their formulas and grades, by group */
  'GET /api/v1/evaluation': {
    query?: {
      by?: 'department' | 'district' | 'street' | 'community' | 'grid' | 'class' | 'tier'
      from?: string
      to?: string
      filter?: string
    }
    answer: EvaluationAnswer
  }
  /** Cases of an area and of the areas inside it */
  'GET /api/v1/drill': {
    query?: {
      level?: 'district' | 'street' | 'community' | 'grid'
      parent?: string
      filter?: string
    }
    answer: DrillAnswer
  }
  /** Places with significantly more cases lately than their own history explains */
  'GET /api/v1/hotspots': {
    query?: {
      by?: string
      class?: string
      days?: number
      history?: number
      alpha?: number
      filter?: string
    }
    answer: HotAnswer
  }
  /** What state each case was in at every moment of a period */
  'GET /api/v1/replay': {
    query?: {
      from?: string
      to?: string
      bbox?: string
      filter?: string
      limit?: number
      after?: string
    }
    answer: ReplayAnswer
  }
  /** Where and what this is */
  'GET /open311/v2/discovery.xml': {
    answer: unknown
  }
  /** Where and what this is */
  'GET /open311/v2/discovery.json': {
    answer: Discovery
  }
  /** Services that can be requested */
  'GET /open311/v2/services.xml': {
    query?: {
      jurisdiction_id?: string
      coord?: string
      lat?: number
      long?: number
    }
    answer: unknown
  }
  /** Services that can be requested */
  'GET /open311/v2/services.json': {
    query?: {
      jurisdiction_id?: string
      coord?: string
      lat?: number
      long?: number
    }
    answer: Service[]
  }
  /** What a service asks for */
  'GET /open311/v2/services/{id}': {
    path: {
      id: string
    }
    query?: {
      jurisdiction_id?: string
    }
    answer: ServiceDefinition
  }
  /** Service requests */
  'GET /open311/v2/requests.xml': {
    query?: {
      jurisdiction_id?: string
      coord?: string
      start_date?: string
      end_date?: string
      page?: number
      page_size?: number
      extensions?: boolean
      lat?: number
      long?: number
      service_request_id?: string
      service_code?: string
      status?: string
      updated_after?: string
      updated_before?: string
      radius?: number
      bbox?: string
    }
    answer: unknown
  }
  /** Request a service */
  'POST /open311/v2/requests.xml': {
    query?: {
      jurisdiction_id?: string
    }
    header?: {
      'Idempotency-Key'?: string
    }
    answer: unknown
  }
  /** Service requests */
  'GET /open311/v2/requests.json': {
    query?: {
      jurisdiction_id?: string
      coord?: string
      start_date?: string
      end_date?: string
      page?: number
      page_size?: number
      extensions?: boolean
      lat?: number
      long?: number
      service_request_id?: string
      service_code?: string
      status?: string
      updated_after?: string
      updated_before?: string
      radius?: number
      bbox?: string
    }
    answer: ServiceRequest[]
  }
  /** Request a service */
  'POST /open311/v2/requests.json': {
    query?: {
      jurisdiction_id?: string
    }
    header?: {
      'Idempotency-Key'?: string
    }
    answer: SentRequest[]
  }
  /** Service requests */
  'GET /open311/v2/requests.csv': {
    query?: {
      jurisdiction_id?: string
      coord?: string
      start_date?: string
      end_date?: string
      page?: number
      page_size?: number
      extensions?: boolean
      lat?: number
      long?: number
      service_request_id?: string
      service_code?: string
      status?: string
      updated_after?: string
      updated_before?: string
      radius?: number
      bbox?: string
    }
    answer: unknown
  }
  /** One service request */
  'GET /open311/v2/requests/{id}': {
    path: {
      id: string
    }
    query?: {
      jurisdiction_id?: string
      coord?: string
      extensions?: boolean
    }
    answer: ServiceRequest[]
  }
  /** Id of the service request behind a token */
  'GET /open311/v2/tokens/{id}': {
    path: {
      id: string
    }
    query?: {
      jurisdiction_id?: string
    }
    answer: TokenAnswer[]
  }
  /** What happened to service requests */
  'GET /open311/v2/servicerequestupdates.xml': {
    query?: {
      jurisdiction_id?: string
      start_date?: string
      end_date?: string
      page?: number
      page_size?: number
      service_request_id?: string
    }
    answer: unknown
  }
  /** Add to a service request */
  'POST /open311/v2/servicerequestupdates.xml': {
    query?: {
      jurisdiction_id?: string
    }
    header?: {
      'Idempotency-Key'?: string
    }
    answer: unknown
  }
  /** What happened to service requests */
  'GET /open311/v2/servicerequestupdates.json': {
    query?: {
      jurisdiction_id?: string
      start_date?: string
      end_date?: string
      page?: number
      page_size?: number
      service_request_id?: string
    }
    answer: RequestUpdate[]
  }
  /** Add to a service request */
  'POST /open311/v2/servicerequestupdates.json': {
    query?: {
      jurisdiction_id?: string
    }
    header?: {
      'Idempotency-Key'?: string
    }
    answer: SentUpdate[]
  }
  /** Areas of the city */
  'GET /open311/v2/boundaries.xml': {
    query?: {
      jurisdiction_id?: string
      coord?: string
      lat?: number
      long?: number
      level?: 'district' | 'street' | 'community' | 'grid'
    }
    answer: unknown
  }
  /** Areas of the city */
  'GET /open311/v2/boundaries.json': {
    query?: {
      jurisdiction_id?: string
      coord?: string
      lat?: number
      long?: number
      level?: 'district' | 'street' | 'community' | 'grid'
    }
    answer: Boundary[]
  }
  /** Readings of devices, in any order: the layer shows them, and rules make cases of them */
  'POST /api/v1/observations': {
    body: Observation[] | Observation
    answer: AlarmAnswer
  }
  /** Rules by which readings become cases */
  'GET /api/v1/alarm-rules': {
    answer: RuleList
  }
  /** Replace the rules */
  'PUT /api/v1/alarm-rules': {
    body: RuleListInput
    answer: RuleList
  }
  /** Watches of objects among fences */
  'GET /api/v1/fences': {
    answer: WatchList
  }
  /** One watch */
  'GET /api/v1/fences/{id}': {
    path: {
      id: string
    }
    answer: Watch
  }
  /** Set up a watch, or change it */
  'PUT /api/v1/fences/{id}': {
    path: {
      id: string
    }
    body: WatchInput
    answer: Watch
  }
  /** End a watch */
  'DELETE /api/v1/fences/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /** Who entered, left, crossed and stayed, in order */
  'GET /api/v1/fences/{id}/transitions': {
    path: {
      id: string
    }
    query?: {
      since?: number
      limit?: number
      object?: string
      fence?: string
      kind?: 'enter' | 'leave' | 'cross' | 'dwell' | 'inside'
    }
    answer: ToldList
  }
  /** Transitions as they happen (server-sent events) */
  'GET /api/v1/fences/{id}/stream': {
    path: {
      id: string
    }
    query?: {
      since?: number
    }
    header?: {
      'Last-Event-ID'?: number
    }
    answer: unknown
  }
  /** Subscriptions the subject has made; a supervisor sees those of others too */
  'GET /api/v1/webhooks': {
    answer: HookList
  }
  /** Have what a source tells sent to an address, signed */
  'POST /api/v1/webhooks': {
    body: Wish
    answer: Hook
  }
  /** One subscription and how far it has come */
  'GET /api/v1/webhooks/{id}': {
    path: {
      id: string
    }
    answer: Hook
  }
  /** End a subscription */
  'DELETE /api/v1/webhooks/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /** Send again to a receiver that was stopped, from where it stopped */
  'POST /api/v1/webhooks/{id}/resume': {
    path: {
      id: string
    }
    answer: Hook
  }
  /** Messages that were given up */
  'GET /api/v1/webhooks/{id}/dead': {
    path: {
      id: string
    }
    answer: LetterList
  }
  /** Send dead letters again */
  'POST /api/v1/webhooks/{id}/redeliver': {
    path: {
      id: string
    }
    body: WebhookChoice
    answer: Queued
  }
  /** Where moving objects are: a batch of fixes, in any order */
  'POST /api/v1/movers/fixes': {
    query?: {
      layer?: string
      coord?: string
    }
    body: SentFix[] | unknown[]
    answer: Taken
  }
  /** How tracks of a layer are kept */
  'GET /api/v1/movers/settings': {
    query?: {
      layer?: string
    }
    answer: Settings
  }
  /** Say how tracks of a layer are kept */
  'PUT /api/v1/movers/settings': {
    query?: {
      layer?: string
    }
    body: SettingsInput
    answer: Settings
  }
  /** Where an object was */
  'GET /api/v1/movers/{id}/track': {
    path: {
      id: string
    }
    query?: {
      layer?: string
      from?: string
      to?: string
      gap?: number
      purpose?: string
      simplify?: number
      f?: 'geojson' | 'mf' | 'csv'
    }
    answer: Feature
  }
  /** Where an object stayed, and how long */
  'GET /api/v1/movers/{id}/stops': {
    path: {
      id: string
    }
    query?: {
      layer?: string
      from?: string
      to?: string
      gap?: number
      purpose?: string
      radius?: number
      least?: number
    }
    answer: StopList
  }
  /** The ways of an object from stay to stay */
  'GET /api/v1/movers/{id}/trips': {
    path: {
      id: string
    }
    query?: {
      layer?: string
      from?: string
      to?: string
      gap?: number
      purpose?: string
      radius?: number
      least?: number
      length?: number
      simplify?: number
    }
    answer: TripList
  }
  /** Who was in a region, from when to when */
  'POST /api/v1/movers/visits': {
    body: VisitBody
    answer: VisitList
  }
  /** How much of roads, features or hexagons was visited */
  'POST /api/v1/movers/coverage': {
    body: TrackCoverageBody
    answer: TrackCoverageAnswer
  }
  /** Send a picture, to be named in a report or step */
  'POST /api/v1/photos': {
    header?: {
      'Idempotency-Key'?: string
    }
    answer: SentPhoto
  }
  /** A picture, for who sent it and whoever sees a case that carries it */
  'GET /api/v1/photos/{id}': {
    path: {
      id: string
    }
    query?: {
      size?: 'full' | 'thumb'
    }
    header?: {
      'If-None-Match'?: string
    }
    answer: unknown
  }
  /** The audit trail, newest lines first */
  'GET /api/v1/admin/audit': {
    query?: {
      from?: string
      to?: string
      actor?: string
      action?: string
      object?: string
      limit?: number
      cursor?: string
    }
    answer: Page
  }
  /** Verify the whole audit trail */
  'GET /api/v1/admin/audit/verify': {
    answer: Report
  }
  /** The audit trail, or the part of a period, as a signed file for `wutu audit verify` */
  'GET /api/v1/admin/audit/file': {
    query?: {
      from?: string
      to?: string
    }
    answer: unknown
  }
  /** Sign in with the city's identity platform */
  'GET /api/v1/session/oidc': {
    query?: {
      return?: string
    }
    answer: undefined
  }
  /** The platform's answer */
  'GET /api/v1/session/oidc/callback': {
    query?: {
      code?: string
      state?: string
      iss?: string
      error?: string
      error_description?: string
      error_uri?: string
      session_state?: string
      scope?: string
      authuser?: string
      prompt?: string
      hd?: string
    }
    answer: undefined
  }
}
