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
//     number of matching features. The declared measures of a layer of points are
//     attributes at every zoom, and points that stand for several have sum_<field>,
//     rounded to thousandths: these add up too.
//   - Lines of a classified layer (field class with codes, most important
//     first) appear class by class.
//   - Polygons smaller than two square pixels are left out below zoom 14,
//     except areas.
//   - Lines and polygons no longer than 16 pixels compete for the room of the
//     cell of 16 pixels that their point (the one the city counts them by) lies in:
//     class, the larger first, then a hash of the id.
//   - The area of polygons that are left out, find no room or vanish in rounding is
//     given back: each cell of 8 pixels adds up those whose point lies in it, and
//     shows a rectangle of that area, wholly in the cell, at their mean place, with
//     point_count, how many they are; of a single one with its attributes. What
//     rounding to units takes is given back by chance, a hash of the cell. So the
//     areas drawn of any region of several cells add up to those of its polygons, as
//     far as these do not lie on one another: a cell shows no more than itself.
//   - A tile that is still beyond MaxFeatures or MaxBytes loses first
//     attributes, then its least important features. Only this last rule looks
//     at the tile as a whole, and it gives no area back.
//
// Rows may come in any order: everything is sorted before it is written, so the
// same rows give the same bytes. The package reads through Source and knows
// neither how rows are kept nor HTTP.
//
// # Why it is fast
//
//   - At low zooms nodes of the tables' trees are taken whole, by sums of places and
//     areas that the tables keep (live.View.Clumps, live.View.Sift): a tile costs the
//     nodes on the borders of its cells, not the rows in them. The sums are whole
//     numbers, so that nothing depends on which nodes there are.
//   - Contests are decided by what the tables know of a row without looking at its
//     geometry (live.Extent: four bytes of area, one of length), and while the rows
//     come: nothing is kept of those that find no room. Only winners are drawn, and
//     ids are hashed only to break ties.
//   - Areas, of which none is left out, are drawn largest first until the tile is full,
//     and those that rounding flattens are known by their boxes.
//   - The place of a label is looked for where the tile may own it.
//   - Rows that are near lie near in memory, coordinates included: drawing mostly
//     waits for memory, and this halved it.
//   - Mercator is a polynomial for each narrow stripe of latitudes (tiles.Project): a
//     quarter of the time of sine and logarithm. Keeping projected coordinates would
//     save the rest and cost eight bytes a vertex.
//   - Most rings of buildings are convex once rounded, which takes one look at each
//     corner to see; only others are checked for crossings, edge by edge: pair by pair
//     of boxes, and by a tree of them from some dozens of edges on.
//   - A row is remembered by where it stands (live.Ref). Its values are read when they
//     are written, and numbered by a table of hashes that keeps its memory
//     (tiles/mvt), as frames, pictures and their lists do: a tile of a thousand
//     features makes some forty allocations.
//   - Packing takes as long as all else together. It is done once (Renderer.Packed
//     hands on what it had to pack to know the size), and at the quickest level
//     except for archives (cache.Packer).
package render
