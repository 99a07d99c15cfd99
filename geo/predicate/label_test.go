package predicate

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
)

// The search finds the same point, to the bit, as one that works out the depth of every
// cell and looks at all of them for the most promising.
func TestLabelPointsAreThoseOfThePlainSearch(t *testing.T) {
	r := geotest.Rand(t)
	for i := range 90 {
		var g orb.Geometry = geotest.MultiPolygon(r, geotest.City, 1+r.IntN(15))
		switch x, y := 111+r.Float64(), 30+r.Float64(); i % 3 {
		case 1: // a rectangle
			w, h := 0.001*math.Exp(2*r.NormFloat64()), 0.001*math.Exp(2*r.NormFloat64())
			g = orb.Polygon{{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}, {x, y}}}
		case 2: // anything, however crossed
			var ring orb.Ring
			for range 4 + r.IntN(20) {
				ring = append(ring, orb.Point{x + 0.01*r.Float64(), y + 0.01*r.Float64()})
			}
			g = orb.Polygon{append(ring, ring[0])}
		}
		if got, want := LabelPoint(g), plainLabel(g); got != want {
			t.Fatalf("%v: the label is at %v, want %v", g, got, want)
		}
	}
}

func plainLabel(g orb.Geometry) orb.Point {
	m, ok := g.(orb.MultiPolygon)
	if !ok {
		m = orb.MultiPolygon{g.(orb.Polygon)}
	}
	seed := inPolygons(m)
	a := newArea(m...)
	k := stretch(a.bound.Center()[1])
	w, h := (a.bound.Max[0]-a.bound.Min[0])*k, a.bound.Max[1]-a.bound.Min[1]
	size := min(w, h)
	if size <= 0 {
		return seed
	}
	precision := size / 100
	depth := func(p orb.Point) float64 {
		d, _ := a.depth(p, k, 0)
		return d
	}
	best := cell{at: seed, depth: depth(seed)}
	var q []cell
	push := func(x, y, half float64) {
		c := cell{at: orb.Point{x, y}, half: half}
		c.depth = depth(c.at)
		c.most = c.depth + half*math.Sqrt2
		if c.depth > best.depth {
			best = c
		}
		if c.most > best.depth+precision {
			q = append(q, c)
		}
	}
	nx, ny := int(min(64, math.Ceil(w/size))), int(min(64, math.Ceil(h/size)))
	half := max(size/2, w/float64(nx)/2, h/float64(ny)/2)
	for i := range nx {
		for j := range ny {
			push(a.bound.Min[0]+(2*float64(i)+1)*half/k, a.bound.Min[1]+(2*float64(j)+1)*half, half)
		}
	}
	for budget := 4000; len(q) > 0 && budget > 0; budget-- {
		first := 0
		for i := range q {
			if cmp.Or(-cmp.Compare(q[i].most, q[first].most), slices.Compare(q[i].at[:], q[first].at[:])) < 0 {
				first = i
			}
		}
		c := q[first]
		q = slices.Delete(q, first, first+1)
		if c.most <= best.depth+precision {
			break
		}
		s := c.half / 2
		for _, d := range [4][2]float64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
			push(c.at[0]+d[0]*s/k, c.at[1]+d[1]*s, s)
		}
	}
	if a.locate(best.at) != Inside {
		return seed
	}
	return best.at
}

func BenchmarkLabelPoint(b *testing.B) {
	r := geotest.Rand(b)
	var list []orb.MultiPolygon
	for range 200 {
		list = append(list, geotest.MultiPolygon(r, geotest.City, 8))
	}
	for i := 0; b.Loop(); i++ {
		LabelPoint(list[i%len(list)])
	}
}
