package track_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers/track"
)

// within is whether a geometry is at most d metres from a shape, without an index.
func within(g, shape orb.Geometry, d float64) bool {
	return predicate.Intersects(g, shape) || d > 0 && measure.Between(g, shape) <= d
}

// Visits of random shapes, with and without a margin, against every fix and every way
// between two by itself.
func TestVisits(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 31))
	through := 0
	for range 60 {
		fixes := walk(r, 2+r.IntN(150))
		i := r.IntN(len(fixes) - 1)
		a, b := fixes[i].Point(), fixes[i+1].Point()
		around, size := orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}, 0.0003+r.Float64()*.002
		if r.IntN(2) == 0 {
			size = max(1e-5, (a[0]-b[0])/8)
		}
		shape := orb.Geometry(orb.Polygon{geotest.Star(r, around, size, 3+r.IntN(20))})
		switch r.IntN(4) {
		case 0:
			shape = orb.LineString{around, {around[0] + .002, around[1] - .001}}
		case 1:
			shape = around
		}
		margin := float64(r.IntN(3)) * 20
		var want []track.Visit
		last := -2
		for i, f := range fixes {
			switch {
			case within(f.Point(), shape, margin):
				if last != i-1 {
					want = append(want, track.Visit{Enter: f.At()})
				}
				v := &want[len(want)-1]
				v.Leave, v.Fixes, last = f.At(), v.Fixes+1, i
			case i > 0 && last != i-1 && fixes[i-1].Point() != f.Point() && within(orb.LineString{fixes[i-1].Point(), f.Point()}, shape, margin):
				want = append(want, track.Visit{Enter: fixes[i-1].At(), Leave: f.At()})
				through++
			}
		}
		got := track.NewPlace(shape, predicate.Prepare(shape), margin).Visits(fixes)
		if !slices.Equal(got, want) {
			t.Fatalf("%v margin %v:\n%v, want\n%v", shape, margin, got, want)
		}
	}
	if through == 0 {
		t.Error("nobody went through between two fixes")
	}
}

// Coverage of lines, polygons and points, against every piece and every way.
func TestCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 32))
	for range 25 {
		margin := 1 + r.Float64()*40
		c := track.NewCoverage(margin)
		parts := [][]track.Fix{walk(r, 1+r.IntN(40)), walk(r, 1), walk(r, 1+r.IntN(10))}
		var shapes []orb.Geometry
		for range 12 {
			part := parts[r.IntN(3)]
			at := part[r.IntN(len(part))].Point()
			off := func() orb.Point { return orb.Point{at[0] + r.NormFloat64()*.0006, at[1] + r.NormFloat64()*.0006} }
			var g orb.Geometry
			switch r.IntN(4) {
			case 0:
				g = orb.Polygon{geotest.Star(r, off(), 0.0002, 7)}
			case 1:
				g = off()
			case 2:
				g = orb.MultiLineString{{off(), off(), off()}, {off(), off()}}
			default:
				a := off()
				g = orb.LineString{a, a, off(), off()}
			}
			shapes = append(shapes, g)
			if n, ok := c.Put(g); !ok || n != len(shapes)-1 {
				t.Fatal(n, ok)
			}
		}
		visited := func(g orb.Geometry) bool {
			for _, part := range parts {
				for i, f := range part {
					if measure.Between(f.Point(), g) <= margin {
						return true
					}
					if i > 0 && part[i-1].Point() != f.Point() && measure.Between(orb.LineString{part[i-1].Point(), f.Point()}, g) <= margin {
						return true
					}
				}
			}
			return false
		}
		seen := c.Begin()
		for _, part := range parts[1:] {
			c.Visit(seen, part)
		}
		more := c.Begin()
		c.Visit(more, parts[0])
		seen.Join(more)
		got := c.Sum(seen)
		for i, g := range shapes {
			want, size := 0.0, 0.0
			var lines orb.MultiLineString
			switch g := g.(type) {
			case orb.LineString:
				lines = orb.MultiLineString{g}
			case orb.MultiLineString:
				lines = g
			default:
				size = 1
				if visited(g) {
					want = 1
				}
			}
			for _, line := range lines {
				for j := 1; j < len(line); j++ {
					a, b := line[j-1], line[j]
					long := measure.Distance(a, b)
					n := 0
					for n = 1; long > 0 && long/float64(n) > track.PieceM; n++ {
					}
					for k := range n {
						at := (float64(k) + .5) / float64(n)
						size += long / float64(n)
						if visited(orb.Point{a[0] + at*(b[0]-a[0]), a[1] + at*(b[1]-a[1])}) {
							want += long / float64(n)
						}
					}
				}
			}
			if d := got[i] - want; d > 1e-6 || d < -1e-6 {
				t.Fatalf("%v within %v m: %v visited, want %v", g, margin, got[i], want)
			}
			if d := c.Size(i) - size; d > 1e-6 || d < -1e-6 {
				t.Fatalf("%v is %v, want %v", g, c.Size(i), size)
			}
		}
	}
	if empty := track.NewCoverage(10); len(empty.Sum(empty.Begin())) != 0 {
		t.Error("nothing was visited")
	}
}

// A known way: straight along half of a road, at the middle of the margin.
func TestCoverageOfAKnownWay(t *testing.T) {
	a := orb.Point{111.3, 30.7}
	b := measure.Destination(a, 90, 1000)
	c := track.NewCoverage(25)
	c.Put(orb.LineString{a, b})
	var part []track.Fix
	for i := range 51 {
		p := measure.Destination(measure.Destination(a, 90, float64(i)*10), 0, 15)
		f, err := track.NewFix(time.Unix(int64(1_790_000_000+10*i), 0), p, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		part = append(part, f)
	}
	seen := c.Begin()
	c.Visit(seen, part)
	// Up to 500 m, and 20 m further: sqrt(25² - 15²).
	if got := c.Sum(seen)[0]; got < 510 || got > 530 {
		t.Errorf("%v m of the road", got)
	}
}
