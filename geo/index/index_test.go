package index_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
)

// Brute force over the exact boxes is the oracle of every test here.

func random(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func randomBox(r *rand.Rand) orb.Bound {
	switch r.IntN(12) {
	case 0:
		return orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}} // no place
	case 1, 2, 3: // a point, often the same
		p := orb.Point{float64(r.IntN(20)), float64(r.IntN(20))}
		return orb.Bound{Min: p, Max: p}
	}
	x, y := r.Float64()*20, r.Float64()*20
	return orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + r.Float64(), y + r.Float64()}}
}

func isEmpty(b orb.Bound) bool { return b.Min[0] > b.Max[0] }

// float32 boxes are at most this much larger than the exact ones below 32 degrees.
const slack = 4e-6

func sizes() []int { return []int{0, 1, 2, 15, 16, 17, 255, 256, 257, 3000} }

func TestPackedSearchProposesEveryHit(t *testing.T) {
	r := random(t)
	for _, n := range sizes() {
		boxes := make([]orb.Bound, n)
		for i := range boxes {
			boxes[i] = randomBox(r)
		}
		tree, order := index.Build(n, func(i int) orb.Bound { return boxes[i] })
		checkPermutation(t, order, n)
		for range 60 {
			q := randomBox(r)
			got := make(map[uint32]bool)
			tree.Search(q, func(row uint32) bool {
				if got[order[row]] {
					t.Fatalf("row %d twice", row)
				}
				got[order[row]] = true
				return true
			})
			for i, b := range boxes {
				hit := !isEmpty(b) && !isEmpty(q) && b.Intersects(q)
				if hit && !got[uint32(i)] {
					t.Fatalf("n=%d: box %v meets %v and was not found", n, b, q)
				}
				if got[uint32(i)] && (isEmpty(b) || !b.Pad(slack).Intersects(q.Pad(slack))) {
					t.Fatalf("n=%d: box %v does not meet %v and was found", n, b, q)
				}
			}
		}
	}
}

func checkPermutation(t *testing.T, order []uint32, n int) {
	t.Helper()
	seen := make([]bool, n)
	for _, i := range order {
		if seen[i] {
			t.Fatalf("%d twice in the order", i)
		}
		seen[i] = true
	}
	if len(order) != n {
		t.Fatalf("order of %d for %d rows", len(order), n)
	}
}

func TestSearchRegionSplitsRowsRightly(t *testing.T) {
	r := random(t)
	for _, n := range sizes() {
		boxes := make([]orb.Bound, n)
		for i := range boxes {
			boxes[i] = randomBox(r)
		}
		tree, order := index.Build(n, func(i int) orb.Bound { return boxes[i] })
		for range 30 {
			region := orb.Bound{Min: orb.Point{r.Float64() * 10, r.Float64() * 10}, Max: orb.Point{10 + r.Float64()*10, 10 + r.Float64()*10}}
			relate := func(b orb.Bound) predicate.BoxRelation {
				switch {
				case !region.Intersects(b):
					return predicate.BoxOutside
				case region.Contains(b.Min) && region.Contains(b.Max):
					return predicate.BoxInside
				}
				return predicate.BoxCrosses
			}
			count := make([]int, n)
			tree.SearchRegion(&index.Region{Relate: relate, RelateRows: r.IntN(2) == 0, Inside: func(lo, hi uint32) bool {
				for row := lo; row < hi; row++ {
					b := boxes[order[row]]
					if isEmpty(b) || !region.Contains(b.Min) || !region.Contains(b.Max) {
						t.Fatalf("row with %v said to be inside %v", b, region)
					}
					count[order[row]]++
				}
				return true
			}, Test: func(lo, hi uint32) bool {
				for row := lo; row < hi; row++ {
					count[order[row]]++
				}
				return true
			}})
			for i, b := range boxes {
				if hit := !isEmpty(b) && region.Intersects(b); hit && count[i] != 1 {
					t.Fatalf("box %v in %v reported %d times", b, region, count[i])
				}
			}
		}
	}
}

func planarDistance(p orb.Point, b orb.Bound) float64 {
	dx := max(b.Min[0]-p[0], 0, p[0]-b.Max[0])
	dy := max(b.Min[1]-p[1], 0, p[1]-b.Max[1])
	return math.Hypot(dx, dy)
}

type nearer interface {
	Nearest(lower func(orb.Bound) float64, exact func(uint32) float64, yield func(uint32, float64) bool)
}

func checkNearest(t *testing.T, tree nearer, boxes map[uint32]orb.Bound, p orb.Point, k int) {
	t.Helper()
	var want []float64
	for _, b := range boxes {
		if !isEmpty(b) {
			want = append(want, planarDistance(p, b))
		}
	}
	slices.Sort(want)
	want = want[:min(k, len(want))]
	var got []float64
	seen := make(map[uint32]bool)
	tree.Nearest(func(b orb.Bound) float64 { return planarDistance(p, b) },
		func(row uint32) float64 { return planarDistance(p, boxes[row]) },
		func(row uint32, d float64) bool {
			if seen[row] {
				t.Fatalf("row %d twice", row)
			}
			seen[row] = true
			if d != planarDistance(p, boxes[row]) {
				t.Fatalf("row %d at %v, not %v", row, planarDistance(p, boxes[row]), d)
			}
			if len(got) == k {
				return false
			}
			got = append(got, d)
			return len(got) < k
		})
	if !slices.Equal(want, got) {
		t.Fatalf("nearest to %v: %v, want %v", p, got, want)
	}
}

