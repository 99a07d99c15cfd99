package fence

import (
	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
)

// edge is a piece of a border, lon/lat degrees.
type edge struct{ a, b orb.Point }

// nearEdge is an edge with what a way that meets it must know of its fence.
type nearEdge struct {
	edge
	slot  uint32
	plain bool
}

// together is how many edges lie below one leaf of a border's tree. They are looked at
// one after the other, as they lie in memory: among millions of edges it is the places
// in memory that cost, not the edges.
const together = 8

// border is the edges of many fences, packed by place: those near each other lie
// together in memory, whichever fences they are of. 43 bytes an edge.
type border struct {
	tree   *index.Packed // of groups; nil: empty
	edges  []nearEdge    // group after group
	starts []uint32      // where each group begins, and where the last ends
}

func (b *border) len() int { return len(b.edges) }

// search calls fn for the edges whose boxes meet a box, until fn returns false, and
// reports whether it never did.
func (b *border) search(box orb.Bound, fn func(e *nearEdge) bool) bool {
	if b.tree == nil {
		return true
	}
	return b.tree.Search(box, func(group uint32) bool {
		list := b.edges[b.starts[group]:b.starts[group+1]]
		for i := range list {
			if list[i].box().Intersects(box) && !fn(&list[i]) {
				return false
			}
		}
		return true
	})
}

// packBorder packs the edges of all fences that exist.
func packBorder(fences []slot) border {
	total := 0
	for i := range fences {
		total += fences[i].edges
	}
	if total == 0 {
		return border{}
	}
	edges := make([]nearEdge, 0, total)
	for n := range fences {
		if fences[n].shape == nil {
			continue
		}
		eachEdge(fences[n].shape, func(a, b orb.Point) bool {
			e := edge{a, b}
			if box := e.box(); box.Min[0] <= box.Max[0] && box.Min[1] <= box.Max[1] { // no NaN
				edges = append(edges, nearEdge{e, uint32(n), fences[n].plain})
			}
			return true
		})
	}
	if len(edges) == 0 {
		return border{}
	}
	_, order := index.Build(len(edges), func(i int) orb.Bound { return edges[i].box() })
	group := func(i int) []uint32 { return order[i*together : min((i+1)*together, len(order))] }
	tree, groups := index.Build((len(order)+together-1)/together, func(i int) orb.Bound {
		box := edges[group(i)[0]].box()
		for _, k := range group(i)[1:] {
			box = box.Union(edges[k].box())
		}
		return box
	})
	out := border{tree: tree, edges: make([]nearEdge, 0, total), starts: make([]uint32, 1, len(groups)+1)}
	for _, g := range groups {
		for _, k := range group(int(g)) {
			out.edges = append(out.edges, edges[k])
		}
		out.starts = append(out.starts, uint32(len(out.edges)))
	}
	return out
}

// box is the box around an edge.
func (e *edge) box() orb.Bound { return wayBox(e.a, e.b) }

// wayBox is the box around a way.
func wayBox(a, b orb.Point) orb.Bound {
	return orb.Bound{Min: orb.Point{min(a[0], b[0]), min(a[1], b[1])}, Max: orb.Point{max(a[0], b[0]), max(a[1], b[1])}}
}

// plain reports whether a shape is one area, with one inside and one border.
func plain(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Polygon, orb.MultiPolygon, orb.Ring:
		return true
	case orb.Bound:
		return g.Min[0] < g.Max[0] && g.Min[1] < g.Max[1]
	}
	return false
}

