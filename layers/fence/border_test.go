package fence

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/predicate"
)

// on is a few points where it is easy to be wrong: on a coarse lattice, so that ways
// and borders share lines, ends and corners.
func on(rng *rand.Rand) orb.Point { return orb.Point{float64(rng.IntN(9)), float64(rng.IntN(9))} }

func latticeShape(rng *rand.Rand) orb.Geometry {
	ring := func() orb.Ring {
		w, s := float64(rng.IntN(7)), float64(rng.IntN(7))
		r := orb.Ring{{w, s}, {w + 1 + float64(rng.IntN(2)), s}, {w + 2, s + 2}, {w, s + 1 + float64(rng.IntN(2))}}
		if rng.IntN(2) == 0 {
			r = append(r, r[0]) // closed or not, it is the same ring
		}
		return r
	}
	switch rng.IntN(6) {
	case 0:
		return on(rng)
	case 1:
		return orb.LineString{on(rng), on(rng), on(rng)}
	case 2:
		return orb.MultiPolygon{{ring()}, {ring()}}
	case 3:
		return orb.Collection{orb.Polygon{ring()}, orb.Polygon{ring()}, on(rng)}
	case 4:
		return ring()
	}
	return orb.Polygon{ring()}
}

// A plain shape is located, and met by a way, as the prepared one is; a way that meets
// no edge has both its ends in the shape or none; and whatever it meets, counting the
// crossings leads from one end's side to the other's.
func TestBordersAgainstPrepared(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 3))
	for range 20_000 {
		g := latticeShape(rng)
		p := predicate.Prepare(g)
		a, b := on(rng), on(rng)
		if rng.IntN(2) == 0 {
			b = orb.Point{b[0] + rng.NormFloat64(), b[1] + rng.NormFloat64()}
		}
		f := NewFences()
		f.Put("x", g)
		s := &f.slots[0]
		if got, want := s.holds(a), p.Locate(a) != predicate.Outside; got != want {
			t.Fatalf("%v in %v: %v", a, g, got)
		}
		if got, want := s.meets(a, b), p.Intersects(orb.LineString{a, b}); got != want {
			t.Fatalf("%v to %v meets %v: %v", a, b, g, got)
		}
		if s.plain {
			if got, want := locate(g, b), p.Locate(b); got != want {
				t.Fatalf("%v is %v to %v, want %v", b, got, g, want)
			}
		}
		crosses, unsure := 0, false
		eachEdge(g, func(p, q orb.Point) bool {
			switch meeting(p, q, a, b) {
			case crossing:
				crosses++
			case touching:
				unsure = true
			}
			return true
		})
		switch same := s.holds(a) == s.holds(b); {
		case crosses == 0 && !unsure && !same, s.plain && !unsure && same != (crosses%2 == 0):
			t.Fatalf("%v to %v: %d crossings of %v, in %v and %v", a, b, crosses, g, s.holds(a), s.holds(b))
		}
	}
}

// Whether its edges are packed, loose, or kept around an object, the same borders are
// found on a way.
func TestAlongIsTheSameByEveryIndex(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 4))
	for range 200 {
		f, packed := NewFences(), NewFences()
		for i := range 40 {
			g := latticeShape(rng)
			name := string(rune('a' + i%30)) // some are changed
			f.Put(name, g)
			packed.Put(name, g)
			if i == 20 {
				packed.Settle()
			}
		}
		if rng.IntN(2) == 0 {
			packed.Settle()
		}
		at := object{point: on(rng), reach: usual}
		for range 20 {
			next := at
			next.point = orb.Point{at.point[0] + float64(rng.IntN(3)-1), at.point[1] + float64(rng.IntN(3)-1)/2}
			want, ok := f.search(at.point, next.point, nil)
			if !ok {
				t.Fatal("taken as a jump")
			}
			for name, set := range map[string]*Fences{"loose": f, "packed": packed} {
				got, ok := set.along(&at, &next, nil)
				again, _ := set.search(at.point, next.point, nil)
				if at.point == next.point {
					continue
				}
				if !ok || !slices.Equal(got, want) || !slices.Equal(again, want) {
					t.Fatalf("%s: from %v to %v %v and %v, want %v", name, at.point, next.point, got, again, want)
				}
				if next.around != nil && !next.around.box.Contains(next.point) {
					t.Fatal("it is not in its box")
				}
				next.around = at.around
			}
			if rng.IntN(4) > 0 { // keep what is around it among the packed ones
				packed.along(&at, &next, nil)
				at = next
				f = packed
			} else {
				at.point = next.point
				at.around = nil
			}
		}
	}
}

// Boxes that meet meet when they are rough, too, wherever they lie to the box around
// an object, and most of those that do not are told apart.
func TestRoughBoxes(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 5))
	apart, told := 0, 0
	for range 2000 {
		center, size := orb.Point{360*rng.Float64() - 180, 180*rng.Float64() - 90}, math.Pow(10, -14*rng.Float64())
		whole := orb.Bound{Min: center, Max: orb.Point{center[0] + size*rng.Float64(), center[1] + size*rng.Float64()}}
		at := func(axis int) float64 {
			switch rng.IntN(8) {
			case 0:
				return whole.Min[axis]
			case 1:
				return whole.Max[axis]
			}
			return whole.Min[axis] + (1.4*rng.Float64()-0.2)*(whole.Max[axis]-whole.Min[axis])
		}
		var edges []nearEdge
		for range maxAround {
			edges = append(edges, nearEdge{edge: edge{orb.Point{at(0), at(1)}, orb.Point{at(0), at(1)}}})
		}
		k := newAround(whole, edges)
		for range 20 {
			way := wayBox(orb.Point{at(0), at(1)}, orb.Point{at(0), at(1)})
			rough := k.rougher(way).way()
			for i := range edges {
				switch meets := edges[i].box().Intersects(way); {
				case meets && !k.rough[i].meets(rough):
					t.Fatalf("%v and %v around %v", edges[i], way, whole)
				case !meets:
					if apart++; !k.rough[i].meets(rough) {
						told++
					}
				}
			}
		}
	}
	if told < apart*3/4 {
		t.Errorf("%d of %d boxes that do not meet are told apart", told, apart)
	}
}
