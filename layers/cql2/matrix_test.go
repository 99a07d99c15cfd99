package cql2

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"

	"wutu/geo/geotest"
	"wutu/layers"
)

// fits reports whether a DE-9IM matrix fits one of the patterns.
func fits(matrix string, patterns ...string) bool {
	for _, p := range patterns {
		all := true
		for i := range p {
			switch p[i] {
			case '*':
			case 'T':
				all = all && matrix[i] != 'F'
			default:
				all = all && matrix[i] == p[i]
			}
		}
		if all {
			return true
		}
	}
	return false
}

// byMatrix is the definition of a spatial function by its matrices (OGC 21-065r2
// clause 7.7 and OGC 06-103r4) for geometries of the given dimensions.
func byMatrix(op layers.SpatialOp, m string, a, b int) bool {
	switch op {
	case layers.SIntersects:
		return !fits(m, "FF*FF****")
	case layers.SDisjoint:
		return fits(m, "FF*FF****")
	case layers.SEquals:
		return fits(m, "T*F**FFF*")
	case layers.STouches:
		return fits(m, "FT*******", "F**T*****", "F***T****")
	case layers.SWithin:
		return fits(m, "T*F**F***")
	case layers.SContains:
		return fits(m, "T*****FF*")
	case layers.SCrosses:
		return a < b && fits(m, "T*T******") || a > b && fits(m, "T*****T**") || a == 1 && b == 1 && fits(m, "0********")
	case layers.SOverlaps:
		return a == b && (a != 1 && fits(m, "T*T***T**") || a == 1 && fits(m, "1*T***T**"))
	}
	return false
}

// oracleGeometry is g for simplefeatures, false for invalid and empty ones.
func oracleGeometry(g orb.Geometry) (geom.Geometry, bool) {
	if b, ok := g.(orb.Bound); ok {
		if b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1] {
			return geom.Geometry{}, false
		}
		g = b.ToPolygon()
	}
	if r, ok := g.(orb.Ring); ok {
		g = orb.Polygon{r}
	}
	b, err := wkb.Marshal(g)
	if err != nil {
		return geom.Geometry{}, false
	}
	out, err := geom.UnmarshalWKB(b)
	return out, err == nil && !out.IsEmpty()
}

// TestSpatialFunctionsAreThoseOfTheMatrix compares every spatial function on
// random lattice geometries, which touch and coincide all the time, with the
// DE-9IM matrix that simplefeatures computes: property and constant in both
// places, the filter once through text and once through JSON.
func TestSpatialFunctionsAreThoseOfTheMatrix(t *testing.T) {
	r := geotest.Rand(t)
	layer := randomLayer()
	held := map[layers.SpatialOp]int{}
	for pairs := 0; pairs < 1500; {
		a, b := geotest.Lattice(r, 4), geotest.Lattice(r, 4)
		if pairs%20 == 0 {
			b = a // equal ones are rare by chance
		}
		ga, ok1 := oracleGeometry(a)
		gb, ok2 := oracleGeometry(b)
		if !ok1 || !ok2 {
			continue
		}
		m, err := geom.Relate(ga, gb)
		if err != nil {
			continue
		}
		pairs++
		row := &layers.Feature{Shape: unboxed(a), Values: make([]layers.Value, len(layer.Fields))}
		for op := layers.SIntersects; op <= layers.SContains; op++ {
			want := byMatrix(op, m, ga.Dimension(), gb.Dimension())
			if want {
				held[op]++
			}
			first := layers.Spatial{Op: op, Left: layers.Property{Name: "geometry"}, Right: layers.Shape{Geometry: b}}
			second := layers.Spatial{Op: converse(op), Left: first.Right, Right: first.Left}
			throughJSON, err := ParseJSON(FormatJSON(second))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range []layers.Expr{parsed(t, Format(first)), throughJSON} {
				p, err := Compile(e, layer)
				if err != nil {
					t.Fatal(err)
				}
				if p.Match(row) != want {
					t.Errorf("%s of %s: not %v, the matrix is %s", Format(e), ga.AsText(), want, m)
				}
			}
		}
	}
	for op := layers.SIntersects; op <= layers.SContains; op++ {
		if held[op] < 10 {
			t.Errorf("%s held only %d times", op, held[op])
		}
	}
}
