// Package tiles names the squares of the web map pyramid and the places in
// them.
//
// A tile is a square of the matrix set WebMercatorQuad: zoom z divides the
// Mercator square of the Earth into 2^z × 2^z tiles, x counts from the west, y
// from the north. A place belongs to exactly one tile of a zoom: the one whose
// half-open box [min, max) holds it, so that what is counted per tile adds up.
//
// Sub-packages: mvt writes, reads and checks the bytes of vector tiles; shape
// turns a geometry into its picture in one tile; render makes tiles from the
// layers of a city; cache keeps them. Nothing here knows HTTP.
//
// Coordinates of places are longitude and latitude in degrees (WGS 84). Unit
// coordinates are positions in the Mercator square from 0 to 1, x from the west
// and y from the north. Tile coordinates are whole numbers from 0 to the extent
// of a tile, y down.
package tiles
