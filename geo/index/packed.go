package index

import (
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
)

// nodeSize is the number of children of a node. 16 children of 16 bytes fill
// four cache lines, which prefetch well.
const nodeSize = 16

// Packed is an immutable R-tree over rows in Hilbert order, in flat arrays: a
// node is an interval of rows, and its children are consecutive. It is safe for
// concurrent use and costs about 17 bytes a row, about one where rows are points:
// those are their own boxes.
type Packed struct {
	n      int         // rows
	points []orb.Point // of the rows, NaN without a place; nil: boxes begins with the rows' boxes
	boxes  []box       // the rows' boxes, then each level's, the root last
	levels []int       // start of each level in boxes; the last entry is len(boxes)
	spans  []uint32    // rows below one node of each level
}

// Build packs n boxes. It returns the tree and the order in which the caller
// must number the rows: row i of the tree is box(order[i]). Rows with empty
// boxes come last and are never found. It costs O(n log n); box is called
// twice for each i.
func Build(n int, boxOf func(i int) orb.Bound) (*Packed, []uint32) {
	exact := make([]box, n)
	whole := noBox()
	for i := range exact {
		exact[i] = outward(boxOf(i))
		if !exact[i].empty() {
			whole = whole.union(exact[i])
		}
	}
	order := hilbertOrder(exact, whole)
	t := &Packed{n: n}
	t.boxes = make([]box, n, n+roomAbove(n))
	for i, from := range order {
		t.boxes[i] = exact[from]
	}
	t.pack()
	return t, order
}

// BuildPoints is Build for rows that are points; one with a NaN has no place. The
// tree takes points over and puts them into the order of its rows: see Points.
func BuildPoints(points []orb.Point) (*Packed, []uint32) {
	exact := make([]box, len(points))
	whole := noBox()
	for i, p := range points {
		exact[i] = outward(orb.Bound{Min: p, Max: p})
		if !exact[i].empty() {
			whole = whole.union(exact[i])
		}
	}
	order := hilbertOrder(exact, whole)
	t := &Packed{n: len(points), points: make([]orb.Point, len(points)), boxes: make([]box, 0, roomAbove(len(points)))}
	for i, from := range order {
		t.points[i] = points[from]
	}
	t.pack()
	return t, order
}

// Points returns the places of the rows of a tree of points, in their order; nil
// for other trees. The caller must not change them.
func (t *Packed) Points() []orb.Point { return t.points }

// roomAbove is at least the number of nodes above n rows.
func roomAbove(n int) int { return n/(nodeSize-1) + 8 }

// pack makes the nodes above the rows.
func (t *Packed) pack() {
	t.levels, t.spans = []int{0}, []uint32{1}
	for size, span := t.n, uint32(1); size > 1; {
		level := len(t.levels) - 1
		span *= nodeSize
		t.levels = append(t.levels, len(t.boxes))
		t.spans = append(t.spans, span)
		for at := 0; at < size; at += nodeSize {
			b := noBox()
			for i := at; i < min(at+nodeSize, size); i++ {
				b = b.union(t.box(level, i))
			}
			t.boxes = append(t.boxes, b)
		}
		size = len(t.boxes) - t.levels[level+1]
	}
	t.levels = append(t.levels, len(t.boxes))
}

// box is the box of node i of a level.
func (t *Packed) box(level, i int) box {
	if level == 0 && t.points != nil {
		return outward(orb.Bound{Min: t.points[i], Max: t.points[i]})
	}
	return t.boxes[t.levels[level]+i]
}

// size is the number of nodes of a level.
func (t *Packed) size(level int) int {
	if level == 0 {
		return t.n
	}
	return t.levels[level+1] - t.levels[level]
}

// bound is the box of node i of a level; ok is false when it is empty. That of a
// point is the point.
func (t *Packed) bound(level, i int) (b orb.Bound, ok bool) {
	if level == 0 && t.points != nil {
		p := t.points[i]
		return orb.Bound{Min: p, Max: p}, placed(p)
	}
	q := t.boxes[t.levels[level]+i]
	return q.bound(), !q.empty()
}

// placed reports whether p is a place: neither coordinate is NaN.
func placed(p orb.Point) bool { return p[0] == p[0] && p[1] == p[1] }