// eachEdge calls fn with the edges of a shape until it returns false, and reports
// whether it never did: of rings closed, of points from the point to itself. A way
// that meets none of them has both ends in the shape or none.
func eachEdge(g orb.Geometry, fn func(a, b orb.Point) bool) bool {
	switch g := g.(type) {
	case orb.Point:
		return fn(g, g)
	case orb.MultiPoint:
		for _, p := range g {
			if !fn(p, p) {
				return false
			}
		}
	case orb.LineString:
		return eachOfChain(g, false, fn)
	case orb.MultiLineString:
		for _, l := range g {
			if !eachOfChain(l, false, fn) {
				return false
			}
		}
	case orb.Ring:
		return eachOfChain(g, true, fn)
	case orb.Polygon:
		for _, r := range g {
			if !eachOfChain(r, true, fn) {
				return false
			}
		}
	case orb.MultiPolygon:
		for _, p := range g {
			if !eachEdge(p, fn) {
				return false
			}
		}
	case orb.Bound:
		return eachOfChain(g.ToRing(), true, fn)
	case orb.Collection:
		for _, part := range g {
			if !eachEdge(part, fn) {
				return false
			}
		}
	}
	return true
}

func eachOfChain(c []orb.Point, closed bool, fn func(a, b orb.Point) bool) bool {
	if len(c) == 0 {
		return true
	}
	if len(c) == 1 && !closed {
		return fn(c[0], c[0])
	}
	for i := 1; i < len(c); i++ {
		if (!closed || c[i-1] != c[i]) && !fn(c[i-1], c[i]) {
			return false
		}
	}
	if last := c[len(c)-1]; closed && last != c[0] {
		return fn(last, c[0])
	}
	return true
}

// locate is where a point lies to a plain shape, by the even-odd rule, exactly as
// predicate.Prepared says it, looking at every edge.
func locate(g orb.Geometry, p orb.Point) predicate.Position {
	inside, on := false, false
	eachEdge(g, func(a, b orb.Point) bool {
		if a[1] > b[1] {
			a, b = b, a
		}
		if p[1] < a[1] || p[1] > b[1] || p[0] > a[0] && p[0] > b[0] {
			return true
		}
		if a[1] == b[1] {
			on = p[0] >= min(a[0], b[0])
			return !on
		}
		if p[0] < a[0] && p[0] < b[0] {
			inside = inside != (p[1] != b[1])
			return true
		}
		switch predicate.Side(a, b, p) {
		case 0:
			on = true
			return false
		case 1: // west of the rising edge
			inside = inside != (p[1] != b[1])
		}
		return true
	})
	switch {
	case on:
		return predicate.Border
	case inside:
		return predicate.Inside
	}
	return predicate.Outside
}

// meet is how a way lies to an edge.
type meet uint8

const (
	apart    meet = iota // no point in common
	crossing             // from one side to the other, through neither's ends
	touching             // an end of one lies on the other
)

// meeting says how the way from p to q lies to the edge from a to b. Exact.
func meeting(a, b, p, q orb.Point) meet {
	if max(a[0], b[0]) < min(p[0], q[0]) || max(p[0], q[0]) < min(a[0], b[0]) ||
		max(a[1], b[1]) < min(p[1], q[1]) || max(p[1], q[1]) < min(a[1], b[1]) {
		return apart
	}
	o1, o2 := predicate.Side(a, b, p), predicate.Side(a, b, q)
	if o1*o2 > 0 {
		return apart
	}
	o3, o4 := predicate.Side(p, q, a), predicate.Side(p, q, b)
	switch {
	case o3*o4 > 0:
		return apart
	case o1*o2*o3*o4 != 0:
		return crossing
	case predicate.OnSegment(a, b, p), predicate.OnSegment(a, b, q), predicate.OnSegment(p, q, a), predicate.OnSegment(p, q, b):
		return touching
	}
	return apart
}

// mayMeet reports whether a way may meet a box: false only when it does not.
func mayMeet(a, b orb.Point, box orb.Bound) bool {
	if !wayBox(a, b).Intersects(box) {
		return false
	}
	o := predicate.Side(a, b, box.Min)
	return o == 0 || predicate.Side(a, b, box.Max) != o ||
		predicate.Side(a, b, orb.Point{box.Min[0], box.Max[1]}) != o || predicate.Side(a, b, orb.Point{box.Max[0], box.Min[1]}) != o
}
