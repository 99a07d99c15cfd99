package valid

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
)

func (c *checker) polygon(p orb.Polygon) *Error {
	for i, r := range p {
		if e := c.points(r, i); e != nil {
			return e
		}
	}
	for i, r := range p {
		switch {
		case len(r) == 0 && len(p) == 1:
			return nil // an empty polygon
		case len(r) == 0:
			return c.fail(RingPoints, orb.Point{}, i, "the ring is empty")
		case len(r) < 4:
			return c.fail(RingPoints, r[0], i, "the ring has %d points, a ring needs 4", len(r))
		case r[0] != r[len(r)-1]:
			return c.fail(RingClosed, r[len(r)-1], i, "the ring is not closed")
		}
	}
	var edges []edge
	for i, r := range p {
		before := len(edges)
		edges = appendEdges(edges, r, i)
		if len(edges)-before < 3 {
			return c.fail(RingArea, r[0], i, "the ring encloses no area")
		}
	}
	touches, e := c.meetings(edges)
	if e != nil || len(p) < 2 {
		return e
	}
	if e := c.holes(p); e != nil {
		return e
	}
	return c.connected(touches)
}

// edge is a segment of a ring; next is the number of the edge that starts where
// it ends.
type edge struct {
	a, b  orb.Point
	ring  int
	first bool // the ring's first edge
	last  bool // the ring's last edge
	at    int  // position in its ring
}

func appendEdges(edges []edge, r orb.Ring, ring int) []edge {
	start := len(edges)
	for i := 1; i < len(r); i++ {
		if r[i] != r[i-1] {
			edges = append(edges, edge{a: r[i-1], b: r[i], ring: ring, at: len(edges) - start})
		}
	}
	if len(edges) > start {
		edges[start].first = true
		edges[len(edges)-1].last = true
	}
	return edges
}

// neighbours reports whether f follows e or e follows f in their ring.
func neighbours(e, f *edge) bool {
	if e.ring != f.ring {
		return false
	}
	return e.at+1 == f.at || f.at+1 == e.at || e.first && f.last || e.last && f.first
}

// touch is a place where two rings of a polygon meet without crossing.
type touch struct {
	at   orb.Point
	a, b int
}

// meetings finds all pairs of edges that share a point, by a sweep from west to
// east, and judges each. Touches between different rings are returned.
func (c *checker) meetings(edges []edge) ([]touch, *Error) {
	var touches []touch
	var bad *Error
	done := sweep(edges, func(e, f *edge) bool {
		contact, at := predicate.Contact(e.a, e.b, f.a, f.b)
		if contact == predicate.Apart {
			return true
		}
		if e.ring != f.ring {
			if contact == predicate.AtPoint {
				touches = append(touches, touch{at, e.ring, f.ring})
				return true
			}
			bad = c.fail(RingsCross, at, max(e.ring, f.ring), "the ring crosses or shares an edge with ring %d", min(e.ring, f.ring))
			return false
		}
		if contact == predicate.AtPoint && neighbours(e, f) && (at == e.a || at == e.b) && (at == f.a || at == f.b) {
			return true
		}
		bad = c.fail(SelfCross, at, e.ring, "the ring crosses or touches itself")
		return false
	})
	if !done && bad == nil {
		bad = c.tooDense()
	}
	return touches, bad
}

func (c *checker) tooDense() *Error {
	return c.fail(Size, orb.Point{}, -1, "the edges lie too densely to be checked")
}

// sweep calls fn for each pair of edges whose boxes meet, until fn returns
// false. Edges are visited by their western end; those whose eastern end is
// passed are dropped. It goes along the axis on which edges are shorter. Many
// long edges side by side cost a step for each pair; such input is given up
// after a number of steps that no map comes near. It reports whether it came to
// the end.
func sweep(edges []edge, fn func(e, f *edge) bool) bool {
	budget := 50_000_000 + 3000*len(edges)
	var width, height float64
	for i := range edges {
		width += max(edges[i].a[0], edges[i].b[0]) - min(edges[i].a[0], edges[i].b[0])
		height += max(edges[i].a[1], edges[i].b[1]) - min(edges[i].a[1], edges[i].b[1])
	}
	x, y := 0, 1
	if width > height {
		x, y = 1, 0
	}
	type span struct {
		lo, hi, bottom, top float64
		edge                int
	}
	spans := make([]span, len(edges))
	for i := range edges {
		e := &edges[i]
		spans[i] = span{min(e.a[x], e.b[x]), max(e.a[x], e.b[x]), min(e.a[y], e.b[y]), max(e.a[y], e.b[y]), i}
	}
	slices.SortFunc(spans, func(s, t span) int { return cmp.Or(cmp.Compare(s.lo, t.lo), cmp.Compare(s.edge, t.edge)) })
	var active []span
	for _, s := range spans {
		if budget -= len(active); budget < 0 {
			return false
		}
		kept := active[:0]
		for _, t := range active {
			if t.hi < s.lo {
				continue
			}
			kept = append(kept, t)
		}
		active = kept
		for _, t := range active {
			if t.bottom <= s.top && s.bottom <= t.top && !fn(&edges[t.edge], &edges[s.edge]) {
				return false
			}
		}
		active = append(active, s)
	}
	return true
}

