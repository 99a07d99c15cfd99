/**
 * Which CC0 drawing stands for a kind of thing. A value is the name of a file of
 * the maki set, or `t:` and the name of a file of the temaki set.
 */
const byKind: Record<string, string> = {
  lamp: 't:street_lamp_arm', lamp_control: 't:street_lamp_arm', street_lamp: 't:street_lamp_arm',
  manhole: 't:manhole', manhole_sewer: 't:waste_manhole', manhole_rain: 't:water_manhole', rain_grate: 't:manhole',
  manhole_power: 't:power_manhole', manhole_telecom: 't:manhole', hydrant: 't:fire_hydrant', cabinet: 't:cable_device',
  bus_stop: 'bus', traffic_light: 't:traffic_signals', traffic_sign: 't:stop', road_sign: 't:sign_and_car', guardrail: 't:guard_rail',
  toilet: 'toilet', bin: 'waste-basket', waste_station: 'recycling', billboard: 't:billboard', tree: 't:tree_broadleaved',
  old_tree: 't:tree_broadleaved', bench: 't:bench',
  water_level: 'dam', rain: 'water', air: 't:windsock', noise: 't:speaker', parking: 'parking', smoke: 't:chimney', water_meter: 't:water_meter',
  fixed: 't:security_camera', dome: 't:security_camera', panorama: 't:security_camera', camera: 't:security_camera',
  sanitation: 't:truck', patrol: 'car', police: 'police', bus: 'bus', dump_truck: 't:truck', bike: 'bicycle', drone: 't:planes',
  service_hall: 'town-hall', community_centre: 't:social_facility', police_station: 'police', fire_station: 'fire-station',
  hospital: 'hospital', clinic: 'doctor', school: 'school', kindergarten: 'playground', library: 'library', stadium: 'stadium',
  elderly_care: 't:wheelchair', market: 'grocery', bus_station: 'bus', railway_station: 'rail', shelter: 'shelter',
  // Icons that the dictionary of event classes names.
  bolt: 't:power', broom: 'recycling', building: 'building', cable: 't:cable', car: 'car', collapse: 'caution', debris: 't:boulder2', dust: 't:windsock',
  fire: 'fire-station', flame: 't:gas', flood: 'swimming', leaf: 'garden', person: 't:pedestrian', pipe: 't:pipe', rail: 't:guard_rail', road: 'construction',
  rooms: 't:bunk_beds', signal: 't:traffic_signals', stall: 'grocery', sticker: 't:poster_box', trash: 'waste-basket', 'tree-down': 't:tree_stump', truck: 't:truck',
  volume: 't:speaker', waves: 'water', works: 't:pick_hammer',
  A: 'farm', B: 't:pick_hammer', C: 'industry', D: 't:power', E: 't:crane', F: 'shop', G: 't:truck', H: 'restaurant',
  I: 't:electronic', J: 'bank', K: 'commercial', L: 't:briefcase', M: 't:telescope', N: 'garden', O: 't:tools', P: 'school',
  Q: 'hospital', R: 'theatre', S: 'town-hall', T: 'globe',
}

const byWord: [RegExp, string][] = [
  [/lamp|light|路灯/, 't:street_lamp_arm'], [/manhole|井盖/, 't:manhole'], [/camera|cctv|video/, 't:security_camera'],
  [/hydrant/, 't:fire_hydrant'], [/tree|green|plant/, 't:tree_broadleaved'], [/garbage|waste|litter|trash|bin|sanit/, 'waste-basket'],
  [/snow|weather/, 't:snow'], [/graffiti|paint/, 'paint'], [/sign/, 't:sign_and_car'], [/park(ing)?$|car|vehicle|traffic/, 'car'],
  [/water|drain|flood|sewer/, 'water'], [/noise/, 't:speaker'], [/road|pothole|street|sidewalk/, 'construction'],
  [/school|edu/, 'school'], [/hospital|clinic|health/, 'hospital'], [/food|restaurant/, 'restaurant'], [/shop|store|retail/, 'shop'],
  [/fire/, 'fire-station'], [/vendor|stall|market/, 'grocery'], [/\bads?\b|advert|billboard/, 't:billboard'], [/animal|dog|pet/, 'dog-park'],
]

export const plainIcon = 'marker'

export function iconOf(kind: string): string {
  return byKind[kind] ?? byWord.find(([pattern]) => pattern.test(kind.toLowerCase()))?.[1] ?? plainIcon
}

export const knownKinds = Object.keys(byKind)
