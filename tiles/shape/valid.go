package shape

// valid reports whether f.rings, each cleaned, are a polygon as it may be
// written: no edge touches another except neighbours at their common point,
// every ring after the first inside the first and outside all others. It costs
// O(n log n) for n edges of which few overlap in x and y; a polygon whose rings
// touch, which would be allowed, is reported as not valid.
func (f *Frame) valid() bool {
	rings := f.rings
	if len(rings) == 1 && convex(rings[0]) {
		return true
	}
	f.edges = appendSegments(f.edges[:0], rings)
	if !apart(f.edges, rings) {
		return false
	}
	for i, hole := range rings[1:] {
		// Rings do not touch, so one point decides.
		for j, other := range rings {
			if j != i+1 && (locate(hole[0], other) > 0) != (j == 0) {
				return false
			}
		}
	}
	return true
}

// apart reports whether no edge of the rings touches another except neighbours at
// their common point. Of some dozens of edges, to look at the boxes of all pairs takes
// a fraction of what it takes to make a tree of them.
func apart(edges []segment, rings [][]XY) bool {
	may := func(a, b segment) bool { return a.ring == b.ring && neighbours(a, b, len(rings[a.ring])) }
	const few = 64
	if len(edges) > few {
		ok := true
		meetings(edges, func(a, b segment) bool {
			ok = may(a, b)
			return ok
		})
		return ok
	}
	var boxes [few]box
	for i := range edges {
		boxes[i] = edges[i].box()
	}
	for i := range edges {
		a := boxes[i]
		for j, b := range boxes[i+1 : len(edges)] {
			if a.meets(b) {
				if e, o := edges[i], edges[i+1+j]; touch(e, o) && !may(e, o) {
					return false
				}
			}
		}
	}
	return true
}

// convex reports whether a cleaned ring turns one way only, and round once: so it
// crosses nothing.
func convex(ring []XY) bool {
	n := len(ring)
	a, b := ring[n-2], ring[n-1]
	way := turn(a, b, ring[0])
	changes, east := 0, b.X > a.X || b.X == a.X && b.Y > a.Y
	for _, c := range ring {
		if turn(a, b, c) != way {
			return false
		}
		if e := c.X > b.X || c.X == b.X && c.Y > b.Y; e != east {
			changes, east = changes+1, e
		}
		a, b = b, c
	}
	return changes == 2
}

// neighbours reports whether two meeting edges of a ring of n points are
// neighbours that meet only where they must.
func neighbours(a, b segment, n int) bool {
	if b.index == (a.index+1)%n {
		return a.q == b.p && !onSegment(a.p, b.p, b.q) && !onSegment(b.q, a.p, a.q)
	}
	if a.index == (b.index+1)%n {
		return neighbours(b, a, n)
	}
	return false
}

// locate is 1 when p lies inside ring, -1 outside, 0 on it.
func locate(p XY, ring []XY) int {
	inside := false
	a := ring[len(ring)-1]
	for _, b := range ring {
		if (a.Y > p.Y) != (b.Y > p.Y) {
			t := turn(a, b, p)
			if t == 0 {
				return 0
			}
			if (t > 0) == (b.Y > a.Y) {
				inside = !inside
			}
		} else if onSegment(p, a, b) {
			return 0
		}
		a = b
	}
	if inside {
		return 1
	}
	return -1
}
