package measure_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
)

// TestPlaneKeepsItsShare compares distances on planes of all sizes and latitudes with
// Distance.
func TestPlaneKeepsItsShare(t *testing.T) {
	r := geotest.Rand(t)
	planes := 0
	for range 20_000 {
		lon, lat, size := r.Float64()*350-175, r.Float64()*170-85, math.Exp(-r.Float64()*12)
		b := orb.Bound{Min: orb.Point{lon, lat}, Max: orb.Point{lon + r.Float64()*size, lat + r.Float64()*size}}
		p, ok := measure.NewPlane(b)
		if !ok {
			continue
		}
		planes++
		for range 5 {
			u, v := geotest.Point(r, b), geotest.Point(r, b)
			x1, y1 := p.At(u)
			x2, y2 := p.At(v)
			d, flat := measure.Distance(u, v), math.Hypot(x2-x1, y2-y1)
			if d > flat*(1+p.Err())+1e-6 || d < flat*(1-p.Err())-1e-6 {
				t.Fatalf("from %v to %v are %v m, %v on a plane good to %v", u, v, d, flat, p.Err())
			}
		}
	}
	if planes < 10_000 {
		t.Fatalf("%d planes", planes)
	}
	if _, ok := measure.NewPlane(orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{20, 20}}); ok {
		t.Error("a box of a continent is said to be flat")
	}
	if _, ok := measure.NewPlane(orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{0, 0}}); ok {
		t.Error("an empty box is said to be flat")
	}
}
