package index

import "github.com/paulmach/orb"

// Browse visits the leaves of the tree from the nearest on. least bounds the
// distance of everything in a box from below; visit is told of an interval of rows
// [lo, hi) and how far they may matter still: the search ends where least exceeds
// what visit returned last. Rows without a box are not visited. It is what a search
// for the nearest rows takes when it can measure rows at less than the cost of a
// place in a queue.
func (t *Packed) Browse(far float64, least func(orb.Bound) float64, visit func(lo, hi uint32) (far float64)) {
	top := t.top()
	switch {
	case top < 0:
		return
	case top == 0:
		if b, ok := t.bound(0, 0); ok && least(b) <= far {
			visit(0, 1)
		}
		return
	}
	var room [48]candidate
	queue := append(candidates(room[:0]), candidate{level: int32(top)})
	for len(queue) > 0 {
		c := queue.pop()
		if c.d > far {
			return
		}
		level := int(c.level)
		if level == 1 {
			t.whole(level, int(c.at), func(lo, hi uint32) bool { far = visit(lo, hi); return true })
			continue
		}
		first := int(c.at) * nodeSize
		last := min(first+nodeSize, t.size(level-1))
		for i := first; i < last; i++ {
			b := t.boxes[t.levels[level-1]+i]
			if b.empty() {
				continue
			}
			if d := least(b.bound()); d <= far {
				queue.push(candidate{d: d, level: c.level - 1, at: uint32(i)})
			}
		}
	}
}

// Box is a box that contains that of a row. It is empty for a row without one.
func (t *Packed) Box(row uint32) orb.Bound {
	b, ok := t.bound(0, int(row))
	if !ok {
		return noBox().bound()
	}
	return b
}
