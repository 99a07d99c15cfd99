package measure_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
)

// Points of the boxes are the oracle: none may be nearer than the bound, and for
// boxes of city size some pair of places on the outlines must be about as near.
func TestBoxDistanceIsALowerBound(t *testing.T) {
	r := geotest.Rand(t)
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for range 4000 {
		around, share := geotest.City, 0.4
		if r.IntN(3) == 0 {
			around, share = world, 0.5
		}
		a, b := geotest.Box(r, around, share), geotest.Box(r, around, share)
		floor := measure.BoxDistance(a, b)
		if back := measure.BoxDistance(b, a); math.Abs(floor-back) > 1e-6 {
			t.Fatalf("%v and %v: %v there, %v back", a, b, floor, back)
		}
		nearest := math.Inf(1)
		for i := range 60 {
			p, q := geotest.Point(r, a), geotest.Point(r, b)
			if i%2 == 0 { // the place of b nearest to p in the plane
				q = orb.Point{min(max(p[0], b.Min[0]), b.Max[0]), min(max(p[1], b.Min[1]), b.Max[1])}
				p = orb.Point{min(max(q[0], a.Min[0]), a.Max[0]), min(max(q[1], a.Min[1]), a.Max[1])}
			}
			d := measure.Distance(p, q)
			if nearest = min(nearest, d); d < floor {
				t.Fatalf("%v of %v and %v of %v are %v m apart, bound %v", p, a, q, b, d, floor)
			}
		}
		if around == geotest.City && floor < nearest*0.98-1e-9 {
			t.Fatalf("%v and %v: the bound %v is far below %v", a, b, floor, nearest)
		}
	}
	east, west := orb.Bound{Min: orb.Point{179.9, 10}, Max: orb.Point{180, 11}}, orb.Bound{Min: orb.Point{-180, 10}, Max: orb.Point{-179.9, 11}}
	if d := measure.BoxDistance(east, west); d > 1e-3 {
		t.Errorf("across the antimeridian: %v", d)
	}
	if d := measure.BoxDistance(east, orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{0, 0}}); !math.IsInf(d, 1) {
		t.Errorf("to an empty box: %v", d)
	}
}
