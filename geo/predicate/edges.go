package predicate

import (
	"math"

	"github.com/paulmach/orb"
)

// edge is a segment, kept with its lower end first; horizontal ones as given.
type edge struct{ a, b orb.Point }

// edgeIndex finds the edges near a latitude: the y range is cut into slabs of
// equal height, each lists the edges that reach into it. Memory is bounded by
// choosing the number of slabs such that there are at most about four entries
// an edge.
type edgeIndex struct {
	edges     []edge
	start     []uint32 // of each slab's list in slots; one more at the end
	slots     []uint32
	bound     orb.Bound
	slabs     int
	bottom    float64
	slabsPerY float64
}

func newEdgeIndex(edges []edge) *edgeIndex {
	x := &edgeIndex{edges: edges}
	if len(edges) == 0 {
		x.bound = emptyBound()
		return x
	}
	x.bound = orb.Bound{Min: edges[0].a, Max: edges[0].a}
	rise := 0.0
	for i, e := range edges {
		if e.a[1] > e.b[1] {
			e.a, e.b = e.b, e.a
			edges[i] = e
		}
		rise += e.b[1] - e.a[1]
		x.bound = x.bound.Extend(e.a).Extend(e.b)
	}
	x.bottom = x.bound.Min[1]
	height := x.bound.Max[1] - x.bottom
	n := float64(len(edges))
	x.slabs = 1
	if height > 0 && rise > 0 {
		x.slabs = max(1, int(min(n, 3*n/(rise/height))))
	}
	x.slabsPerY = float64(x.slabs) / height
	if height <= 0 || math.IsInf(x.slabsPerY, 0) || math.IsNaN(x.slabsPerY) {
		x.slabs, x.slabsPerY = 1, 0
	}
	x.start = make([]uint32, x.slabs+1)
	for _, e := range edges {
		for s, last := x.slab(e.a[1]), x.slab(e.b[1]); s <= last; s++ {
			x.start[s+1]++
		}
	}
	for s := range x.slabs {
		x.start[s+1] += x.start[s]
	}
	x.slots = make([]uint32, x.start[x.slabs])
	fill := make([]uint32, x.slabs)
	for i, e := range edges {
		for s, last := x.slab(e.a[1]), x.slab(e.b[1]); s <= last; s++ {
			x.slots[x.start[s]+fill[s]] = uint32(i)
			fill[s]++
		}
	}
	return x
}

// slab returns the slab of a latitude, the nearest one if it is outside. It
// never decreases with y, so an edge's slabs include those of all its points.
func (x *edgeIndex) slab(y float64) int {
	s := (y - x.bottom) * x.slabsPerY
	switch {
	case !(s > 0):
		return 0
	case s >= float64(x.slabs-1): // which an int may not hold
		return x.slabs - 1
	}
	return int(s)
}

// locate gives the position of p by the even-odd rule.
func (x *edgeIndex) locate(p orb.Point) Position {
	if !(p[0] >= x.bound.Min[0] && p[0] <= x.bound.Max[0] && p[1] >= x.bound.Min[1] && p[1] <= x.bound.Max[1]) {
		return Outside
	}
	s := x.slab(p[1])
	inside := false
	for _, i := range x.slots[x.start[s]:x.start[s+1]] {
		e := &x.edges[i]
		if p[1] < e.a[1] || p[1] > e.b[1] {
			continue
		}
		if p[0] > e.a[0] && p[0] > e.b[0] {
			continue // the ray to the east never meets it
		}
		if e.a[1] == e.b[1] {
			if p[0] >= min(e.a[0], e.b[0]) {
				return Border
			}
			continue
		}
		if p[0] < e.a[0] && p[0] < e.b[0] {
			if p[1] != e.b[1] {
				inside = !inside
			}
			continue
		}
		switch orient(e.a, e.b, p) {
		case 0:
			return Border
		case 1: // p lies west of the rising edge
			if p[1] != e.b[1] {
				inside = !inside
			}
		}
	}
	if inside {
		return Inside
	}
	return Outside
}

// locateMid is locate for the midpoint of c and d, exactly.
func (x *edgeIndex) locateMid(c, d orb.Point) Position {
	mid := (c[1] + d[1]) / 2
	inside := false
	for s, last := x.slab(math.Nextafter(mid, math.Inf(-1))), x.slab(math.Nextafter(mid, math.Inf(1))); s <= last; s++ {
		for _, i := range x.slots[x.start[s]:x.start[s+1]] {
			e := &x.edges[i]
			if s != last && x.slab(e.b[1]) > s {
				continue // seen again in the next slab
			}
			low, high := compareMid(c[1], d[1], e.a[1]), compareMid(c[1], d[1], e.b[1])
			if low < 0 || high > 0 {
				continue
			}
			if low == 0 && high == 0 {
				if compareMid(c[0], d[0], min(e.a[0], e.b[0])) >= 0 && compareMid(c[0], d[0], max(e.a[0], e.b[0])) <= 0 {
					return Border
				}
				continue
			}
			switch orientMid(e.a, e.b, c, d) {
			case 0:
				return Border
			case 1:
				if high != 0 {
					inside = !inside
				}
			}
		}
	}
	if inside {
		return Inside
	}
	return Outside
}

// near calls fn once for every edge whose box meets the closed box (lo, hi),
// until fn returns false; it then returns false as well.
func (x *edgeIndex) near(lo, hi orb.Point, fn func(e *edge) bool) bool {
	if len(x.edges) == 0 || lo[0] > x.bound.Max[0] || hi[0] < x.bound.Min[0] || lo[1] > x.bound.Max[1] || hi[1] < x.bound.Min[1] {
		return true
	}
	first, last := x.slab(lo[1]), x.slab(hi[1])
	for s := first; s <= last; s++ {
		for _, i := range x.slots[x.start[s]:x.start[s+1]] {
			e := &x.edges[i]
			if e.a[1] > hi[1] || e.b[1] < lo[1] || max(e.a[0], e.b[0]) < lo[0] || min(e.a[0], e.b[0]) > hi[0] {
				continue
			}
			if s != first && x.slab(e.a[1]) < s {
				continue // seen in an earlier slab
			}
			if !fn(e) {
				return false
			}
		}
	}
	return true
}

// meets reports whether some edge shares a point with the segment a–b.
func (x *edgeIndex) meets(a, b orb.Point) bool {
	lo := orb.Point{min(a[0], b[0]), min(a[1], b[1])}
	hi := orb.Point{max(a[0], b[0]), max(a[1], b[1])}
	return !x.near(lo, hi, func(e *edge) bool { return !segmentsMeet(e.a, e.b, a, b) })
}

// holds reports whether p lies on some edge.
func (x *edgeIndex) holds(p orb.Point) bool {
	return !x.near(p, p, func(e *edge) bool { return !onSegment(e.a, e.b, p) })
}

// meetsBox reports whether some edge shares a point with the closed box.
func (x *edgeIndex) meetsBox(b orb.Bound) bool {
	return !x.near(b.Min, b.Max, func(e *edge) bool { return !segmentMeetsBox(e.a, e.b, b) })
}

// segmentMeetsBox is exact, for a segment whose own box meets b.
func segmentMeetsBox(p, q orb.Point, b orb.Bound) bool {
	if b.Contains(p) || b.Contains(q) {
		return true
	}
	o := orient(p, q, b.Min)
	return orient(p, q, b.Max) != o || orient(p, q, orb.Point{b.Min[0], b.Max[1]}) != o ||
		orient(p, q, orb.Point{b.Max[0], b.Min[1]}) != o || o == 0
}

func emptyBound() orb.Bound {
	return orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
}
