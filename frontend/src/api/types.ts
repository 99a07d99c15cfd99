/** The shapes the server speaks. Coordinates are lon/lat degrees WGS 84. */
export interface Title { zh: string; en: string }

export type ElementName = 'people' | 'enterprise' | 'land' | 'object' | 'government' | 'frame' | 'event'
export type Level = 'district' | 'street' | 'community' | 'grid'
export type Position = [number, number]
export type Extent = [number, number, number, number]

export interface Code { value: string; title: Title }
export interface Field {
  name: string
  type: 'string' | 'integer' | 'number' | 'boolean' | 'datetime'
  title: Title
  unit?: string
  codes?: Code[]
  personal?: boolean
  measure?: boolean
  ref?: string
}
export interface Schema {
  title_field?: string
  subtitle_field?: string
  kind_field?: string
  height_field?: string
  fields: Field[]
}
export interface Layer {
  id: string
  title: Title
  element: ElementName
  geometry: string
  access: 'public' | 'internal' | 'personal'
  listable: boolean
  level?: Level
  owner?: string
  count: number | null
  below?: number
  count_unit: Title
  extent: Extent | null
  updated?: string
  bytes?: number
  schema: Schema
}

export interface Geometry { type: string; coordinates: unknown; geometries?: Geometry[] }
export type Properties = Record<string, unknown>
export interface Feature { type: 'Feature'; id: string; geometry: Geometry | null; properties: Properties; distance?: number; layer?: string }
export interface FeatureCollection {
  type: 'FeatureCollection'
  features: Feature[]
  numberMatched?: number
  numberReturned?: number
  links?: { rel: string; href: string }[]
}

export interface Me {
  id: string
  name: Title
  role: string
  demo: boolean
  cleared: boolean
  layers: string[]
  region?: string
  department?: string
  /** Token of a cookie session. */
  csrf?: string
  /** Whether the subject comes from a cookie session. */
  session?: boolean
  /** What the subject acts for now. */
  purpose?: string
  /** What the subject may act for. */
  purposes?: string[] | null
}
export interface City { name: Title; code: string; center: Position; extent: Extent; now?: string; version?: string }
/** An archive of tiles that the city's maps may lie on. */
export interface Basemap { name: string; title: string; kind: 'vector' | 'raster'; attribution?: string }
export interface BasemapTiles { format: 'mvt' | 'png' | 'jpg' | 'webp'; minzoom: number; maxzoom: number; bounds: Extent; vector_layers?: { id: string }[] }
export interface TileJSON { minzoom: number; maxzoom: number; tiles: string[]; vector_layers?: { id: string }[] }

export interface Counts { seq: number; counts: Record<string, number | null>; below?: Record<string, number>; area_m2?: number }
export interface Group { layer: string; key: string; name?: string; count: number | null; below?: number; measures?: Record<string, number | null> }
export interface Hit { layer: string; id: string; title: string; subtitle?: string; lon: number; lat: number; score: number }
export interface Item { id: string; title: string; subtitle?: string; lon?: number; lat?: number }
export interface RelatedGroup { relation: string; title: Title; layer: string; count: number | null; below?: number; items: Item[] }
export interface Named { id: string; title: string; distance?: number; layer?: string }
export interface PlaceArea { level: Level; code: string; name: string; border_m?: number; probability?: number }
export interface Located {
  areas: PlaceArea[] | null
  addresses: { id: string; text: string; distance: number }[] | null
  building: Named | null
  parcel: Named | null
  departments: { id: string; name: string; reason: Title }[] | null
  components?: Named[] | null
  events?: Named[] | null
}
export interface Room { id: string; name: string; households?: number | null; firms?: { id: string; title: string }[] | null }
export interface BuildingCard {
  building: Feature
  address?: string
  floors: { floor: number; rooms: Room[] | null }[] | null
  firms: { id: string; title: string }[] | null
  devices: { id: string; title: string; layer?: string }[] | null
  residents: number | null
  below?: number
}
