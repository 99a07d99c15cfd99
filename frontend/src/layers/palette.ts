import type { Theme } from '@/model/element'

/** The calm ground that data is drawn on. */
export interface Ground {
  land: string; water: string; waterLabel: string; green: string; farm: string; greenLabel: string
  building: string; buildingEdge: string; casing: string; label: string; halo: string; roadLabel: string
  expressway: string; trunk: string; street: string; lane: string
  district: string; street_border: string; grid: string
  /** Tints of the uses of land and buildings, at most eight hues. */
  tint: Record<Use, string>
}

export type Use = 'living' | 'trade' | 'office' | 'industry' | 'public' | 'transport' | 'nature' | 'other'

export const grounds: Record<Theme, Ground> = {
  light: {
    land: '#f4f3ef', water: '#bcd6e4', waterLabel: '#45738d', green: '#d3e3c8', farm: '#e6ebd2', greenLabel: '#54754a',
    building: '#e3ded5', buildingEdge: '#cbc4b8', casing: '#d8d2c6', label: '#2f3b42', halo: '#fbfaf7', roadLabel: '#6a665c',
    expressway: '#f2cf8d', trunk: '#f8e3b4', street: '#ffffff', lane: '#fdfcfa',
    district: '#8b6f9f', street_border: '#a394af', grid: '#9aa5ab',
    tint: {
      living: '#ead9b5', trade: '#e9bfa6', office: '#bccde4', industry: '#cdbfd6', public: '#e6bccb',
      transport: '#c9ced2', nature: '#c6dcb8', other: '#ddd8cf',
    },
  },
  dark: {
    land: '#11171b', water: '#17303f', waterLabel: '#6fa3bd', green: '#17271e', farm: '#1b251b', greenLabel: '#7da083',
    building: '#34434d', buildingEdge: '#465761', casing: '#0c1114', label: '#d3dde2', halo: '#11171b', roadLabel: '#9aa7ae',
    expressway: '#76602f', trunk: '#55492c', street: '#37424a', lane: '#2a343b',
    district: '#9d85b3', street_border: '#6d6280', grid: '#56636b',
    tint: {
      living: '#4d4430', trade: '#58392c', office: '#2c4058', industry: '#443a50', public: '#523443',
      transport: '#3a4349', nature: '#27402b', other: '#2f383e',
    },
  },
}

const useOfKind: Record<string, Use> = {
  residential: 'living', house: 'living', apartments: 'living', detached: 'living', terrace: 'living',
  commercial: 'trade', retail: 'trade', hotel: 'trade', office: 'office',
  industrial: 'industry', warehouse: 'industry', industry: 'industry',
  government: 'public', school: 'public', hospital: 'public', culture: 'public', university: 'public', church: 'public', heritage: 'public',
  utility: 'transport', transport: 'transport', garage: 'transport', garages: 'transport',
  farmland: 'nature', ecology: 'nature', blue_line: 'office', urban_boundary: 'trade',
  detached_house: 'living', supermarket: 'trade', shop: 'trade', cemetery: 'nature', recreation_ground: 'nature', orchard: 'nature', wood: 'nature', railway: 'transport',
  education: 'public', institutional: 'public', religious: 'public', construction: 'industry', quarry: 'industry',
  forest: 'nature', grass: 'nature', meadow: 'nature', park: 'nature',
}

/** Kinds whose use is known, for layers that declare no codes. */
export const kindsWithUse = Object.keys(useOfKind)

/** The use behind a kind of building, zone, or a land use code of GB/T 21010. */
export function useOf(kind: string): Use {
  if (/^\d{4}$/.test(kind)) {
    if (kind === '0505') return 'office'
    if (kind === '0809') return 'transport'
    if (kind === '0810') return 'nature'
    const major: Record<string, Use> = {
      '01': 'nature', '02': 'nature', '03': 'nature', '04': 'nature', '05': 'trade', '06': 'industry', '07': 'living', '08': 'public', '10': 'transport',
    }
    return major[kind.slice(0, 2)] ?? 'other'
  }
  return useOfKind[kind] ?? 'other'
}

/** Ramps for counts, light to strong; readable with every kind of colour vision. */
export const ramps: Record<Theme, string[]> = {
  light: ['#e6efe3', '#b9dcc9', '#7cc0b4', '#3f9ca0', '#1f6f88', '#15436b'],
  dark: ['#16313a', '#1b4d55', '#227072', '#3c9a86', '#7cc48b', '#d6ec9a'],
}
