package index_test

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
)

// TestPointsAnswerAsTheirBoxes compares a tree of points with the tree of their boxes,
// which the other tests hold against brute force: the same order, the same nodes, and
// the same answers but for rows that the tree of boxes proposes in vain.
func TestPointsAnswerAsTheirBoxes(t *testing.T) {
	r := random(t)
	for _, n := range sizes() {
		points := make([]orb.Point, n)
		for i := range points {
			switch r.IntN(10) {
			case 0:
				points[i] = orb.Point{math.NaN(), math.NaN()}
			case 1, 2:
				points[i] = orb.Point{float64(r.IntN(20)), float64(r.IntN(20))}
			default:
				points[i] = orb.Point{r.Float64() * 20, r.Float64() * 20}
			}
		}
		boxOf := func(i int) orb.Bound { return orb.Bound{Min: points[i], Max: points[i]} }
		want, order := index.Build(n, boxOf)
		tree, got := index.BuildPoints(points)
		if !slices.Equal(order, got) {
			t.Fatalf("%d points: another order", n)
		}
		if err := tree.Check(); err != nil {
			t.Fatalf("%d points: %v", n, err)
		}
		if n > 100 && tree.Bytes() >= want.Bytes()+16*n/10 {
			t.Errorf("%d points take %d bytes, their boxes without them %d", n, tree.Bytes(), want.Bytes())
		}
		if again, err := index.RestorePoints(tree.Points(), tree.Memory()); err != nil || !slices.Equal(again.Memory(), tree.Memory()) {
			t.Fatalf("%d points restored: %v", n, err)
		}
		if _, err := index.RestorePoints(append(slices.Clone(tree.Points()), orb.Point{30, 30}), tree.Memory()); err == nil && n > 0 {
			t.Fatalf("%d points are restored with one more", n)
		}
		at := tree.Points()
		for row, from := range order {
			if p := at[row]; p != points[from] && p[0] == p[0] {
				t.Fatalf("row %d is at %v, not %v", row, p, points[from])
			}
		}
		type node struct {
			depth  int
			lo, hi uint32
		}
		nodes := func(tree *index.Packed) (out []node) {
			for _, b := range tree.Branches(300) {
				tree.Walk(b, func(depth int, _ orb.Bound, lo, hi uint32) bool {
					out = append(out, node{depth, lo, hi})
					return true
				})
			}
			return out
		}
		if a, b := nodes(tree), nodes(want); !slices.Equal(a, b) {
			t.Fatalf("%d points: walks differ: %v and %v", n, a, b)
		}
		for range 40 {
			q := randomBox(r)
			if n > 0 && r.IntN(3) == 0 {
				if p := points[r.IntN(n)]; p[0] == p[0] {
					q = orb.Bound{Min: p, Max: p}
				}
			}
			found := make(map[uint32]bool)
			tree.Search(q, func(row uint32) bool { found[row] = true; return true })
			proposed := 0
			want.Search(q, func(row uint32) bool {
				hit := at[row][0] == at[row][0] && !isEmpty(q) && q.Contains(at[row])
				if hit && !found[row] {
					t.Fatalf("%v in %v is not found", at[row], q)
				}
				if found[row] {
					proposed++
				}
				return true
			})
			if proposed != len(found) {
				t.Fatalf("%v: %d rows that their boxes do not propose", q, len(found)-proposed)
			}
			p := orb.Point{r.Float64() * 20, r.Float64() * 20}
			nearest := func(tree *index.Packed) (out []float64) {
				tree.Nearest(func(b orb.Bound) float64 { return planarDistance(p, b) },
					func(row uint32) float64 { return planarDistance(p, boxOf(int(order[row]))) },
					func(_ uint32, d float64) bool { out = append(out, d); return len(out) < 20 })
				return out
			}
			if a, b := nearest(tree), nearest(want); !slices.Equal(a, b) {
				t.Fatalf("nearest to %v: %v, not %v", p, a, b)
			}
			far := math.Inf(1)
			tree.Browse(far, func(b orb.Bound) float64 { return planarDistance(p, b) }, func(lo, hi uint32) float64 {
				for _, v := range at[lo:hi] {
					if d := planarDistance(p, orb.Bound{Min: v, Max: v}); d < far {
						far = d
					}
				}
				return far
			})
			if b := nearest(want); len(b) > 0 && far != b[0] {
				t.Fatalf("the nearest to %v is %v away, not %v", p, far, b[0])
			}
			region := func(tree *index.Packed, rows bool) (inside, tested []uint32) {
				tell := func(to *[]uint32) func(lo, hi uint32) bool {
					return func(lo, hi uint32) bool {
						for row := lo; row < hi; row++ {
							*to = append(*to, row)
						}
						return true
					}
				}
				tree.SearchRegion(&index.Region{RelateRows: rows, Inside: tell(&inside), Test: tell(&tested),
					Relate: func(b orb.Bound) predicate.BoxRelation {
						switch {
						case !q.Intersects(b):
							return predicate.BoxOutside
						case q.Contains(b.Min) && q.Contains(b.Max):
							return predicate.BoxInside
						}
						return predicate.BoxCrosses
					}})
				return inside, tested
			}
			a, b := region(tree, false)
			c, d := region(want, false)
			if !slices.Equal(a, c) || !slices.Equal(b, d) {
				t.Fatalf("%v divides the rows into %v and %v, not %v and %v", q, a, b, c, d)
			}
			a, b = region(tree, true)
			for row := range uint32(n) {
				if hit := at[row][0] == at[row][0] && !isEmpty(q) && q.Contains(at[row]); hit != (slices.Contains(a, row) || slices.Contains(b, row)) {
					t.Fatalf("%v: row %d at %v is reported wrongly", q, row, at[row])
				}
			}
		}
	}
}
