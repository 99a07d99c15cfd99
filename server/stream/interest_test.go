package stream

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
)

// A geometry is in a box when the two meet, also where its bounds say so already; and
// one without points is in none.
func TestInBoxes(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	place := func() orb.Point { return orb.Point{float64(r.IntN(9) - 4), float64(r.IntN(9) - 4)} }
	some := 0
	for range 3000 {
		g := []orb.Geometry{place(), orb.LineString{place(), place(), place()}, orb.MultiPoint{place(), place()},
			orb.LineString{}, orb.MultiPoint{}, orb.Polygon{}, orb.MultiPolygon{}}[r.IntN(7)]
		box := orb.Bound{Min: place(), Max: orb.Point{4, 4}}
		n := &interest{boxes: []orb.Bound{box}}
		want := !g.Bound().IsEmpty() && predicate.Intersects(box.ToPolygon(), g)
		if want {
			some++
		}
		if got := n.inBoxes(g); got != want {
			t.Fatalf("%v in %v: %v, want %v", g, box, got, want)
		}
	}
	if some < 500 {
		t.Errorf("only %d met", some)
	}
	if (&interest{boxes: []orb.Bound{{Min: orb.Point{-9, -9}, Max: orb.Point{9, 9}}}}).inBoxes(orb.MultiPoint{}) {
		t.Error("nothing is in a box")
	}
}
