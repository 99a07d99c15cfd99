/** English of region.zh.ts. */
export default {
  region: {
    polygon: 'Polygon', circle: 'Circle', rectangle: 'Rectangle', draw: 'Draw an area on the map to count what is inside', drawing: 'Click to add points, double-click to finish; Esc cancels', drawingCircle: 'Click the centre, move, click again',
    drawingRectangle: 'Click a corner, move, click the opposite one', clear: 'Clear', area: 'Area', counts: 'Count by layer', countsNote: 'Objects that intersect the area; the area is measured on the ellipsoid; personal counts below the threshold read “< 10”', blocks: 'Personal data is counted in blocks of at least {n}.', by: 'Group', 
    chart: 'Chart of groups', empty: 'Nothing in this area; try a larger one', list: 'List', csv: 'Export CSV', geojson: 'Export GeoJSON', first: 'First {n} shown', filterNote: 'Click a bar to filter by it',
    here: 'Area: {name}', outside: 'Outside any', 
  },
}
