// Package overlay computes how much ground areas have in common, in square metres on
// the ellipsoid.
//
// No polygon is cut: the shapes are swept by latitude. Between two neighbouring
// latitudes at which an edge begins, ends or crosses another, edges stand in one order
// from west to east, and what lies between two of them is inside the same shapes all
// along; its area is integrated exactly, for edges that are straight in lon/lat. So an
// overlay cannot fail: where rounding exchanges two edges that lie on each other, it
// exchanges what has no area. Inside is by the even-odd rule: polygons that are not
// valid have an answer too.
//
// What is simple is not swept: shapes that do not meet, or lie in one another.
//
// Only areas take part: points and lines of a geometry have none. Nothing wraps at
// the antimeridian.
package overlay
