// Package spatial answers questions about several features, or several layers, at
// once: what lies along a path, which features of two layers belong together, which
// of one have no partner in the other, what is nearest to each of many points, how
// much of one layer's ground another takes, whom facilities reach.
//
// It works on one View and asks it with the subject's rights: rows a subject may not
// list take no part, and layers it may only count are counted from their release.
// Relations are those of OGC Simple Features in the plane of lon/lat, exact for
// points, lines and polygons; distances are geodesic metres, inclusive, and 0 where
// two geometries meet; areas are those on the ellipsoid.
//
// Work is spread over the processors where it is worth it; answers do not depend on
// how many there are. Every loop looks at its context.
//
// Not here: the index and the single question (layers/live), HTTP (server/spatial),
// overlay of polygons (geo/overlay).
package spatial
