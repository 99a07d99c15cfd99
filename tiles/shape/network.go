package shape

import (
	"cmp"
	"slices"
)

// network is an arrangement as a graph: links that meet at ends only, an even
// number at every node. Every link separates inside from outside.
type network struct {
	nodes []XY   // in order
	first []int  // half-edges of node i are first[i]…first[i+1]
	halfs []half // by node, then counter-clockwise (y up) from the direction -x
	links []link
}

// half is a link seen from one of its ends.
type half struct {
	from, to int
	twin     int
	out      bool // the inside is to the left of from → to
	used     bool
}

func newNetwork(links []link) *network {
	n := &network{links: links}
	for _, l := range links {
		n.nodes = append(n.nodes, l.p, l.q)
	}
	slices.SortFunc(n.nodes, before)
	n.nodes = slices.Compact(n.nodes)
	for _, l := range links {
		p, q := n.node(l.p), n.node(l.q)
		n.halfs = append(n.halfs, half{from: p, to: q}, half{from: q, to: p})
	}
	slices.SortFunc(n.halfs, func(a, b half) int {
		return cmp.Or(cmp.Compare(a.from, b.from), n.angle(a, b))
	})
	n.first = make([]int, len(n.nodes)+1)
	at := make(map[[2]int]int, len(n.halfs))
	for i, h := range n.halfs {
		n.first[h.from+1] = i + 1
		at[[2]int{h.from, h.to}] = i
	}
	for i := range n.halfs {
		n.halfs[i].twin = at[[2]int{n.halfs[i].to, n.halfs[i].from}]
	}
	n.orient()
	return n
}

func (n *network) node(p XY) int {
	i, _ := slices.BinarySearchFunc(n.nodes, p, before)
	return i
}

// angle orders the half-edges of a node counter-clockwise, starting behind the
// direction -x: first those that go to smaller y.
func (n *network) angle(a, b half) int {
	o := n.nodes[a.from]
	p, q := n.nodes[a.to], n.nodes[b.to]
	upper := func(d XY) bool { return d.Y > o.Y || d.Y == o.Y && d.X > o.X }
	lower := func(d XY) int {
		switch {
		case d.Y == o.Y && d.X < o.X:
			return 2 // the direction -x itself comes last
		case upper(d):
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(lower(p), lower(q)), -turn(o, p, q))
}

// orient finds for every half-edge on which side the inside is: at the first
// node of each connected part by counting what lies to its west, from there by
// alternation.
func (n *network) orient() {
	part := make([]int, len(n.nodes)) // part of each node, from 1
	parts := 0
	var queue []int
	for start := range n.nodes { // in order, so start has the least x of its part, then the least y
		if part[start] != 0 {
			continue
		}
		parts++
		part[start] = parts
		queue = append(queue[:0], start)
		for len(queue) > 0 {
			v := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			for _, h := range n.halfs[n.first[v]:n.first[v+1]] {
				if part[h.to] == 0 {
					part[h.to] = parts
					queue = append(queue, h.to)
				}
			}
		}
		n.spread(start, n.west(start, part, parts))
	}
}

// west reports whether the place just west of node start, the first of its part,
// lies inside: an odd number of links of other parts to its west.
func (n *network) west(start int, part []int, own int) bool {
	o := n.nodes[start]
	inside := false
	for i := range n.halfs {
		h := &n.halfs[i]
		if h.from > h.to || part[h.from] == own {
			continue
		}
		p, q := n.nodes[h.from], n.nodes[h.to] // p.X <= q.X
		if (p.Y > o.Y) != (q.Y > o.Y) && p.X <= o.X && (turn(p, q, o) > 0) == (p.Y > q.Y) {
			inside = !inside
		}
	}
	return inside
}

// spread sets out for all half-edges reachable from start, whose western wedge
// is inside or not.
func (n *network) spread(start int, inside bool) {
	seen := make(map[int]bool)
	type task struct {
		node   int
		inside bool // of the wedge before the node's first half-edge
	}
	queue := []task{{start, inside}}
	seen[start] = true
	for len(queue) > 0 {
		t := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		wedge := t.inside
		for i := n.first[t.node]; i < n.first[t.node+1]; i++ {
			wedge = !wedge
			h := &n.halfs[i]
			h.out = wedge // the wedge behind it, counter-clockwise, is to its left
			if seen[h.to] {
				continue
			}
			seen[h.to] = true
			// Seen from the other end left and right are swapped; go back to its first.
			first := h.out == ((h.twin-n.first[h.to])%2 == 0)
			queue = append(queue, task{h.to, first})
		}
	}
}

// loops walks the boundary of every face of the inside, the inside to the left,
// and cuts the walks where they pass a node twice: simple rings, each starting
// with its first node.
func (n *network) loops() [][]XY {
	var out [][]XY
	place := make(map[int]int) // of a node in the walk
	for start := range n.halfs {
		if n.halfs[start].used || !n.halfs[start].out {
			continue
		}
		var walk []int
		clear(place)
		for i := start; !n.halfs[i].used; {
			h := &n.halfs[i]
			h.used = true
			if at, twice := place[h.from]; twice {
				out = append(out, n.ring(walk[at:]))
				for _, v := range walk[at:] {
					delete(place, v)
				}
				walk = walk[:at]
			}
			place[h.from] = len(walk)
			walk = append(walk, h.from)
			// The next edge clockwise from the way back bounds the same face.
			i = h.twin - 1
			if i < n.first[h.to] {
				i = n.first[h.to+1] - 1
			}
		}
		out = append(out, n.ring(walk))
	}
	return out
}

func (n *network) ring(walk []int) []XY {
	least := 0
	for i, v := range walk {
		if v < walk[least] {
			least = i
		}
	}
	ring := make([]XY, 0, len(walk))
	for i := range walk {
		ring = append(ring, n.nodes[walk[(least+i)%len(walk)]])
	}
	return ring
}