// hilbertOrder sorts by the Hilbert position of the boxes' centres, ties by
// position, empty boxes last.
func hilbertOrder(boxes []box, whole box) []uint32 {
	keys := make([]uint64, len(boxes))
	w := max(float64(whole.maxX)-float64(whole.minX), 1e-12)
	h := max(float64(whole.maxY)-float64(whole.minY), 1e-12)
	for i, b := range boxes {
		d := uint64(1) << 32 // behind every position
		if !b.empty() {
			x := (float64(b.minX) + float64(b.maxX)) / 2
			y := (float64(b.minY) + float64(b.maxY)) / 2
			d = uint64(hilbert(uint32((x-float64(whole.minX))/w*65535), uint32((y-float64(whole.minY))/h*65535)))
		}
		keys[i] = d<<31 | uint64(i)
	}
	slices.Sort(keys)
	order := make([]uint32, len(boxes))
	for i, k := range keys {
		order[i] = uint32(k & (1<<31 - 1))
	}
	return order
}

// Len is the number of rows, those with empty boxes included.
func (t *Packed) Len() int { return t.n }

// Bytes is the memory the tree holds, its points included.
func (t *Packed) Bytes() int { return 16*cap(t.boxes) + 16*cap(t.points) }

// rows returns the interval of rows below node i of a level.
func (t *Packed) rows(level, i int) (lo, hi uint32) {
	lo = uint32(i) * t.spans[level]
	return lo, min(lo+t.spans[level], uint32(t.n))
}

// top is the level of the root, -1 when the tree has no rows.
func (t *Packed) top() int {
	if t.n == 0 {
		return -1
	}
	return len(t.levels) - 2
}

// Search calls fn for every row whose box may meet b, borders included, until
// fn returns false, and reports whether fn never did.
func (t *Packed) Search(b orb.Bound, fn func(row uint32) bool) bool {
	q := outward(b)
	if q.empty() || t.top() < 0 {
		return true
	}
	return t.search(t.top(), 0, q, fn)
}

func (t *Packed) search(level, i int, q box, fn func(uint32) bool) bool {
	if level == 0 && t.points != nil {
		return !q.holds(t.points[i]) || fn(uint32(i))
	}
	if !t.boxes[t.levels[level]+i].meets(q) {
		return true
	}
	if level == 0 {
		return fn(uint32(i))
	}
	first := i * nodeSize
	last := min(first+nodeSize, t.size(level-1))
	for c := first; c < last; c++ {
		if !t.search(level-1, c, q, fn) {
			return false
		}
	}
	return true
}

// Region is how SearchRegion asks where things lie. Relate and its callbacks
// are called by one goroutine.
type Region struct {
	Relate func(b orb.Bound) predicate.BoxRelation // how a box lies to the region
	Inside func(lo, hi uint32) bool                // told of intervals [lo, hi) of rows whose boxes lie wholly in the region
	Test   func(lo, hi uint32) bool                // told of intervals of rows near the border, which may lie outside

	// RelateRows relates the boxes of single rows too. It pays where Test is dear:
	// for lines and polygons, not for points.
	RelateRows bool
}

// SearchRegion walks the tree by how nodes lie to a region. It stops when Inside
// or Test returns false and reports whether neither did.
func (t *Packed) SearchRegion(r *Region) bool {
	if t.top() < 0 {
		return true
	}
	return t.region(t.top(), 0, r)
}

func (t *Packed) region(level, i int, r *Region) bool {
	b, ok := t.bound(level, i)
	if !ok {
		return true
	}
	if level == 0 && !r.RelateRows { // a tree of one row
		return r.Test(uint32(i), uint32(i)+1)
	}
	switch r.Relate(b) {
	case predicate.BoxOutside:
		return true
	case predicate.BoxInside:
		return t.whole(level, i, r.Inside)
	case predicate.BoxCrosses:
	}
	switch {
	case level == 0:
		return r.Test(uint32(i), uint32(i)+1)
	case level == 1 && !r.RelateRows:
		return t.whole(level, i, r.Test)
	}
	first := i * nodeSize
	last := min(first+nodeSize, t.size(level-1))
	for c := first; c < last; c++ {
		if !t.region(level-1, c, r) {
			return false
		}
	}
	return true
}

// whole reports the rows below a node, without those that have no box: they
// are the tree's last rows.
func (t *Packed) whole(level, i int, tell func(lo, hi uint32) bool) bool {
	lo, hi := t.rows(level, i)
	for hi > lo && t.nowhere(hi-1) {
		hi--
	}
	return tell(lo, hi)
}

// nowhere reports whether a row has no box.
func (t *Packed) nowhere(row uint32) bool {
	if t.points != nil {
		return !placed(t.points[row])
	}
	return t.boxes[row].empty()
}
