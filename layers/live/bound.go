package live

import (
	"math"

	"github.com/paulmach/orb"
)

// emptyBound is the box that holds nothing and is neutral to Union.
func emptyBound() orb.Bound {
	return orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
}

func boundEmpty(b orb.Bound) bool { return !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) }

// geometryBytes estimates the memory of g beyond its interface word.
func geometryBytes(g orb.Geometry) int {
	const point, header = 16, 24
	switch g := g.(type) {
	case nil:
		return 16
	case orb.Point:
		return 16 + point
	case orb.MultiPoint:
		return 16 + header + point*len(g)
	case orb.LineString:
		return 16 + header + point*len(g)
	case orb.Ring:
		return 16 + header + point*len(g)
	case orb.MultiLineString:
		n := 16 + header
		for _, l := range g {
			n += header + point*len(l)
		}
		return n
	case orb.Polygon:
		n := 16 + header
		for _, r := range g {
			n += header + point*len(r)
		}
		return n
	case orb.MultiPolygon:
		n := 16 + header
		for _, p := range g {
			n += geometryBytes(p)
		}
		return n
	case orb.Collection:
		n := 16 + header
		for _, m := range g {
			n += geometryBytes(m)
		}
		return n
	case orb.Bound:
		return 16 + 2*point
	}
	return 16
}
