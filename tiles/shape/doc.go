// Package shape turns a geometry in lon/lat degrees into its picture in one
// tile: projected, simplified, clipped, valid, in tile units.
//
// # What neighbours may rely on
//
// Every vertex is first rounded to a grid that covers the whole zoom, before
// anything is cut. Where it lands depends on the vertex alone, never on the
// feature, the ring's direction or start, or the tile. So two parcels that share
// a border share it in every tile and at every zoom, and a tile's picture goes
// on in the next tile. Simplification is nothing but this rounding (Frame.Grid)
// and the removal of points that change nothing: repeated ones, points on the
// straight line between their neighbours, and spikes. Where a vertex of one
// parcel lies on an edge of the other without being its vertex, gap and overlap
// stay below one grid step.
//
// Cutting happens at the buffer, outside the tile's own square: cut points are
// rounded by a function of the edge alone, so inside the square an edge moves by
// less than one unit.
//
// # Validity
//
// Rounding and cutting make rings that touch or cross themselves. Every polygon
// is checked; the few that fail are rebuilt by the even-odd rule from the
// arrangement of their edges, so what comes out obeys the vector tile
// specification: exterior rings positive and simple, holes negative, simple,
// inside and directly after theirs. A polygon that collapses has no picture;
// Pixel draws the smallest one.
package shape
