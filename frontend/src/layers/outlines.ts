import { plainIcon } from './icons'

const makiFolder = '/node_modules/@mapbox/maki/icons/'
const temakiFolder = '/node_modules/@rapideditor/temaki/icons/'

const maki = import.meta.glob<string>(
  '/node_modules/@mapbox/maki/icons/{bus,toilet,waste-basket,recycling,dam,water,parking,fire-station,car,police,bicycle,town-hall,hospital,doctor,school,playground,library,stadium,grocery,rail,shelter,farm,industry,shop,restaurant,bank,commercial,garden,theatre,globe,paint,construction,dog-park,building,caution,swimming,marker}.svg',
  { query: '?raw', import: 'default', eager: true },
)
const temaki = import.meta.glob<string>(
  '/node_modules/@rapideditor/temaki/icons/{street_lamp_arm,manhole,waste_manhole,water_manhole,power_manhole,fire_hydrant,cable_device,traffic_signals,stop,sign_and_car,guard_rail,billboard,tree_broadleaved,bench,windsock,speaker,water_meter,security_camera,truck,planes,social_facility,wheelchair,pick_hammer,power,crane,electronic,briefcase,telescope,tools,snow,cable,boulder2,gas,pedestrian,pipe,bunk_beds,poster_box,tree_stump,chimney}.svg',
  { query: '?raw', import: 'default', eager: true },
)

export interface Shape { path: string; size: number }

/** The outline of an icon as SVG path data in a square box of `size`; the plain marker for unknown names. */
export function iconShape(name: string): Shape {
  const svg = (name.startsWith('t:') ? temaki[`${temakiFolder}${name.slice(2)}.svg`] : maki[`${makiFolder}${name}.svg`]) ?? maki[`${makiFolder}${plainIcon}.svg`]
  const size = Number(/viewBox="0 0 (\d+) \d+"/.exec(svg)?.[1] ?? 15)
  const path = [...svg.matchAll(/\sd="([^"]+)"/g)].map((m) => m[1].replace(/&#x[0-9a-fA-F]+;/g, ' ')).join(' ')
  return { path, size }
}

export function hasIcon(name: string): boolean {
  return (name.startsWith('t:') ? temaki[`${temakiFolder}${name.slice(2)}.svg`] : maki[`${makiFolder}${name}.svg`]) !== undefined
}
