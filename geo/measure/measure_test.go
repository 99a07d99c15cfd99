package measure

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
)

func TestDistanceGolden(t *testing.T) {
	for _, c := range []struct {
		a, b orb.Point
		want float64
		tol  float64
	}{
		{orb.Point{113.2644, 23.1291}, orb.Point{113.32452, 23.10648}, 6648.3035, 1e-4},
		{orb.Point{116.397428, 39.90923}, orb.Point{116.3883, 39.9289}, 2319.2589, 1e-4},
		{orb.Point{104.0657, 30.5728}, orb.Point{104.0700, 30.5730}, 413.0827, 1e-4},
		{orb.Point{174.81, -41.32}, orb.Point{-5.50, 40.96}, 19959679.26735382, 1e-6},
		{orb.Point{-73.8, 40.6}, orb.Point{-0.5, 51.6}, 5551759.400319, 1e-5},
		{orb.Point{0, -90}, orb.Point{0, 90}, 20003931.458625, 1e-5},
		{orb.Point{0, 0}, orb.Point{90, 0}, math.Pi / 2 * semiMajor, 1e-6},
	} {
		if got := Distance(c.a, c.b); math.Abs(got-c.want) > c.tol {
			t.Errorf("Distance(%v, %v) = %.8f, want %.8f", c.a, c.b, got, c.want)
		}
		if got := longDistance(c.a[1], c.b[1], math.Abs(degreesBetween(c.a[0], c.b[0]))); math.Abs(got-c.want) > c.tol {
			t.Errorf("long Distance(%v, %v) = %.8f, want %.8f", c.a, c.b, got, c.want)
		}
	}
}

// Near and Between say the same, at limits on both sides of the distance, and
// Between is the least of all distances from a vertex.
func TestNearIsBetween(t *testing.T) {
	r := geotest.Rand(t)
	for i := range 1500 {
		step := math.Pow(10, -4+5*r.Float64())
		shape := func() orb.Geometry {
			switch r.IntN(4) {
			case 0:
				return orb.MultiPoint(geotest.Points(r, geotest.City, 1+r.IntN(3)))
			case 1:
				return geotest.Polygon(r, geotest.City, 8)
			}
			return geotest.Line(r, geotest.City, 2+r.IntN(4), step)
		}
		a, b := shape(), shape()
		want := math.Inf(1)
		for _, pair := range [2][2]orb.Geometry{{a, b}, {b, a}} {
			Vertices(pair[0], func(p orb.Point) bool {
				want = min(want, DistanceTo(p, pair[1]))
				return true
			})
		}
		got := Between(a, b)
		if got != want {
			t.Fatalf("%d: Between is %v, the nearest vertex %v away", i, got, want)
		}
		for _, c := range []struct {
			limit float64
			want  bool
		}{{want, true}, {want*1.001 + 1, true}, {math.Nextafter(want, 0), want == 0}, {want/2 - 1e-9, false}, {math.Inf(1), true}} {
			if got := Near(a, b, c.limit); got != c.want {
				t.Fatalf("%d: %v m apart, Near %v: %v", i, want, c.limit, got)
			}
		}
	}
	for _, g := range []orb.Geometry{nil, orb.MultiPoint{}, orb.Collection{nil}} {
		if d := Between(orb.Point{1, 1}, g); !math.IsInf(d, 1) || Near(g, orb.Point{1, 1}, 1e9) {
			t.Errorf("%#v is %v away", g, d)
		}
	}
}
