// Package render makes vector tiles from the layers of a city.
//
// # What a tile holds
//
// Renderer.Tile draws layers in the order asked, each as the vector tile layer
// of its own id: the string attribute id, a numeric id that is a stable hash of
// it, and the declared fields that are not personal and not null. Polygon layers
// with a title field get a second layer {id}_label with one point per polygon,
// in the tile that owns the point. Renderer.Hex draws the layer "hex": H3 cells
// with counts.
//
// # Zoom rules
//
// No tile explodes, whatever the data, and no seam shows: what is drawn of a
// feature depends on the feature, the zoom and what shares its place, never on
// the tile.
//
//   - Points: the zoom is divided into cells of 32 pixels, each in one tile. A
//     cell of more points than it has room for becomes one point with
//     point_count, at their mean place. Points are drawn only by the tile that
//     owns them, so point_count (1 where absent) adds up over the tiles of a zoom to the
//     number of matching features.
//   - Lines of a classified layer (field class with codes, most important
//     first) appear class by class.
//   - Polygons smaller than two square pixels are left out below zoom 14,
//     except areas.
//   - Lines and polygons smaller than 16 pixels compete for the room of the
//     cell their box has its middle in: class, size, then a hash of the id.
//   - A tile that is still beyond MaxFeatures or MaxBytes loses first
//     attributes, then its least important features. Only this last rule looks
//     at the tile as a whole.
//
// Rows may come in any order: everything is sorted before it is written, so the
// same rows give the same bytes. The package reads through Source and knows
// neither how rows are kept nor HTTP.
package render
