package valid

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"

	"wutu/geo/geotest"
)

func TestAgainstSimpleFeatures(t *testing.T) {
	r := geotest.Rand(t)
	good, bad := 0, 0
	compare := func(g orb.Geometry) {
		t.Helper()
		if b, ok := g.(orb.Bound); ok {
			g = b.ToPolygon()
		}
		b, err := wkb.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		sf, err := geom.UnmarshalWKB(b, geom.NoValidate{})
		if err != nil {
			t.Fatal(err)
		}
		want := sf.Validate()
		got := Check(g)
		if (want == nil) != (got == nil) && !nested(t, got, g) {
			t.Fatalf("%s: got %v, want %v", sf.AsText(), got, want)
		}
		if want == nil {
			good++
		} else {
			bad++
		}
	}
	for range 30_000 {
		compare(geotest.Lattice(r, 4))
	}
	for range 30_000 { // shells with holes that touch it and each other
		p := orb.Polygon{{{0, 0}, {6, 0}, {6, 6}, {0, 6}, {0, 0}}}
		for range 2 + r.IntN(2) {
			p = append(p, geotest.LatticeRing(r, 6)[:4])
			p[len(p)-1][3] = p[len(p)-1][0]
		}
		compare(p)
	}
	for range 20_000 { // triangles beside, in and on each other
		var m orb.MultiPolygon
		for range 2 + r.IntN(2) {
			tri := geotest.LatticeRing(r, 5)[:4]
			tri[3] = tri[0]
			m = append(m, orb.Polygon{tri})
		}
		compare(m)
	}
	for range 200 {
		compare(geotest.MultiPolygon(r, geotest.City, 30))
	}
	if good < 1000 || bad < 1000 {
		t.Errorf("%d valid, %d invalid", good, bad)
	}
}

// nested gives a second opinion where simplefeatures' validation looks at one
// vertex only and so misses a hole that lies in another and touches it there:
// its own relation of the two holes.
func nested(t *testing.T, e error, g orb.Geometry) bool {
	t.Helper()
	bad, ok := e.(*Error)
	p, polygon := g.(orb.Polygon)
	if !ok || !polygon || bad.Rule != HoleNested {
		return false
	}
	hole := func(r orb.Ring) geom.Geometry {
		b, err := wkb.Marshal(orb.Polygon{r})
		if err != nil {
			t.Fatal(err)
		}
		sf, err := geom.UnmarshalWKB(b)
		if err != nil {
			t.Fatal(err)
		}
		return sf
	}
	for i := 1; i < len(p); i++ {
		if in, err := geom.Contains(hole(p[i]), hole(p[bad.Ring])); err == nil && in && i != bad.Ring {
			return true
		}
	}
	return false
}
