package hexgrid_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
)

// places are middles of random walks: cities, an edge of the icosahedron, the
// antimeridian, a pentagon, and anywhere.
func places(rng *rand.Rand) []orb.Point {
	out := []orb.Point{{116.4, 39.9}, {104.06, 30.57}, {111.28, 30.68}, {180, 10}, {-180, -45}, {0, 0}, {0, 90}, {30, -90}}
	for _, p := range h3.Pentagons(3) {
		ll := h3.CellToLatLng(p)
		out = append(out, orb.Point{ll.Lng, ll.Lat})
	}
	for range 60 {
		out = append(out, orb.Point{rng.Float64()*360 - 180, math.Asin(rng.Float64()*2-1) * 180 / math.Pi})
	}
	return out
}

// The library's own answer is the oracle: for points scattered around a place,
// and for points pressed against the sides and corners of cells.
func TestFinderAgreesWithAt(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 1))
	for _, place := range places(rng) {
		res := rng.IntN(16)
		f := hexgrid.NewFinder(res)
		spread := 400.0 / math.Pow(2.6, float64(res)) // degrees: some cells
		for range 400 {
			p := orb.Point{place[0] + rng.NormFloat64()*spread, place[1] + rng.NormFloat64()*spread}
			if got, want := f.At(p), hexgrid.At(p, res); got != want {
				t.Fatalf("the cell of %v at %d is %s, want %s", p, res, got, want)
			}
		}
		c := hexgrid.At(orb.Point{math.Mod(place[0], 180), place[1]}, res)
		ring := c.Boundary()
		for i := range ring[1:] {
			for range 60 {
				u := rng.Float64()
				if rng.IntN(4) == 0 {
					u = 0
				}
				off := math.Pow(10, -4-11*rng.Float64()) // 11 m down to less than an atom
				p := orb.Point{ring[i][0]*(1-u) + ring[i+1][0]*u + rng.NormFloat64()*off, ring[i][1]*(1-u) + ring[i+1][1]*u + rng.NormFloat64()*off}
				if got, want := f.At(p), hexgrid.At(p, res); got != want {
					t.Fatalf("the cell of %v near the side of %s is %s, want %s", p, c, got, want)
				}
			}
		}
	}
}

// A box that is said to lie in a cell holds no point of another: points on its
// border, where another cell would come in first, are asked of the library.
func TestFinderBoxesAreCertain(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 2))
	sure, refused := 0, 0
	for _, place := range places(rng) {
		for range 60 {
			res := rng.IntN(14)
			f := hexgrid.NewFinder(res)
			size := 60 / math.Pow(2.645751, float64(res)) * math.Pow(10, -2*rng.Float64())
			lon, lat := place[0]+rng.NormFloat64()*size*5, place[1]+rng.NormFloat64()*size*5
			b := orb.Bound{Min: orb.Point{lon, lat}, Max: orb.Point{lon + size*rng.Float64(), lat + size*rng.Float64()}}
			c, ok := f.Box(b)
			if !ok {
				refused++
				continue
			}
			sure++
			for i := range 40 {
				u, side := rng.Float64(), i%4
				p := [...]orb.Point{
					{b.Min[0] + u*(b.Max[0]-b.Min[0]), b.Min[1]}, {b.Min[0] + u*(b.Max[0]-b.Min[0]), b.Max[1]},
					{b.Min[0], b.Min[1] + u*(b.Max[1]-b.Min[1])}, {b.Max[0], b.Min[1] + u*(b.Max[1]-b.Min[1])}}[side]
				if got := hexgrid.At(p, res); got != c {
					t.Fatalf("box %v of resolution %d is said to lie in %s, but %v lies in %s", b, res, c, p, got)
				}
			}
		}
	}
	// Boxes as large as are believed: their sides bulge out between the corners.
	for range 600 {
		res := rng.IntN(4)
		f := hexgrid.NewFinder(res)
		middle := hexgrid.At(orb.Point{rng.Float64()*360 - 180, rng.Float64()*160 - 80}, res).Center()
		wide := 0.5 + 4*rng.Float64()
		box := func(size float64) orb.Bound {
			return orb.Bound{Min: orb.Point{middle[0] - size*wide, middle[1] - size}, Max: orb.Point{middle[0] + size*wide, middle[1] + size}}
		}
		lo, hi := 0.0, 90.0
		for range 40 {
			if _, ok := f.Box(box((lo + hi) / 2)); ok {
				lo = (lo + hi) / 2
			} else {
				hi = (lo + hi) / 2
			}
		}
		b := box(lo)
		for i := range 120 {
			u := float64(i/4) / 30
			p := [...]orb.Point{
				{b.Min[0] + u*(b.Max[0]-b.Min[0]), b.Min[1]}, {b.Min[0] + u*(b.Max[0]-b.Min[0]), b.Max[1]},
				{b.Min[0], b.Min[1] + u*(b.Max[1]-b.Min[1])}, {b.Max[0], b.Min[1] + u*(b.Max[1]-b.Min[1])}}[i%4]
			if got := hexgrid.At(p, res); got != hexgrid.At(middle, res) {
				t.Fatalf("box %v of resolution %d is said to lie in a cell, but %v lies in %s", b, res, p, got)
			}
		}
	}
	if sure < 300 || refused < 300 {
		t.Errorf("%d boxes lie in a cell, %d may not: nothing was tried", sure, refused)
	}
	if _, ok := hexgrid.NewFinder(9).Box(orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{0, 0}}); ok {
		t.Error("an empty box lies in a cell")
	}
}

func BenchmarkAt(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		hexgrid.At(orb.Point{116 + rng.Float64()*0.01, 39 + rng.Float64()*0.01}, 7)
	}
}

func BenchmarkFinderAt(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	f := hexgrid.NewFinder(7)
	for b.Loop() {
		f.At(orb.Point{116 + rng.Float64()*0.01, 39 + rng.Float64()*0.01})
	}
}
