package index

import "github.com/paulmach/orb"

// candidate is a node whose distance is bounded from below, or a row whose
// distance is known.
type candidate struct {
	d     float64
	level int32 // -1 for a row
	at    uint32
}

// before orders candidates: nearest first; at the same distance nodes come
// before rows, so that no row is yielded while a node may hold one as near.
func (c candidate) before(o candidate) bool {
	if c.d != o.d {
		return c.d < o.d
	}
	if c.level != o.level {
		return c.level > o.level
	}
	return c.at < o.at
}

// candidates is a binary heap, the first candidate on top. It is written out
// because container/heap would allocate for every candidate.
type candidates []candidate

func (h *candidates) push(c candidate) {
	q := append(*h, c)
	i := len(q) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !c.before(q[up]) {
			break
		}
		q[i] = q[up]
		i = up
	}
	q[i] = c
	*h = q
}

func (h *candidates) pop() candidate {
	q := *h
	top, last := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	*h = q
	for i := 0; len(q) > 0; {
		down := 2*i + 1
		if down+1 < len(q) && q[down+1].before(q[down]) {
			down++
		}
		if down >= len(q) || !q[down].before(last) {
			q[i] = last
			break
		}
		q[i] = q[down]
		i = down
	}
	return top
}

// Nearest yields rows in order of distance until yield returns false. lower
// bounds the distance of everything in a box from below, exact is the distance
// of a row; both in the same unit. Rows at the same distance come in ascending
// order, directly after one another.
func (t *Packed) Nearest(lower func(orb.Bound) float64, exact func(row uint32) float64, yield func(row uint32, distance float64) bool) {
	if t.top() < 0 {
		return
	}
	queue := candidates{{level: int32(t.top())}}
	for len(queue) > 0 {
		c := queue.pop()
		if c.level < 0 {
			if !yield(c.at, c.d) {
				return
			}
			continue
		}
		if c.level == 0 { // a row known by its box only: now measure it
			if !t.nowhere(c.at) {
				queue.push(candidate{d: exact(c.at), level: -1, at: c.at})
			}
			continue
		}
		level := int(c.level)
		first := int(c.at) * nodeSize
		last := min(first+nodeSize, t.size(level-1))
		for i := first; i < last; i++ {
			if b, ok := t.bound(level-1, i); ok {
				queue.push(candidate{d: lower(b), level: c.level - 1, at: uint32(i)})
			}
		}
	}
}