func TestPackedNearestIsInOrder(t *testing.T) {
	r := random(t)
	for _, n := range sizes() {
		boxes := make([]orb.Bound, n)
		for i := range boxes {
			boxes[i] = randomBox(r)
		}
		tree, order := index.Build(n, func(i int) orb.Bound { return boxes[i] })
		byRow := make(map[uint32]orb.Bound, n)
		for row, i := range order {
			byRow[uint32(row)] = boxes[i]
		}
		for range 20 {
			checkNearest(t, tree, byRow, orb.Point{r.Float64() * 22, r.Float64() * 22}, 1+r.IntN(40))
		}
	}
}

func TestDeltaAgainstBruteForce(t *testing.T) {
	r := random(t)
	tree := index.NewDelta()
	boxes := make(map[uint32]orb.Bound)
	type frozen struct {
		tree  *index.Delta
		boxes map[uint32]orb.Bound
	}
	var snapshots []frozen
	check := func(d *index.Delta, boxes map[uint32]orb.Bound) {
		t.Helper()
		q := randomBox(r)
		got := make(map[uint32]bool)
		d.Search(q, func(row uint32) bool { got[row] = true; return true })
		for row, b := range boxes {
			if !isEmpty(b) && !isEmpty(q) && b.Intersects(q) && !got[row] {
				t.Fatalf("row %d at %v meets %v and was not found", row, b, q)
			}
		}
		for row := range got {
			if b, ok := boxes[row]; !ok || !b.Pad(slack).Intersects(q.Pad(slack)) {
				t.Fatalf("row %d at %v was found in %v", row, b, q)
			}
		}
		checkNearest(t, d, boxes, orb.Point{r.Float64() * 22, r.Float64() * 22}, 1+r.IntN(20))
	}
	for step := range 3000 {
		row := uint32(r.IntN(500))
		if b, ok := boxes[row]; ok {
			tree.Delete(b, row)
			delete(boxes, row)
		} else {
			boxes[row] = randomBox(r)
			tree.Insert(boxes[row], row)
		}
		if step%10 == 0 {
			check(tree, boxes)
		}
		if step%300 == 0 {
			copied := make(map[uint32]orb.Bound, len(boxes))
			for k, v := range boxes {
				copied[k] = v
			}
			snapshots = append(snapshots, frozen{tree.Snapshot(), copied})
		}
	}
	for _, s := range snapshots {
		check(s.tree, s.boxes)
	}
}

func ExamplePacked_Search() {
	places := []orb.Point{{111.29, 30.69}, {111.31, 30.70}, {111.50, 30.80}}
	tree, order := index.Build(len(places), func(i int) orb.Bound { return places[i].Bound() })
	near := orb.Bound{Min: orb.Point{111.28, 30.68}, Max: orb.Point{111.32, 30.72}}
	var found []int
	tree.Search(near, func(row uint32) bool { found = append(found, int(order[row])); return true })
	slices.Sort(found)
	fmt.Println(found)
	// Output: [0 1]
}

func BenchmarkBuild1M(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	boxes := make([]orb.Bound, 1_000_000)
	for i := range boxes {
		p := orb.Point{r.Float64(), r.Float64()}
		boxes[i] = orb.Bound{Min: p, Max: p}
	}
	for b.Loop() {
		index.Build(len(boxes), func(i int) orb.Bound { return boxes[i] })
	}
}

func BenchmarkPackedNearest10(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	points := make([]orb.Point, 1_000_000)
	for i := range points {
		points[i] = orb.Point{r.Float64(), r.Float64()}
	}
	tree, order := index.Build(len(points), func(i int) orb.Bound { return points[i].Bound() })
	b.ReportAllocs()
	for b.Loop() {
		p := orb.Point{r.Float64(), r.Float64()}
		n := 0
		tree.Nearest(func(b orb.Bound) float64 { return planarDistance(p, b) },
			func(row uint32) float64 { q := points[order[row]]; return math.Hypot(p[0]-q[0], p[1]-q[1]) },
			func(uint32, float64) bool { n++; return n < 10 })
	}
}

// TestBrowseFindsTheNearest takes the k nearest boxes from leaves in order of
// distance, and compares their distances with those of all boxes.
func TestBrowseFindsTheNearest(t *testing.T) {
	r := random(t)
	for _, n := range sizes() {
		boxes := make([]orb.Bound, n)
		for i := range boxes {
			boxes[i] = randomBox(r)
		}
		tree, order := index.Build(n, func(i int) orb.Bound { return boxes[i] })
		for range 30 {
			p := orb.Point{r.Float64() * 20, r.Float64() * 20}
			k, far := 1+r.IntN(20), math.Inf(1)
			if r.IntN(3) == 0 {
				far = r.Float64() * 5
			}
			limit := far
			var got []float64
			tree.Browse(far, func(b orb.Bound) float64 { return planarDistance(p, b) }, func(lo, hi uint32) float64 {
				for row := lo; row < hi; row++ {
					b := boxes[order[row]]
					if isEmpty(b) {
						t.Fatalf("row %d without a box is visited", row)
					}
					if outer := tree.Box(row); !outer.Contains(b.Min) || !outer.Contains(b.Max) {
						t.Fatalf("%v does not contain %v", outer, b)
					}
					if d := planarDistance(p, b); d <= far {
						got = append(got, d)
					}
				}
				slices.Sort(got)
				if len(got) >= k {
					got = got[:k]
					return got[k-1]
				}
				return far
			})
			var want []float64
			for _, b := range boxes {
				if d := planarDistance(p, b); !isEmpty(b) && d <= limit {
					want = append(want, d)
				}
			}
			slices.Sort(want)
			if want = want[:min(k, len(want))]; !slices.Equal(got, want) {
				t.Fatalf("n=%d: %v nearest %v: %v, not %v", n, k, p, got, want)
			}
		}
	}
}
