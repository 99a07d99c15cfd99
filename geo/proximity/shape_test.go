package proximity_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/proximity"
)

func geometry(r *rand.Rand) orb.Geometry {
	switch r.IntN(9) {
	case 0:
		return geotest.Point(r, geotest.City)
	case 1:
		return orb.MultiPoint(geotest.Points(r, geotest.City, 1+r.IntN(60)))
	case 2, 3:
		return geotest.Line(r, geotest.City, 2+r.IntN(80), 0.01)
	case 4:
		return orb.MultiLineString{geotest.Line(r, geotest.City, 4, 0.01), geotest.Line(r, geotest.City, 40, 0.01)}
	case 5:
		return geotest.Box(r, geotest.City, 0.2)
	case 6:
		return geotest.MultiPolygon(r, geotest.City, 8+r.IntN(40))
	case 7:
		return orb.Collection{geotest.Point(r, geotest.City), geotest.Polygon(r, geotest.City, 12)}
	}
	return geotest.Polygon(r, geotest.City, 8+r.IntN(80))
}

// The oracle walks along every edge of one geometry in small steps and measures
// from there to the other, which says how far they can be apart at most; and the
// sampled distance cannot be beaten by more than half a step.
func sampled(a, b orb.Geometry) (least, step float64) {
	if predicate.Intersects(a, b) {
		return 0, 0
	}
	least = math.Inf(1)
	for _, e := range proximity.New(a).Edges() {
		n := 8
		for i := range n + 1 {
			t := float64(i) / float64(n)
			p := orb.Point{e.A[0] + t*(e.B[0]-e.A[0]), e.A[1] + t*(e.B[1]-e.A[1])}
			least = min(least, measure.DistanceTo(p, b))
		}
		step = max(step, measure.Distance(e.A, e.B)/float64(n))
	}
	return least, step
}

func TestDistanceAgainstSamples(t *testing.T) {
	r := geotest.Rand(t)
	for range 200 {
		a, b := geometry(r), geometry(r)
		s := proximity.New(a)
		got := s.Distance(b)
		least, step := sampled(a, b)
		if got > least+1e-6 || got < least-step/2-1e-6 {
			t.Fatalf("%v and %v: %v m, the samples say %v", a, b, got, least)
		}
		if back := proximity.New(b).Distance(a); math.Abs(got-back) > 1e-6 {
			t.Fatalf("%v and %v: %v there and %v back", a, b, got, back)
		}
		if floor := s.Floor(b.Bound()); floor > got {
			t.Fatalf("%v and %v: the floor %v is above the distance %v", a, b, floor, got)
		}
	}
}

// For points the other ways to measure must say the same to the last bit or so.
func TestPointsAsMeasured(t *testing.T) {
	r := geotest.Rand(t)
	for range 200 {
		g, p := geometry(r), geotest.Point(r, geotest.City)
		s := proximity.New(g)
		want := measure.DistanceTo(p, g)
		if got := s.Distance(p); math.Abs(got-want) > 1e-6 {
			t.Fatalf("%v from %v: %v, want %v", g, p, got, want)
		}
		d, place, edge := s.Nearest(p)
		e := s.Edges()[edge]
		if want > 0 && math.Abs(d-want) > 1e-6 || math.Abs(measure.Distance(p, place)-d) > 1e-6 ||
			measure.DistanceTo(place, orb.LineString{e.A, e.B}) > 1e-3 {
			t.Fatalf("%v from %v: place %v on edge %d is %v m away, want %v", g, p, place, edge, d, want)
		}
	}
}

func TestNothingIsFar(t *testing.T) {
	for _, g := range []orb.Geometry{nil, orb.LineString{}, orb.MultiPolygon{}, orb.Collection{}} {
		s := proximity.New(g)
		if d := s.Distance(orb.Point{1, 1}); !math.IsInf(d, 1) {
			t.Errorf("%T: %v m from a point", g, d)
		}
		if d := s.Distance(orb.LineString{{1, 1}, {2, 2}}); !math.IsInf(d, 1) {
			t.Errorf("%T: %v m from a line", g, d)
		}
		if d := proximity.New(orb.LineString{{1, 1}, {2, 2}}).Distance(g); !math.IsInf(d, 1) {
			t.Errorf("%T: a line is %v m away", g, d)
		}
		if d := s.Floor(orb.Bound{}); !math.IsInf(d, 1) {
			t.Errorf("%T: floor %v", g, d)
		}
	}
}
