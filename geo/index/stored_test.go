package index_test

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/index"
)

// A tree that is made of another's memory finds what that finds, and memory that is
// not that of a tree of so many rows is refused.
func TestRestore(t *testing.T) {
	r := geotest.Rand(t)
	found := func(p *index.Packed, b orb.Bound) (out []uint32) {
		p.Search(b, func(row uint32) bool {
			out = append(out, row)
			return true
		})
		return out
	}
	for _, n := range []int{0, 1, 2, 15, 16, 17, 255, 256, 257, 4097} {
		points := make([]orb.Point, n)
		for i := range points {
			points[i] = geotest.Point(r, geotest.City)
			if r.IntN(20) == 0 {
				points[i] = orb.Point{math.NaN(), math.NaN()}
			}
		}
		boxes, _ := index.Build(n, func(i int) orb.Bound {
			b := orb.Bound{Min: points[i], Max: points[i]}
			return b.Pad(0.001)
		})
		dots, _ := index.BuildPoints(slices.Clone(points))
		again, err := index.Restore(n, boxes.Memory())
		if err != nil {
			t.Fatal(n, err)
		}
		dotsAgain, err := index.RestorePoints(dots.Points(), dots.Memory())
		if err != nil {
			t.Fatal(n, err)
		}
		for range 20 {
			a := geotest.Point(r, geotest.City)
			b := orb.Bound{Min: a, Max: a}.Pad(0.05)
			if !slices.Equal(found(boxes, b), found(again, b)) || !slices.Equal(found(dots, b), found(dotsAgain, b)) {
				t.Fatalf("%d rows: another answer in %v", n, b)
			}
		}
		for _, wrong := range []int{-1, n - 1, n + 1, 16*n + 16, math.MaxInt32, math.MaxInt} {
			if _, err := index.Restore(wrong, boxes.Memory()); err == nil && len(boxes.Memory()) > 0 {
				t.Errorf("the memory of %d rows is taken for that of %d", n, wrong)
			}
		}
		if n > 1 {
			bent := slices.Clone(boxes.Memory())
			bent[len(bent)-1-r.IntN(4)] += 1
			if _, err := index.Restore(n, bent); err == nil {
				t.Errorf("%d rows: a root that is too large is taken", n)
			}
		}
	}
}
