// Package measure measures on the WGS 84 ellipsoid, in metres and square metres.
//
// It answers how far, how long, how large, and gives the boxes and lower bounds
// an index needs to find what is near. CGCS2000 differs by less than 0.1 mm
// over the size of the Earth, so the results hold for it as well.
//
// Edges of lines and polygons are straight in longitude/latitude, as everywhere
// in this program; the distance between two points is the geodesic. Coordinates
// are used as given: only the distance functions know that −180° and 180° are
// the same meridian.
//
// Not here: planar geometry (predicate), projections (crs). Points with NaN
// coordinates give NaN; validate first.
package measure
