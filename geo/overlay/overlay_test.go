package overlay_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/overlay"
	"wutu/geo/valid"
)

// simple is a geometry for the overlay of simplefeatures, the oracle.
func simple(t *testing.T, g orb.Geometry) geom.Geometry {
	t.Helper()
	b, err := wkb.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	out, err := geom.UnmarshalWKB(b, geom.NoValidate{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func areaOf(t *testing.T, g geom.Geometry) float64 {
	t.Helper()
	shape, err := wkb.Unmarshal(g.AsBinary())
	if err != nil {
		t.Fatal(err)
	}
	return measure.Area(shape)
}

func polygon(r *rand.Rand) orb.Geometry {
	if r.IntN(3) == 0 {
		return geotest.MultiPolygon(r, geotest.City, 8+r.IntN(20))
	}
	c := orb.Point{111.3 + r.NormFloat64()*0.01, 30.7 + r.NormFloat64()*0.01}
	p := orb.Polygon{geotest.Star(r, c, 0.02*r.Float64(), 8+r.IntN(60))}
	if r.IntN(3) == 0 {
		hole := geotest.Star(r, c, p[0].Bound().Max[0]-c[0], 8)
		for i, q := range hole {
			hole[i] = orb.Point{c[0] + (q[0]-c[0])/20, c[1] + (q[1]-c[1])/20}
		}
		p = append(p, hole)
	}
	return p
}

func close(a, b, whole float64) bool { return math.Abs(a-b) <= 1e-9*whole+1e-6 }

func TestLayAgainstAnOverlay(t *testing.T) {
	r := geotest.Rand(t)
	cut := 0
	for range 250 {
		g := polygon(r)
		a := overlay.New(g)
		n := 1 + r.IntN(4)
		var over []*overlay.Area
		var shapes []orb.Geometry
		same := false
		for range n {
			o := polygon(r)
			switch r.IntN(6) {
			case 0:
				o = geotest.Box(r, orb.Bound{Min: orb.Point{111.2, 30.6}, Max: orb.Point{111.4, 30.8}}, 1)
			case 1:
				o, same = g, true // the very same: every edge lies on another
			}
			if b, ok := o.(orb.Bound); ok {
				o = b.ToPolygon()
			}
			shapes, over = append(shapes, o), append(over, overlay.New(o))
		}
		got := a.Lay(over)
		whole := measure.Area(g)
		var all []geom.Geometry
		var err error
		for i, o := range shapes {
			x, err := geom.Intersection(simple(t, g), simple(t, o))
			if err != nil {
				t.Fatalf("the oracle fails: %v", err)
			}
			want := areaOf(t, x)
			if !close(got.Parts[i], want, whole) {
				t.Fatalf("%v over %v: %v m², the oracle says %v", o, g, got.Parts[i], want)
			}
			if want > 0 && want < whole*0.999 {
				cut++
			}
			all = append(all, simple(t, o))
		}
		want := whole
		if !same { // edges that lie on each other cost the oracle thousandths
			union := all[0]
			for _, o := range all[1:] {
				if union, err = geom.Union(union, o); err != nil {
					t.Fatalf("the oracle fails: %v", err)
				}
			}
			x, err := geom.Intersection(simple(t, g), union)
			if err != nil {
				t.Fatalf("the oracle fails: %v", err)
			}
			want = areaOf(t, x)
		}
		if !close(got.Covered, want, whole) {
			t.Fatalf("%v over %v: %v m² covered, the oracle says %v; whole %v parts %v", shapes, g, got.Covered, want, whole, got.Parts)
		}
	}
	if cut < 50 {
		t.Errorf("only %d were cut", cut)
	}
}

// On a lattice edges lie on each other: what two shapes share and what they do not
// add up to both.
func TestLayOnALattice(t *testing.T) {
	r := geotest.Rand(t)
	tried := 0
	draw := func() orb.Geometry {
		for {
			switch g := geotest.Lattice(r, 6).(type) {
			case orb.Polygon:
				if valid.Check(g) == nil {
					return g
				}
			case orb.MultiPolygon:
				if len(g) > 0 && valid.Check(g) == nil {
					return g
				}
			}
		}
	}
	for tried < 1500 {
		g, h := draw(), draw()
		x, err := geom.Intersection(simple(t, g), simple(t, h))
		if err != nil {
			continue
		}
		tried++
		a, b := overlay.New(g), overlay.New(h)
		there, back := a.Lay([]*overlay.Area{b}), b.Lay([]*overlay.Area{a})
		if want := areaOf(t, x); !close(there.Covered, want, a.SquareM()+b.SquareM()) {
			t.Fatalf("%v over %v: %v, the oracle says %v", h, g, there, want)
		}
		if !close(there.Covered, back.Covered, a.SquareM()+b.SquareM()) || !close(there.Parts[0], there.Covered, a.SquareM()) {
			t.Fatalf("%v and %v: %v there and %v back", g, h, there, back)
		}
	}
}

// A tiling takes every square metre, and no more.
func TestLayATiling(t *testing.T) {
	r := geotest.Rand(t)
	for range 60 {
		g := polygon(r)
		a := overlay.New(g)
		b := measure.Pad(g.Bound(), 100)
		n := 1 + r.IntN(9)
		var tiles []*overlay.Area
		for i := range n * n {
			lo := orb.Point{b.Min[0] + float64(i%n)*(b.Max[0]-b.Min[0])/float64(n), b.Min[1] + float64(i/n)*(b.Max[1]-b.Min[1])/float64(n)}
			hi := orb.Point{b.Min[0] + float64(i%n+1)*(b.Max[0]-b.Min[0])/float64(n), b.Min[1] + float64(i/n+1)*(b.Max[1]-b.Min[1])/float64(n)}
			tiles = append(tiles, overlay.New(orb.Bound{Min: lo, Max: hi}))
		}
		got := a.Lay(tiles)
		sum := 0.0
		for _, p := range got.Parts {
			sum += p
		}
		if !close(sum, a.SquareM(), a.SquareM()) || !close(got.Covered, a.SquareM(), a.SquareM()) {
			t.Fatalf("%v: the tiles sum to %v and cover %v of %v", g, sum, got.Covered, a.SquareM())
		}
	}
}

func TestLayNothing(t *testing.T) {
	a := overlay.New(orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{1, 1}})
	bow := orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}} // crosses itself: two triangles
	for name, g := range map[string]orb.Geometry{"nil": nil, "a line": orb.LineString{{0, 0}, {1, 1}}, "nothing": orb.MultiPolygon{},
		"a neighbour": orb.Bound{Min: orb.Point{1, 0}, Max: orb.Point{2, 1}}, "far away": orb.Bound{Min: orb.Point{5, 0}, Max: orb.Point{6, 1}}} {
		if got := a.Lay([]*overlay.Area{overlay.New(g)}); got.Covered != 0 || got.Parts[0] != 0 {
			t.Errorf("%s: %+v", name, got)
		}
		if got := overlay.New(g).Lay([]*overlay.Area{a}); got.Covered != 0 {
			t.Errorf("over %s: %+v", name, got)
		}
	}
	_ = overlay.New(bow).Lay([]*overlay.Area{a}) // defined, whatever it is
	if got := a.Lay(nil); got.Covered != 0 || len(got.Parts) != 0 {
		t.Errorf("over nothing: %+v", got)
	}
}
