package duty

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
)

// star is a random polygon around a place, with a hole when it is large.
func star(r *rand.Rand, at orb.Point, radiusM float64) orb.Polygon {
	ring := func(from, to float64, n int) orb.Ring {
		var out orb.Ring
		for i := range n {
			out = append(out, measure.Destination(at, 360*float64(i)/float64(n), from+(to-from)*r.Float64()))
		}
		return append(out, out[0])
	}
	p := orb.Polygon{ring(radiusM/2, radiusM, 3+r.IntN(20))}
	if r.IntN(2) == 0 {
		p = append(p, ring(radiusM/5, radiusM/4, 3+r.IntN(5)))
	}
	return p
}

// outline is the border of a polygon as lines.
func outline(p orb.Polygon) (out orb.MultiLineString) {
	for _, r := range p {
		out = append(out, orb.LineString(r))
	}
	return out
}

// The distance is that of the whole outline, and each sample lies in the polygon
// as exact geometry has it, wherever the position lies.
func TestShareAgainstExactGeometry(t *testing.T) {
	r := geotest.Rand(t)
	for range 400 {
		middle := orb.Point{-170 + 340*r.Float64(), -60 + 120*r.Float64()}
		size := math.Exp(1 + 8*r.Float64())
		g := star(r, middle, size)
		at := measure.Destination(middle, 360*r.Float64(), 1.3*size*r.Float64())
		s := NewSpread(at, size*r.Float64()*float64(r.IntN(3)))
		shape := predicate.Prepare(g)
		borderM, in := s.inside(g, shape.Locate(at) != predicate.Outside)
		if want := measure.DistanceTo(at, outline(g)); math.Abs(borderM-want) > 1e-6+1e-9*want {
			t.Fatalf("border %v, want %v", borderM, want)
		}
		for i, yes := range in {
			q := orb.Point{at[0] + s.xs[i]/s.kx, at[1] + s.ys[i]/s.ky}
			if measure.DistanceTo(q, outline(g)) < 1e-6*size {
				continue
			}
			if want := shape.Locate(q) == predicate.Inside; yes != want {
				t.Fatalf("sample %d of %v: inside %v, want %v", i, at, yes, want)
			}
		}
	}
}

// The stated probability is that of a million true places drawn at random.
func TestShareAgainstMonteCarlo(t *testing.T) {
	r := geotest.Rand(t)
	for range 12 {
		at := orb.Point{111.29, 30.69}
		accuracyM := 3 + 40*r.Float64()
		g := star(r, measure.Destination(at, 360*r.Float64(), 60*r.Float64()), 20+60*r.Float64())
		shape := predicate.Prepare(g)
		_, got := NewSpread(at, accuracyM).Share(g, shape.Locate(at) == predicate.Inside)
		const n = 40_000
		hits := 0
		for range n {
			sigma := accuracyM / 2.4477468306808166 // the 95 % quantile of a Rayleigh distribution
			q := orb.Point{at[0] + sigma*r.NormFloat64()/(111319.490793*math.Cos(at[1]*math.Pi/180)*1.00087), at[1] + sigma*r.NormFloat64()/110863}
			if shape.Locate(q) == predicate.Inside {
				hits++
			}
		}
		if want := float64(hits) / n; math.Abs(got-want) > 0.02 {
			t.Errorf("accuracy %.1f m: %v, drawn %v", accuracyM, got, want)
		}
	}
}

func TestSpreadOnABorder(t *testing.T) {
	square := orb.Polygon{{{111, 30}, {112, 30}, {112, 31}, {111, 31}, {111, 30}}}
	for _, p := range []orb.Point{{111, 30.5}, {111.5, 30}, {111, 30}, {112, 31}} {
		if d, share := NewSpread(p, 0).Share(square, true); d != 0 || share != 1 {
			t.Errorf("%v: %v m, %v", p, d, share)
		}
	}
	if _, share := NewSpread(orb.Point{111, 30.5}, 30).Share(square, true); math.Abs(share-0.5) > 0.01 {
		t.Errorf("half: %v", share)
	}
	if _, share := NewSpread(orb.Point{111, 30}, 30).Share(square, true); math.Abs(share-0.25) > 0.01 {
		t.Errorf("a quarter: %v", share)
	}
	if s := NewSpread(orb.Point{111, 30}, math.NaN()); s.ReachM() != 0 {
		t.Errorf("NaN reaches %v", s.ReachM())
	}
	if s := NewSpread(orb.Point{111, 30}, 1e9); s.ReachM() > 1.2*MaxAccuracyM {
		t.Errorf("an absurd accuracy reaches %v", s.ReachM())
	}
}