// holes checks that every hole lies in the shell and in no other hole. Rings are
// known not to cross properly.
func (c *checker) holes(p orb.Polygon) *Error {
	shell := predicate.Prepare(orb.Polygon{p[0]})
	for i, hole := range p[1:] {
		if shell.TraceLine(orb.LineString(hole)).Outside {
			return c.fail(HoleOutside, hole[0], i+1, "the hole does not lie in its shell")
		}
	}
	if len(p) < 3 {
		return nil
	}
	for i := 1; i < len(p); i++ {
		area := predicate.Prepare(orb.Polygon{p[i]})
		for j := 1; j < len(p); j++ {
			if i == j || !area.Bound().Intersects(p[j].Bound()) {
				continue
			}
			if area.TraceLine(orb.LineString(p[j])).Inside {
				return c.fail(HoleNested, p[j][0], j, "the hole lies in hole %d", i)
			}
		}
	}
	return nil
}

// connected checks that rings and the places where they touch form no cycle:
// around a cycle the inside would be cut in two.
func (c *checker) connected(touches []touch) *Error {
	parent := map[any]any{}
	root := func(x any) any {
		for {
			up, ok := parent[x]
			if !ok {
				return x
			}
			if next, ok := parent[up]; ok {
				parent[x] = next
			}
			x = up
		}
	}
	type link struct {
		ring int
		at   orb.Point
	}
	seen := map[link]bool{}
	for _, t := range touches {
		for _, ring := range [2]int{t.a, t.b} {
			if seen[link{ring, t.at}] {
				continue
			}
			seen[link{ring, t.at}] = true
			a, b := root(ring), root(t.at)
			if a == b {
				return c.fail(Connected, t.at, ring, "the rings cut the inside in pieces")
			}
			parent[a] = b
		}
	}
	return nil
}

// apart checks that the polygons of a valid multi share at most points.
func (c *checker) apart(m orb.MultiPolygon) *Error {
	if len(m) < 2 {
		return nil
	}
	var edges []edge
	for i, p := range m {
		for _, r := range p {
			start := len(edges)
			edges = appendEdges(edges, r, i) // numbered by part
			for k := start; k < len(edges); k++ {
				edges[k].ring = i
			}
		}
	}
	var bad *Error
	done := sweep(edges, func(e, f *edge) bool {
		if e.ring == f.ring {
			return true
		}
		contact, at := predicate.Contact(e.a, e.b, f.a, f.b)
		switch contact {
		case predicate.Apart, predicate.AtPoint:
			return true
		}
		c.part = max(e.ring, f.ring)
		bad = c.fail(PartsOverlap, at, -1, "the polygon overlaps or shares an edge with part %d", min(e.ring, f.ring))
		return false
	})
	if bad != nil {
		return bad
	}
	if !done {
		return c.tooDense()
	}
	return c.nested(m)
}

// nested checks parts whose boxes meet for one lying in the other.
func (c *checker) nested(m orb.MultiPolygon) *Error {
	order := make([]int, 0, len(m))
	for i, p := range m {
		if len(p) > 0 && len(p[0]) > 0 {
			order = append(order, i)
		}
	}
	west := func(i int) float64 { return m[i][0].Bound().Min[0] }
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(west(i), west(j)), cmp.Compare(i, j)) })
	areas := map[int]*predicate.Prepared{}
	area := func(i int) *predicate.Prepared {
		if areas[i] == nil {
			areas[i] = predicate.Prepare(m[i])
		}
		return areas[i]
	}
	for k, i := range order {
		bi := m[i][0].Bound()
		for _, j := range order[k+1:] {
			bj := m[j][0].Bound()
			if bj.Min[0] > bi.Max[0] {
				break
			}
			if !bi.Intersects(bj) {
				continue
			}
			for _, pair := range [2][2]int{{i, j}, {j, i}} {
				for _, r := range m[pair[1]] {
					if area(pair[0]).TraceLine(orb.LineString(r)).Inside {
						c.part = pair[1]
						return c.fail(PartsOverlap, r[0], -1, "the polygon overlaps part %d", pair[0])
					}
				}
			}
		}
	}
	return nil
}
