package measure_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
)

// TestAroundBoundsDistance compares the bounds with Distance itself, from a
// millimetre to the whole Earth, at the poles and over the antimeridian.
func TestAroundBoundsDistance(t *testing.T) {
	r := geotest.Rand(t)
	lat := func() float64 {
		switch r.IntN(6) {
		case 0:
			return []float64{-90, 90, 0, 89.9999, -89.9}[r.IntN(5)]
		case 1:
			return 90 - math.Exp(-r.Float64()*15)
		}
		return r.Float64()*180 - 90
	}
	clamp := func(p orb.Point) orb.Point {
		return orb.Point{max(-180, min(180, p[0])), max(-90, min(90, p[1]))}
	}
	decided := 0
	for range 60_000 {
		p := orb.Point{r.Float64()*360 - 180, lat()}
		if r.IntN(10) == 0 {
			p[0] = []float64{-180, 180, 179.9999, -179.9999}[r.IntN(4)]
		}
		a := measure.NewAround(p)
		scale := math.Exp(-r.Float64()*18) * 90
		near := func() orb.Point {
			return clamp(orb.Point{p[0] + (r.Float64()*2-1)*scale, p[1] + (r.Float64()*2-1)*scale})
		}
		b := orb.MultiPoint{near(), near()}.Bound()
		q := orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
		if r.IntN(4) == 0 {
			q = b.Min
		}
		d := measure.Distance(p, q)
		if least, most := a.Least(b), a.Most(b); least > d || most < d {
			t.Fatalf("from %v to %v in %v are %v m, not between %v and %v", p, q, b, d, least, most)
		}
		if a.Near(q) > d {
			t.Fatalf("from %v to %v are %v m, not at least %v", p, q, d, a.Near(q))
		}
		for _, radius := range []float64{d, math.Nextafter(d, -1), d * (1 + r.NormFloat64()*1e-3), r.Float64() * d * 2} {
			if got := a.Within(q, radius); got != (d <= radius) {
				t.Fatalf("from %v to %v are %v m: within %v is %v", p, q, d, radius, got)
			}
			disc := measure.NewDisc(p, radius)
			if got := disc.Contains(q); got != (d <= radius) {
				t.Fatalf("from %v to %v are %v m: in a disc of %v is %v", p, q, d, radius, got)
			}
			want := 0
			for _, v := range []orb.Point{q, b.Min, b.Max} {
				if measure.Distance(p, v) <= radius {
					want++
				}
			}
			if got := disc.Count([]orb.Point{q, b.Min, b.Max, {math.NaN(), math.NaN()}}); got != want { // nowhere is in no disc
				t.Fatalf("a disc of %v m around %v contains %d, not %d", radius, p, got, want)
			}
			if all, none := disc.Relate(b); all && d > radius || none && d <= radius {
				t.Fatalf("from %v to %v in %v are %v m: all or none in a disc of %v: %v, %v", p, q, b, d, radius, all, none)
			}
		}
		if d < 1000 && math.Abs(p[1]) < 60 {
			decided++
			if d-a.Near(q) > d*1e-3 {
				t.Fatalf("from %v to %v are %v m, the bound %v is loose", p, q, d, a.Near(q))
			}
		}
		if b.Contains(p) && a.Least(b) != 0 {
			t.Fatalf("%v lies in %v, at %v m", p, b, a.Least(b))
		}
	}
	if decided < 1000 {
		t.Fatalf("only %d near pairs", decided)
	}
	for _, radius := range []float64{-1, math.NaN()} {
		if d := measure.NewDisc(orb.Point{1, 2}, radius); d.Contains(orb.Point{1, 2}) {
			t.Errorf("a disc of %v m has a point", radius)
		}
	}
	disc := measure.NewDisc(orb.Point{111.29, 30.69}, 1000)
	inner, outer := measure.Circle(orb.Point{111.29, 30.69}, 700), measure.Circle(orb.Point{111.31, 30.69}, 800)
	if all, _ := disc.Relate(inner); !all {
		t.Error("a square of 1.4 km is not said to lie in a disc of 1 km")
	}
	if _, none := disc.Relate(outer); !none {
		t.Error("a square 100 m away is not said to lie outside a disc")
	}
	a := measure.NewAround(orb.Point{1, 2})
	if empty := (orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{0, 0}}); !math.IsInf(a.Least(empty), 1) || !math.IsInf(a.Most(empty), 1) {
		t.Error("an empty box is not infinitely far")
	}
}

func BenchmarkDiscContains(b *testing.B) {
	d := measure.NewDisc(orb.Point{111.29, 30.69}, 1000)
	r := rand.New(rand.NewPCG(1, 1))
	var q [1024]orb.Point
	for i := range q {
		q[i] = orb.Point{111.29 + (r.Float64()*2-1)*0.02, 30.69 + (r.Float64()*2-1)*0.02}
	}
	n := 0
	for i := 0; b.Loop(); i++ {
		if d.Contains(q[i%1024]) {
			n++
		}
	}
}
