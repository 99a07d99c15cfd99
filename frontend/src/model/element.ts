import type { ElementName } from '@/api/types'

/** The order in which the five maps, the events and the frame are shown. */
export const elements: ElementName[] = ['people', 'enterprise', 'land', 'object', 'government', 'event', 'frame']

export const elementSign: Record<ElementName, string> = {
  people: '人', enterprise: '企', land: '地', object: '物', government: '政', event: '事', frame: '图',
}

export type Theme = 'light' | 'dark'

const colours: Record<Theme, Record<ElementName, string>> = {
  light: {
    people: '#7a4fb5', enterprise: '#2464b4', land: '#a8761a', object: '#0c7d78',
    government: '#a62a78', event: '#d1491f', frame: '#5b6b76',
  },
  dark: {
    people: '#b99af0', enterprise: '#72aef5', land: '#e0b25a', object: '#4fc3ba',
    government: '#ee8cc6', event: '#ff8a5c', frame: '#98a9b5',
  },
}

/** One hue per element, the same on the map, in the tree and in charts. */
export function elementColour(element: ElementName, theme: Theme): string {
  return colours[theme][element] ?? colours[theme].frame
}
