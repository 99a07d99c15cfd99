package measure

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
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
