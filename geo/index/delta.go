package index

import (
	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// Delta is an R-tree that changes. One goroutine at a time may change it;
// Snapshot gives others a copy that stays as it is.
type Delta struct {
	tree *rtree.RTreeGN[float32, uint32]
}

// NewDelta returns an empty tree.
func NewDelta() *Delta { return &Delta{tree: new(rtree.RTreeGN[float32, uint32])} }

// Snapshot returns a copy in O(1): both share nodes until one of them changes
// them. Only the goroutine that may change d may call it, because copying
// writes to the source.
func (d *Delta) Snapshot() *Delta { return &Delta{tree: d.tree.Copy()} }

// Len is the number of rows.
func (d *Delta) Len() int { return d.tree.Len() }

// Insert adds a row. A row with an empty box is not added.
func (d *Delta) Insert(b orb.Bound, row uint32) {
	if q := outward(b); !q.empty() {
		d.tree.Insert([2]float32{q.minX, q.minY}, [2]float32{q.maxX, q.maxY}, row)
	}
}

// Delete removes a row that was inserted with the same box.
func (d *Delta) Delete(b orb.Bound, row uint32) {
	if q := outward(b); !q.empty() {
		d.tree.Delete([2]float32{q.minX, q.minY}, [2]float32{q.maxX, q.maxY}, row)
	}
}

// Search calls fn for every row whose box may meet b, borders included, until
// fn returns false, and reports whether fn never did.
func (d *Delta) Search(b orb.Bound, fn func(row uint32) bool) bool {
	q := outward(b)
	if q.empty() {
		return true
	}
	all := true
	d.tree.Search([2]float32{q.minX, q.minY}, [2]float32{q.maxX, q.maxY}, func(_, _ [2]float32, row uint32) bool {
		all = fn(row)
		return all
	})
	return all
}

// Nearest yields rows in order of distance until yield returns false; lower and
// exact as for Packed.Nearest, exact is called only for rows that may come next.
// Rows at the same distance come in ascending order, directly after one another.
func (d *Delta) Nearest(lower func(orb.Bound) float64, exact func(row uint32) float64, yield func(row uint32, distance float64) bool) {
	var measured candidates
	// flush yields the measured rows nearer than everything still to come.
	flush := func(limit float64) bool {
		for len(measured) > 0 && measured[0].d < limit {
			if c := measured.pop(); !yield(c.at, c.d) {
				return false
			}
		}
		return true
	}
	stopped := false
	d.tree.Nearby(func(lo, hi [2]float32, _ uint32, _ bool) float64 {
		return lower(box{lo[0], lo[1], hi[0], hi[1]}.bound())
	}, func(_, _ [2]float32, row uint32, bound float64) bool {
		if stopped = !flush(bound); stopped {
			return false
		}
		measured.push(candidate{d: exact(row), level: -1, at: row})
		return true
	})
	for !stopped && len(measured) > 0 {
		c := measured.pop()
		stopped = !yield(c.at, c.d)
	}
}
