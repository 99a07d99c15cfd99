package measure

import "github.com/paulmach/orb"

// Vertices calls fn for every vertex of g, rings with their closing vertex,
// until fn returns false; it reports whether fn never did. Nil has none.
func Vertices(g orb.Geometry, fn func(orb.Point) bool) bool {
	chain := func(points []orb.Point) bool {
		for _, p := range points {
			if !fn(p) {
				return false
			}
		}
		return true
	}
	switch g := g.(type) {
	case orb.Point:
		return fn(g)
	case orb.MultiPoint:
		return chain(g)
	case orb.LineString:
		return chain(g)
	case orb.Ring:
		return chain(g)
	case orb.Bound:
		return g.IsEmpty() || chain(g.ToRing())
	case orb.MultiLineString:
		for _, l := range g {
			if !chain(l) {
				return false
			}
		}
	case orb.Polygon:
		for _, r := range g {
			if !chain(r) {
				return false
			}
		}
	case orb.MultiPolygon:
		for _, p := range g {
			if !Vertices(p, fn) {
				return false
			}
		}
	case orb.Collection:
		for _, m := range g {
			if !Vertices(m, fn) {
				return false
			}
		}
	}
	return true
}

// Pad returns a box that contains every point within distM metres of a point
// of b. b must not be empty.
func Pad(b orb.Bound, distM float64) orb.Bound {
	out := b
	for _, corner := range [...]orb.Point{b.Min, b.Max, b.LeftTop(), b.RightBottom()} {
		out = out.Union(Circle(corner, distM))
	}
	return out
}
