/** English; must have exactly the keys of zh.ts, which a test checks. */
export default {
  app: { name: 'Wutu', title: 'One map of the city', skip: 'Skip to the panel', demo: 'Demo' },
  panel: { layers: 'Layers', events: 'Events', region: 'Area' },
  element: { people: 'People', enterprise: 'Enterprises', land: 'Land & buildings', object: 'Objects', government: 'Government', event: 'Events', frame: 'Base map' },
  use: { living: 'Housing', trade: 'Commerce', office: 'Offices', industry: 'Industry', public: 'Public services', transport: 'Transport & utilities', nature: 'Green & farm land', other: 'Other' },
  phase: { waiting: 'Waiting', working: 'In progress', checking: 'To be checked', done: 'Closed', void: 'Dismissed' },
  level: { district: 'District', street: 'Street', community: 'Community', grid: 'Grid', none: 'No grouping', field: 'By kind', hex: 'Hexagons' },
  layers: {
    search: 'Filter layers', presets: 'Themes', none: 'No layers', noMatch: 'No layer is called “{text}”', opacity: 'Opacity', zoomTo: 'Zoom to layer', hex: 'Hexagons', hexOff: 'Hide hexagons',
    legend: 'Legend', owner: 'Owner', updated: 'Updated', records: 'Records', access: 'Access', locked: 'Personal data: totals only, in blocks of at least {n}', reveal: 'Reveal', export: 'Export…',
    zoomIn: 'Zoom in to see', loading: 'Loading', ready: 'Updated {time}', failed: 'Failed', empty: 'Nothing here', retry: 'Retry', filtered: 'Filtered', clearFilter: 'Clear filter',
    show: 'Show {name}', more: 'Options of {name}', cells: '{unit} per cell', ground: 'Basemap', noGround: 'None',
  },
  accesses: { public: 'Public', internal: 'Internal', personal: 'Personal' },
  preset: { city: 'Overview', people: 'People', enterprise: 'Enterprises', land: 'Land', object: 'Objects', government: 'Services', all: 'All five' },
  count: { withheld: 'Fewer than {n}: explain', untold: 'Not told: explain', blocks: '{n}, in blocks: explain' },
  search: { placeholder: 'Place, code, company or case', label: 'Search', none: 'Nothing found for “{text}”; try fewer characters', hint: '↑↓ to choose, Enter to go' },
  card: {
    close: 'Close', hits: '{n} objects here', here: 'This place', near: 'Within 500 m', count: 'Count here', report: 'Report here', nearNone: 'Nothing within 500 m; try showing more layers', zoom: 'Zoom', related: 'Related', fields: 'Properties',
    floors: 'Floors and rooms', levels: 'Floors', floor: 'Floor {n}', firms: 'Companies', devices: 'Devices', residents: 'Residents', noRooms: 'No registered rooms', allFloors: 'Show all {n} floors', fewFloors: 'Show fewer',
    lockedCount: 'Totals only', share: 'Copy link', copied: 'Copied', areas: 'Areas', departments: 'Departments', addresses: 'Nearest addresses', border: '{m} to the border', noFields: 'No further properties',
    loadFailed: 'Details could not be read', more: '{n} more', households: '{n} households',
  },
  events: {
    title: 'Events', todo: 'To do', live: 'Live', late: 'Late', down: 'Offline', connecting: 'Connecting', since: 'since {time}', placeUnknown: 'This place is in no grid',
  },
  map: {
    label: 'Map of the city', three: '3D', two: '2D', threeTitle: 'Switch 3D buildings', theme: 'Switch dark and light', language: '中文', home: 'Whole city', noWebGL: 'This browser cannot draw the map', noWebGLText: 'Chromium 94 or later with WebGL2 is needed. The list of events still works:',
    crs: 'Coordinates', zoom: 'Zoom', 
  },
  session: { key: 'Access key', use: 'Use this key', drop: 'Back to the default identity', bad: 'The key is invalid or has expired', cleared: 'May see personal data', notCleared: 'Personal data as totals only' },
  role: {
    planner: 'Planner', dispatcher: 'Dispatcher', supervisor: 'Supervisor', gridworker: 'Grid worker', department: 'Department', commander: 'Commander', themeowner: 'Theme owner', sysadmin: 'System administrator',
    secadmin: 'Security administrator', auditor: 'Audit administrator', api: 'API', public: 'Public',
  },
  state: { loading: 'Loading', error: 'Something went wrong', retry: 'Retry', trace: 'Trace {id}' },
  problem: {
    invalid: 'The request was not understood', 'not-found': 'Not found', forbidden: 'You may not see or do this', unauthorized: 'Please sign in, or use a valid access key', conflict: 'Somebody else changed this case; the latest state is shown, please check', 'illegal-step': 'This step is not possible now',
    'too-large': 'Too much at once; please make it smaller', unsupported: 'The server does not support this', timeout: 'The server took too long; please try again', unavailable: 'The service is unavailable; please try again', 'too-many': 'Too many requests; please wait a little', internal: 'The server failed; please try again', offline: 'The server cannot be reached; check the network',
  },
  boot: { failed: 'The city could not be opened', failedText: 'The server did not answer. Make sure wutu serve is running, then try again.' },
}
