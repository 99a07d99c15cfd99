package predicate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"wutu/geo/geotest"
	"wutu/geo/predicate"
	"wutu/geo/valid"
)

// holds reports whether a matrix has the form of a pattern of T, F, *, 0, 1, 2.
func holds(matrix, pattern string) bool {
	for i, want := range []byte(pattern) {
		switch got := matrix[i]; {
		case want == '*' || want == got:
		case want == 'T' && got != 'F':
		default:
			return false
		}
	}
	return true
}

func anyOf(matrix string, patterns ...string) bool {
	for _, p := range patterns {
		if holds(matrix, p) {
			return true
		}
	}
	return false
}

// wanted is what the standard says of a matrix.
func wanted(m string, a, b orb.Geometry) map[string]bool {
	da, db := a.Dimensions(), b.Dimensions()
	w := map[string]bool{
		"intersects": anyOf(m, "T********", "*T*******", "***T*****", "****T****"),
		"contains":   holds(m, "T*****FF*"),
		"within":     holds(m, "T*F**F***"),
		"covers":     anyOf(m, "T*****FF*", "*T****FF*", "***T**FF*", "****T*FF*"),
		"equals":     holds(m, "T*F**FFF*"),
		"touches":    anyOf(m, "FT*******", "F**T*****", "F***T****"),
	}
	switch {
	case da < db:
		w["crosses"] = holds(m, "T*T******")
	case da > db:
		w["crosses"] = holds(m, "T*****T**")
	case da == 1:
		w["crosses"], w["overlaps"] = holds(m, "0********"), holds(m, "1*T***T**")
	default:
		w["overlaps"] = holds(m, "T*T***T**")
	}
	return w
}

func answered(a, b orb.Geometry) map[string]bool {
	p := predicate.Prepare(a)
	out := map[string]bool{
		"intersects": p.Intersects(b), "contains": p.Contains(b), "within": predicate.Within(a, b), "covers": p.Covers(b),
	}
	for _, r := range []predicate.Relation{predicate.Equals, predicate.Touches, predicate.Crosses, predicate.Overlaps} {
		out[r.String()] = predicate.Relate(r, a, b)
	}
	return out
}

// TestAgainstTheMatrix compares every predicate with the DE-9IM matrix in exact
// rational numbers: on the lattice, where borders coincide, and on the lattice
// moved and turned by floats that no longer do so exactly.
func TestAgainstTheMatrix(t *testing.T) {
	r := geotest.Rand(t)
	seen := map[string]int{}
	for i := range 1500 {
		ga, gb := validShape(t, func() orb.Geometry { return geotest.Lattice(r, 4) }), validShape(t, func() orb.Geometry { return geotest.Lattice(r, 4) })
		if i%2 == 1 {
			sx, sy, lean := r.Float64(), r.Float64(), r.Float64()-0.5
			ga, gb = moved(ga, sx, sy, lean), moved(gb, sx, sy, lean)
			if valid.Check(ga) != nil || valid.Check(gb) != nil {
				continue
			}
		}
		if i%25 == 0 {
			gb = turned(ga)
		}
		m := geotest.Matrix(ga, gb)
		got := answered(ga, gb)
		for name, want := range wanted(m, ga, gb) {
			if want {
				seen[name]++
			}
			if got[name] != want {
				t.Fatalf("%s %s %s = %v, the matrix is %s", wkt.MarshalString(ga), name, wkt.MarshalString(gb), got[name], m)
			}
		}
	}
	for _, name := range strings.Fields("intersects contains within covers equals touches crosses overlaps") {
		if seen[name] < 12 {
			t.Errorf("%s was seen %d times only", name, seen[name])
		}
	}
}

// A line may leave a polygon through a place where a hole touches the shell, and
// then run along the hole: no edge it crosses has the inside on one side.
func TestCrossingWhereRingsTouch(t *testing.T) {
	touching := orb.Polygon{{{-4, 4}, {4, 4}, {4, 8}, {-4, 8}, {-4, 4}}, {{3, 7}, {-1, 8}, {-1, 7}, {3, 7}}}
	diamond := orb.Polygon{{{0, 0}, {8, 0}, {8, 8}, {0, 8}, {0, 0}}, {{4, 0}, {6, 4}, {2, 4}, {4, 0}}}
	for _, c := range []struct {
		line orb.LineString
		area orb.Polygon
	}{
		{orb.LineString{{-1, 9}, {-1, 7}, {-1, 9}}, touching}, {orb.LineString{{-1, 9}, {-1, 6}}, touching},
		{orb.LineString{{4, -2}, {4, 4}}, diamond}, {orb.LineString{{4, -2}, {4, 5}}, diamond},
		{orb.LineString{{3, -2}, {6, 4}}, diamond}, {orb.LineString{{2, -2}, {6, 2}}, diamond},
	} {
		m := geotest.Matrix(c.line, c.area)
		for name, want := range wanted(m, c.line, c.area) {
			if got := answered(c.line, c.area)[name]; got != want {
				t.Errorf("%v %s %v = %v, the matrix is %s", c.line, name, c.area, got, m)
			}
		}
	}
}

func validShape(t *testing.T, draw func() orb.Geometry) orb.Geometry {
	t.Helper()
	for {
		g := draw()
		if b, ok := g.(orb.Bound); ok {
			g = b.ToPolygon()
		}
		if valid.Check(g) == nil {
			return g
		}
	}
}

// turned is g with its lines and rings the other way round.
func turned(g orb.Geometry) orb.Geometry {
	g = orb.Clone(g)
	switch g := g.(type) {
	case orb.LineString:
		g.Reverse()
	case orb.Polygon:
		for _, r := range g {
			r.Reverse()
		}
	case orb.MultiLineString:
		slices.Reverse(g)
	case orb.MultiPolygon:
		slices.Reverse(g)
	}
	return g
}

// moved is g under a linear map, rounded.
func moved(g orb.Geometry, sx, sy, lean float64) orb.Geometry {
	g = orb.Clone(g)
	each := func(ps []orb.Point) {
		for i, p := range ps {
			ps[i] = orb.Point{100 + p[0]*sx + p[1]*lean, 30 + p[1]*sy + p[0]*0.1}
		}
	}
	switch g := g.(type) {
	case orb.Point:
		ps := []orb.Point{g}
		each(ps)
		return ps[0]
	case orb.MultiPoint:
		each(g)
	case orb.LineString:
		each(g)
	case orb.MultiLineString:
		for _, l := range g {
			each(l)
		}
	case orb.Polygon:
		for _, r := range g {
			each(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			for _, r := range p {
				each(r)
			}
		}
	}
	return g
}
