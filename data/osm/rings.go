package osm

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// assemble makes closed simple rings of the ways of an area. Segments that occur
// an even number of times bound nothing and cancel out: two parts that share a
// wall become one. Rings that pass a node twice are cut there.
func assemble(ways [][]int64) ([][]int64, error) {
	times := map[[2]int64]int{}
	twice := false
	for _, w := range ways {
		for i := 1; i < len(w); i++ {
			key := [2]int64{min(w[i-1], w[i]), max(w[i-1], w[i])}
			times[key]++
			twice = twice || times[key] > 1
		}
	}
	if twice {
		var single [][]int64
		for _, w := range ways {
			for i := 1; i < len(w); i++ {
				if times[[2]int64{min(w[i-1], w[i]), max(w[i-1], w[i])}]%2 == 1 {
					single = append(single, w[i-1:i+1])
					times[[2]int64{min(w[i-1], w[i]), max(w[i-1], w[i])}] = 0
				}
			}
		}
		ways = single
	}
	joined, err := join(ways)
	var rings [][]int64
	for _, r := range joined {
		rings = split(rings, r)
	}
	return rings, err
}

// split appends ring to dst, cut at every node it passes twice.
func split(dst [][]int64, ring []int64) [][]int64 {
	at := make(map[int64]int, len(ring))
	var path []int64
	for _, id := range ring {
		if from, back := at[id]; back {
			if loop := append(slices.Clone(path[from:]), id); len(loop) >= 4 {
				dst = append(dst, loop)
			}
			for _, gone := range path[from+1:] {
				delete(at, gone)
			}
			path = path[:from+1]
			continue
		}
		at[id] = len(path)
		path = append(path, id)
	}
	return dst
}

// join makes closed rings of ways at shared end nodes. Every way is used once.
// It walks from end to end and cuts a ring off whenever it comes back to a node
// of its path, so rings never pass through an end node twice; that succeeds for
// every set in which each node ends an even number of ways. Otherwise the error
// names the node where a ring stays open. It costs O(ways + nodes).
func join(ways [][]int64) ([][]int64, error) {
	var rings [][]int64
	at := map[int64][]int{} // end node → open ways that end there
	for i, w := range ways {
		switch {
		case len(w) < 2:
		case w[0] == w[len(w)-1]:
			rings = append(rings, w)
		default:
			at[w[0]] = append(at[w[0]], i)
			at[w[len(w)-1]] = append(at[w[len(w)-1]], i)
		}
	}
	used := make([]bool, len(ways))
	follow := func(node int64) (int, bool) { // an unused way at node
		for list := at[node]; len(list) > 0; list = at[node] {
			i := list[len(list)-1]
			at[node] = list[:len(list)-1]
			if !used[i] {
				used[i] = true
				return i, true
			}
		}
		return 0, false
	}
	for i, w := range ways {
		if len(w) < 2 || w[0] == w[len(w)-1] || used[i] {
			continue
		}
		used[i] = true
		path := [][]int64{w}             // directed pieces
		begins := map[int64]int{w[0]: 0} // node → index of the piece that begins there
		for node := w[len(w)-1]; len(path) > 0; {
			if from, back := begins[node]; back {
				rings = append(rings, chain(path[from:]))
				for _, p := range path[from:] {
					delete(begins, p[0])
				}
				if path = path[:from]; len(path) == 0 {
					break
				}
			}
			next, ok := follow(node)
			if !ok {
				return nil, fmt.Errorf("the ring is not closed at node %d", node)
			}
			piece := ways[next]
			if piece[0] != node {
				piece = slices.Clone(piece)
				slices.Reverse(piece)
			}
			begins[node] = len(path)
			path = append(path, piece)
			node = piece[len(piece)-1]
		}
	}
	return rings, nil
}

// chain joins pieces of which each begins where the one before ends.
func chain(pieces [][]int64) []int64 {
	var out []int64
	for i, p := range pieces {
		if i > 0 {
			p = p[1:]
		}
		out = append(out, p...)
	}
	return out
}

// nest makes polygons of rings: a ring within an even number of others is a
// shell, one within an odd number a hole of the smallest around it. Rings must
// not cross; whether they do is the business of geo/valid. It costs O(rings²)
// comparisons of boxes.
func nest(rings []orb.Ring) orb.Geometry {
	type node struct {
		ring   orb.Ring
		bound  orb.Bound
		area   float64
		parent int
		depth  int
	}
	nodes := make([]node, len(rings))
	for i, r := range rings {
		nodes[i] = node{ring: r, bound: r.Bound(), area: math.Abs(planarArea(r)), parent: -1}
	}
	slices.SortStableFunc(nodes, func(a, b node) int { return cmp.Compare(b.area, a.area) })
	var out orb.MultiPolygon
	shell := make([]int, len(nodes)) // index of a shell in out
	for i := range nodes {
		n := &nodes[i]
		for j := i - 1; j >= 0; j-- {
			o := &nodes[j]
			if o.bound.Contains(n.bound.Min) && o.bound.Contains(n.bound.Max) && inside(n.ring, o.ring) {
				n.parent, n.depth = j, o.depth+1
				break
			}
		}
		if n.depth%2 == 0 {
			shell[i] = len(out)
			out = append(out, orb.Polygon{n.ring})
			continue
		}
		s := shell[n.parent]
		out[s] = append(out[s], n.ring)
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// planarArea is the signed area in square degrees, good enough to order rings.
func planarArea(r orb.Ring) float64 {
	sum := 0.0
	for i := 1; i < len(r); i++ {
		sum += (r[i-1][0]-r[0][0])*(r[i][1]-r[0][1]) - (r[i][0]-r[0][0])*(r[i-1][1]-r[0][1])
	}
	return sum / 2
}

// inside reports whether ring r lies in ring o, given that they do not cross: it
// tests a point of r that is not on o.
func inside(r, o orb.Ring) bool {
	on := make(map[orb.Point]bool, len(o))
	for _, p := range o {
		on[p] = true
	}
	for _, p := range r {
		if !on[p] {
			return contains(o, p)
		}
	}
	for i := 1; i < len(r); i++ { // all vertices shared: an edge's middle decides
		mid := orb.Point{(r[i-1][0] + r[i][0]) / 2, (r[i-1][1] + r[i][1]) / 2}
		if !on[mid] {
			return contains(o, mid)
		}
	}
	return false
}

// contains is the even-odd rule; points on the ring may count either way.
func contains(ring orb.Ring, p orb.Point) bool {
	in := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}
