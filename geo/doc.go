// Package geo is the root of everything about space that knows nothing of a
// city: measuring, coordinate systems, validity, predicates, indexes, hexagons.
// It holds no code of its own.
//
// Coordinates are orb types, longitude and latitude in degrees, WGS 84, x
// before y. Edges of lines and polygons are straight in longitude/latitude.
// Nothing in this tree wraps coordinates by itself: a geometry over the
// antimeridian is given in two parts, as RFC 7946 asks. Functions that deviate
// say so.
//
//   - measure: metres and square metres on the ellipsoid
//   - crs: coordinate systems in and out of WGS 84
//   - valid: the OGC rules a stored geometry obeys
//   - predicate: intersects, contains, within; exact, prepared
//   - index: packed Hilbert R-tree and its mutable companion
//   - hexgrid: H3 cells
//   - geotest: random geometries for tests
package geo
