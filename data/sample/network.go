package sample

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// segment is a road between two junctions.
type segment struct {
	from, to int32 // nodes
	arcs     []int32
	forward  []bool
	class    roadClass
	street   int32
	bridge   bool
}

// network is the road network: every segment can be reached from every other.
type network struct {
	segments []segment
	degree   []int8 // roads that meet in a node
}

// connect marks bridges, gives up the roads that cannot be reached from the main
// net, and joins arcs into segments that end in junctions.
func connect(m *plan) *network {
	for i := range m.arcs {
		a := &m.arcs[i]
		if a.class == noRoad || a.left < 0 || a.right < 0 {
			if a.left < 0 || a.right < 0 {
				a.class = noRoad // the edge of the map
			}
			continue
		}
		l, r := m.faces[a.left].use, m.faces[a.right].use
		a.bridge = l == r && (l == river || l == brook)
	}
	keepLargest(m)
	n := &network{degree: make([]int8, len(m.nodes))}
	at := make([][2]int32, len(m.nodes)) // the first two roads of a node
	for i := range m.arcs {
		a := &m.arcs[i]
		if a.class == noRoad {
			continue
		}
		for _, v := range [2]int32{a.from, a.to} {
			if n.degree[v] < 2 {
				at[v][n.degree[v]] = int32(i)
			}
			n.degree[v]++
		}
	}
	same := func(p, q int32) bool {
		a, b := &m.arcs[p], &m.arcs[q]
		return a.class == b.class && a.bridge == b.bridge && m.lines[a.line].street == m.lines[b.line].street
	}
	through := func(v int32) bool { return n.degree[v] == 2 && same(at[v][0], at[v][1]) }
	done := make([]bool, len(m.arcs))
	follow := func(first int32, forward bool) {
		a := &m.arcs[first]
		s := segment{from: a.from, class: a.class, street: m.lines[a.line].street, bridge: a.bridge}
		if !forward {
			s.from = a.to
		}
		for i := first; ; {
			done[i] = true
			s.arcs, s.forward = append(s.arcs, i), append(s.forward, forward)
			s.to = m.arcs[i].to
			if !forward {
				s.to = m.arcs[i].from
			}
			if !through(s.to) {
				break
			}
			next := at[s.to][0]
			if next == i {
				next = at[s.to][1]
			}
			if done[next] {
				break
			}
			i, forward = next, m.arcs[next].from == s.to
		}
		n.segments = append(n.segments, s)
	}
	for pass := range 2 { // the second pass takes rings without any junction
		for i := range m.arcs {
			a := &m.arcs[i]
			switch {
			case a.class == noRoad || done[i]:
			case !through(a.from) || pass == 1:
				follow(int32(i), true)
			case !through(a.to):
				follow(int32(i), false)
			}
		}
	}
	slices.SortFunc(n.segments, func(a, b segment) int {
		return cmp.Or(cmp.Compare(b.class, a.class), cmp.Compare(a.street, b.street), cmp.Compare(a.arcs[0], b.arcs[0]))
	})
	return n
}

// keepLargest makes roads outside the largest connected part no roads.
func keepLargest(m *plan) {
	parent := make([]int32, len(m.nodes))
	for i := range parent {
		parent[i] = int32(i)
	}
	find := func(v int32) int32 {
		for parent[v] != v {
			parent[v] = parent[parent[v]]
			v = parent[v]
		}
		return v
	}
	for i := range m.arcs {
		if a := &m.arcs[i]; a.class != noRoad {
			parent[find(a.from)] = find(a.to)
		}
	}
	count := map[int32]int{}
	best := int32(-1)
	for i := range m.arcs {
		if a := &m.arcs[i]; a.class != noRoad {
			v := find(a.from)
			count[v]++
			if best < 0 || count[v] > count[best] || count[v] == count[best] && v < best {
				best = v
			}
		}
	}
	for i := range m.arcs {
		if a := &m.arcs[i]; a.class != noRoad && find(a.from) != best {
			a.class = noRoad
		}
	}
}

// shape is the course of s in degrees.
func (m *plan) shape(s *segment) orb.LineString {
	var out orb.LineString
	for k, i := range s.arcs {
		shape := m.arcs[i].shape
		start := min(len(out), 1) // the first vertex of a further arc is there already
		if s.forward[k] {
			out = append(out, shape[start:]...)
			continue
		}
		for j := len(shape) - 1 - start; j >= 0; j-- {
			out = append(out, shape[j])
		}
	}
	return out
}
