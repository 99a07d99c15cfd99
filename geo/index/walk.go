package index

import "github.com/paulmach/orb"

// Branch is a node of a Packed tree as a place to begin a walk at.
type Branch struct{ level, at int }

// Branches divides the tree into nodes of at least rows rows each (the last may
// have fewer), in order of their rows: to walk them in parallel.
func (t *Packed) Branches(rows int) []Branch {
	level := 0
	for level < t.top() && int(t.spans[level]) < rows {
		level++
	}
	if t.top() < 0 {
		return nil
	}
	out := make([]Branch, t.size(level))
	for i := range out {
		out[i] = Branch{level, i}
	}
	return out
}

// Walk calls visit for the nodes from b down: each with its box, which contains
// those of its rows [lo, hi), and depth, 0 for b itself. It goes on below a node
// when visit returns true, down to nodes of at most 16 rows; below those what
// visit returns does not matter. Rows with empty boxes are in no box: they are
// the tree's last, and nodes without others are left out.
func (t *Packed) Walk(b Branch, visit func(depth int, box orb.Bound, lo, hi uint32) bool) {
	t.walk(b, 0, visit)
}

func (t *Packed) walk(b Branch, depth int, visit func(int, orb.Bound, uint32, uint32) bool) {
	box, ok := t.bound(b.level, b.at)
	if !ok {
		return
	}
	lo, hi := t.rows(b.level, b.at)
	if !visit(depth, box, lo, hi) || b.level <= 1 {
		return
	}
	first := b.at * nodeSize
	last := min(first+nodeSize, t.size(b.level-1))
	for c := first; c < last; c++ {
		t.walk(Branch{b.level - 1, c}, depth+1, visit)
	}
}
