package sample

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// dissolve is the outline of a group of faces, made of the very vertices of
// their borders: polygons in order of their first vertex, with holes.
func (m *plan) dissolve(faces []int32) orb.MultiPolygon {
	member := make(map[int32]bool, len(faces))
	for _, f := range faces {
		member[f] = true
	}
	return m.outline(faces, func(f int32) bool { return f >= 0 && member[f] })
}

// half is a directed stretch of border with the group on its left.
type half struct {
	arc     int32
	forward bool
	from    int32
	to      int32
	used    bool
}

func (m *plan) outline(faces []int32, member func(int32) bool) orb.MultiPolygon {
	var halves []half
	for _, f := range faces {
		m.eachArc(&m.faces[f], func(a int32, forward bool) {
			x := &m.arcs[a]
			if forward && !member(x.right) {
				halves = append(halves, half{arc: a, forward: true, from: x.from, to: x.to})
			}
			if !forward && !member(x.left) {
				halves = append(halves, half{arc: a, from: x.to, to: x.from})
			}
		})
	}
	slices.SortFunc(halves, func(a, b half) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.arc, b.arc)) })
	leaving := func(node int32) []half {
		i, _ := slices.BinarySearchFunc(halves, node, func(h half, n int32) int { return cmp.Compare(h.from, n) })
		j := i
		for j < len(halves) && halves[j].from == node {
			j++
		}
		return halves[i:j]
	}
	var outer, holes []orb.Ring
	for i := range halves {
		if halves[i].used {
			continue
		}
		for _, loop := range m.loops(&halves[i], leaving) {
			if ringArea(loop) > 0 {
				outer = append(outer, loop)
			} else {
				holes = append(holes, loop)
			}
		}
	}
	return nest(outer, holes)
}

// loops follows the border from h until it comes back, and cuts what it went
// through wherever it met a node twice: rings may touch, but not themselves.
func (m *plan) loops(h *half, leaving func(int32) []half) []orb.Ring {
	var out []orb.Ring
	var path []*half
	place := map[int32]int{} // of a node in path
	for ; !h.used; h = m.turn(h, leaving(h.to)) {
		h.used = true
		place[h.from] = len(path)
		path = append(path, h)
		k, met := place[h.to]
		if !met {
			continue
		}
		out = append(out, m.close(path[k:]))
		for _, p := range path[k:] {
			delete(place, p.from)
		}
		path = path[:k]
	}
	return out
}

// close makes a ring of borders that follow each other.
func (m *plan) close(path []*half) orb.Ring {
	var ring orb.Ring
	for _, h := range path {
		shape := m.arcs[h.arc].shape
		if h.forward {
			ring = append(ring, shape[:len(shape)-1]...)
			continue
		}
		for k := len(shape) - 1; k > 0; k-- {
			ring = append(ring, shape[k])
		}
	}
	return append(ring, ring[0])
}

// turn chooses the border that follows h: the first one clockwise from the way
// back, so that parts that touch in a point stay separate rings.
func (m *plan) turn(h *half, next []half) *half {
	if len(next) == 1 {
		return &next[0]
	}
	heading := func(x *half, start bool) float64 {
		s := m.arcs[x.arc].shape
		a, b := s[0], s[1]
		if start != x.forward {
			a, b = s[len(s)-1], s[len(s)-2]
		}
		return math.Atan2(b[1]-a[1], b[0]-a[0])
	}
	back := heading(h, false)
	best, bestTurn := 0, math.Inf(1)
	for i := range next {
		if next[i].used {
			continue
		}
		t := math.Mod(back-heading(&next[i], true)+4*math.Pi, 2*math.Pi)
		if t < 1e-9 {
			t = 2 * math.Pi
		}
		if t < bestTurn {
			best, bestTurn = i, t
		}
	}
	return &next[best]
}

// nest gives every hole to the smallest ring around it.
func nest(outer, holes []orb.Ring) orb.MultiPolygon {
	slices.SortStableFunc(outer, func(a, b orb.Ring) int { return cmp.Compare(ringArea(a), ringArea(b)) })
	polygons := make(orb.MultiPolygon, len(outer))
	for i, r := range outer {
		polygons[i] = orb.Polygon{r}
	}
	for _, h := range holes {
		for i, r := range outer {
			if ringHolds(r, h) {
				polygons[i] = append(polygons[i], h)
				break
			}
		}
	}
	slices.Reverse(polygons) // the largest part first
	return polygons
}

// ringHolds reports whether a vertex of h lies strictly inside r; shared
// vertices decide nothing.
func ringHolds(r, h orb.Ring) bool {
	for _, p := range h {
		if !slices.Contains(r, p) {
			return ringContains(r, p)
		}
	}
	return true
}

// ringContains is the even-odd rule; points on the ring may fall on either side.
func ringContains(r orb.Ring, p orb.Point) bool {
	in := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

// ringArea is positive for counter-clockwise rings, in square degrees.
func ringArea(r orb.Ring) float64 {
	sum, o := 0.0, r[0]
	for i := 1; i < len(r); i++ {
		sum += (r[i-1][0]-o[0])*(r[i][1]-o[1]) - (r[i][0]-o[0])*(r[i-1][1]-o[1])
	}
	return sum / 2
}
