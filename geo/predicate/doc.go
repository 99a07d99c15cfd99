// Package predicate decides how geometries lie to each other in the plane of
// longitude and latitude: intersects, contains, within and covers as OGC Simple
// Features defines them, the position of a point, and the relation of a region
// to a box, which lets an index take or drop whole nodes.
//
// Answers are exact for the coordinates as given: orientations are computed with
// a floating-point filter and, when that cannot decide, with exact arithmetic;
// no intersection point is ever constructed, not even for touches, crosses and
// overlaps. Borders belong to a region, so a point on a shared border intersects
// both neighbours. Only Relate and Contains with collections of several parts go
// through the overlay of simplefeatures, which computes in floats.
//
// Geometries are taken as valid (package valid): rings closed, polygons of a
// multipolygon apart except for touching points. On others the answers are
// those of the even-odd rule and never crash. Nothing wraps at the antimeridian.
//
// Not here: distances (measure), construction of new geometries.
package predicate
