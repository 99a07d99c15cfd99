// Package proximity measures how far many geometries are from one that was made
// ready: a path, a river, the border of a district.
//
// Distances are geodesic metres as package measure takes them: edges straight in
// lon/lat, 0 where two geometries share a point (inside a polygon too). Where they
// share none, the nearest places of edges of city size include a vertex of one of
// the two, which is what is searched. The vertices and edges of the prepared
// geometry lie in an R-tree, so that a distance costs the part of it that is near.
//
// Not here: which of many features is the nearest (package layers/live).
package proximity
