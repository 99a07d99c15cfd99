package index

import (
	"container/heap"

	"github.com/paulmach/orb"
)

// candidate is a node whose distance is bounded from below, or a row whose
// distance is known.
type candidate struct {
	d     float64
	level int32 // -1 for a row
	at    uint32
}

// candidates is a heap, nearest first; at the same distance nodes come before
// rows, so that no row is yielded while a node may hold one as near.
type candidates []candidate

func (c candidates) Len() int { return len(c) }
func (c candidates) Less(i, j int) bool {
	if c[i].d != c[j].d {
		return c[i].d < c[j].d
	}
	if c[i].level != c[j].level {
		return c[i].level > c[j].level
	}
	return c[i].at < c[j].at
}
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *candidates) Push(x any)   { *c = append(*c, x.(candidate)) }
func (c *candidates) Pop() any {
	last := len(*c) - 1
	x := (*c)[last]
	*c = (*c)[:last]
	return x
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
		c := heap.Pop(&queue).(candidate)
		if c.level < 0 {
			if !yield(c.at, c.d) {
				return
			}
			continue
		}
		if c.level == 0 { // a row known by its box only: now measure it
			if !t.boxes[c.at].empty() {
				heap.Push(&queue, candidate{d: exact(c.at), level: -1, at: c.at})
			}
			continue
		}
		level := int(c.level)
		first := int(c.at) * nodeSize
		last := min(first+nodeSize, t.levels[level]-t.levels[level-1])
		for i := first; i < last; i++ {
			if b := t.boxes[t.levels[level-1]+i]; !b.empty() {
				heap.Push(&queue, candidate{d: lower(b.bound()), level: c.level - 1, at: uint32(i)})
			}
		}
	}
}
