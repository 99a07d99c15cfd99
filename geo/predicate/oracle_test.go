package predicate

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/geom"

	"wutu/geo/geotest"
)

// validLattice draws lattice geometries until simplefeatures calls one valid.
func validLattice(t *testing.T, draw func() orb.Geometry) (orb.Geometry, geom.Geometry) {
	t.Helper()
	for {
		g := draw()
		if l, ok := g.(orb.LineString); ok && len(l) == 0 {
			continue
		}
		sf, err := simpleFeature(g)
		if err != nil {
			t.Fatal(err)
		}
		if sf.Validate() == nil {
			return g, sf
		}
	}
}

func must(t *testing.T) func(bool, error) bool {
	return func(b bool, err error) bool {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

func TestAgainstSimpleFeatures(t *testing.T) {
	r := geotest.Rand(t)
	meets, within := 0, 0
	for range 20_000 {
		draw := func() orb.Geometry { return geotest.Lattice(r, 4) }
		a, sa := validLattice(t, draw)
		b, sb := validLattice(t, draw)
		want := geom.Intersects(sa, sb)
		if want {
			meets++
		}
		if got := Intersects(a, b); got != want {
			t.Fatalf("Intersects(%s, %s) = %v", sa.AsText(), sb.AsText(), got)
		}
		p := Prepare(a)
		if got := p.Intersects(b); got != want {
			t.Fatalf("Prepare(%s).Intersects(%s) = %v", sa.AsText(), sb.AsText(), got)
		}
		want = must(t)(geom.Contains(sa, sb))
		if want {
			within++
		}
		if got := p.Contains(b); got != want {
			t.Fatalf("Prepare(%s).Contains(%s) = %v", sa.AsText(), sb.AsText(), got)
		}
		if got := Within(b, a); got != want {
			t.Fatalf("Within(%s, %s) = %v", sb.AsText(), sa.AsText(), got)
		}
		if want := must(t)(geom.Covers(sa, sb)); p.Covers(b) != want {
			t.Fatalf("Prepare(%s).Covers(%s) = %v", sa.AsText(), sb.AsText(), !want)
		}
	}
	if meets < 1000 || within < 300 {
		t.Errorf("too few cases met (%d) or were within (%d)", meets, within)
	}
}

// A box without width or height is a line or a point, and meets what they meet.
func TestFlatBoxes(t *testing.T) {
	square := orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}}
	line := orb.LineString{{-1, 2}, {5, 2}}
	box := func(x0, y0, x1, y1 float64) orb.Bound {
		return orb.Bound{Min: orb.Point{x0, y0}, Max: orb.Point{x1, y1}}
	}
	for _, c := range []struct {
		b    orb.Bound
		g    orb.Geometry
		want bool
	}{
		{box(2, 2, 2, 2), square, true}, {box(2, 2, 2, 2), line, true}, {box(5, 5, 5, 5), square, false},
		{box(2, -1, 2, 1), square, true}, {box(2, -1, 2, 5), line, true}, {box(2, 3, 2, 5), line, false},
		{box(1, 1, 3, 1), square, true}, {box(2, 2, 2, 2), orb.Point{2, 2}, true},
	} {
		if got := Intersects(c.b, c.g); got != c.want {
			t.Errorf("box %v and %v: %v", c.b, c.g, got)
		}
		if got := Intersects(c.g, c.b); got != c.want {
			t.Errorf("%v and box %v: %v", c.g, c.b, got)
		}
	}
}
