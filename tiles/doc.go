// Package tiles names the squares of the web map pyramid and the places in
// them.
//
// A tile is a piece of a Grid: zoom z divides the Mercator square of the Earth
// into 2^z × 2^z tiles, or the degrees into 2^(z+1) × 2^z; x counts from the west,
// y from the north. A MatrixSet is what the standards call a grid with the names
// of its zooms. A place belongs to exactly one tile of a zoom: the one whose
// half-open box [min, max) holds it, so that what is counted per tile adds up.
//
// Sub-packages: mvt writes, reads and checks the bytes of vector tiles; shape
// turns a geometry into its picture in one tile; render makes tiles from the
// layers of a city; cache keeps them. Nothing here knows HTTP.
//
// Coordinates of places are longitude and latitude in degrees (WGS 84). Unit
// coordinates are positions in the square of a grid from 0 to 1, x from the west
// and y from the north. Tile coordinates are whole numbers from 0 to the extent
// of a tile, y down.
package tiles
