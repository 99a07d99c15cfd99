// Package mvt writes, reads and checks vector tiles as the Mapbox Vector Tile
// specification 2.1 defines them.
//
// Writer makes the bytes of a tile: append only, keys and values interned per
// layer, the same calls give the same bytes. Decode reads strictly: what breaks
// a MUST of the encoding is an error that names the offset. Verify reads what
// Decode accepts and lists every rule the content breaks, geometry included; it
// shares no code with Writer beyond the wire constants.
//
// Coordinates are whole numbers in tile space, x to the right, y down, from 0 to
// the layer's extent; geometry may reach beyond by less than an extent. Which
// geometry belongs in a tile is the business of tiles/shape.
package mvt
