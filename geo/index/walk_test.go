package index_test

import (
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/index"
)

// The leaves of a walk hold every row with a box once, in order, inside of all
// boxes above it; a node that is not gone below has nothing below it visited.
func TestWalkVisitsEveryRowOnce(t *testing.T) {
	r := random(t)
	for _, n := range sizes() {
		for _, rows := range []int{1, 16, 100, 5000} {
			boxes := make([]orb.Bound, n)
			placed := 0
			for i := range boxes {
				if boxes[i] = randomBox(r); !isEmpty(boxes[i]) {
					placed++
				}
			}
			tree, order := index.Build(n, func(i int) orb.Bound { return boxes[i] })
			next, stopAt := uint32(0), uint32(0)
			var above []orb.Bound
			for _, b := range tree.Branches(rows) {
				tree.Walk(b, func(depth int, box orb.Bound, lo, hi uint32) bool {
					if lo < stopAt {
						t.Fatalf("rows from %d on were visited below a node that was left at %d", lo, stopAt)
					}
					above = append(above[:depth], box)
					stop := r.IntN(9) == 0
					if hi-lo > 16 && !stop {
						return true
					}
					if lo != next {
						t.Fatalf("n %d: rows from %d on, expected from %d", n, lo, next)
					}
					next = hi
					if stop {
						stopAt = hi
					}
					for row := lo; row < hi && int(row) < placed; row++ {
						for _, a := range above {
							if e := boxes[order[row]]; !a.Contains(e.Min) || !a.Contains(e.Max) {
								t.Fatalf("row %d with box %v is not in %v", row, e, a)
							}
						}
					}
					return !stop
				})
			}
			if int(next) < placed {
				t.Fatalf("n %d: %d rows visited of %d", n, next, placed)
			}
		}
	}
}
