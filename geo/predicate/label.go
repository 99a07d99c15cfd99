package predicate

import (
	"cmp"
	"math"

	"github.com/paulmach/orb"
)

// LabelPoint returns the point of a polygon or multipolygon that is farthest
// from its border, to within 1 % of its size: the place for a label. Degrees of
// longitude are shortened by the cosine of the latitude. For other geometries it
// is InteriorPoint. Source: the quadtree search known as polylabel. O(n) for
// each of some dozens of cells.
func LabelPoint(g orb.Geometry) orb.Point {
	var m orb.MultiPolygon
	switch g := g.(type) {
	case orb.Ring:
		m = orb.MultiPolygon{{g}}
	case orb.Polygon:
		m = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		m = g
	default:
		return InteriorPoint(g)
	}
	seed := inPolygons(m)
	a := newArea(m...)
	if a == nil {
		return seed
	}
	k := stretch(a.bound.Center()[1])
	w, h := (a.bound.Max[0]-a.bound.Min[0])*k, a.bound.Max[1]-a.bound.Min[1]
	size := min(w, h)
	if size <= 0 {
		return seed
	}
	precision := size / 100
	best := cell{at: seed}
	best.depth, _ = a.depth(seed, k, 0)
	var q cells
	push := func(x, y, half float64) {
		c := cell{at: orb.Point{x, y}, half: half}
		// A border so near settles it, whatever the side: the centre is no deeper than the
		// best, and no other point of the cell is deeper by more than the precision.
		enough := min(best.depth, best.depth+precision-half*math.Sqrt2)
		var ok bool
		if c.depth, ok = a.depth(c.at, k, enough*(1-1e-9)); !ok {
			return
		}
		c.most = c.depth + half*math.Sqrt2
		if c.depth > best.depth {
			best = c
		}
		if c.most > best.depth+precision {
			q.push(c)
		}
	}
	half := size / 2
	nx, ny := int(min(64, math.Ceil(w/size))), int(min(64, math.Ceil(h/size)))
	half = max(half, w/float64(nx)/2, h/float64(ny)/2)
	for i := range nx {
		for j := range ny {
			push(a.bound.Min[0]+(2*float64(i)+1)*half/k, a.bound.Min[1]+(2*float64(j)+1)*half, half)
		}
	}
	for budget := 4000; len(q) > 0 && budget > 0; budget-- {
		c := q.pop()
		if c.most <= best.depth+precision {
			break
		}
		s := c.half / 2
		for _, d := range [4][2]float64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
			push(c.at[0]+d[0]*s/k, c.at[1]+d[1]*s, s)
		}
	}
	if a.locate(best.at) != Inside {
		return seed
	}
	return best.at
}

// depth is the distance of p to the border, negative outside; degrees of latitude. ok is
// false when it is no more than enough, if that is above 0: then it is not worked out.
func (a *area) depth(p orb.Point, k, enough float64) (depth float64, ok bool) {
	near := -1.0
	if enough > 0 {
		near = enough * enough
	}
	least := math.Inf(1)
	for i := range a.edges {
		e := &a.edges[i]
		x, y := (e.a[0]-p[0])*k, e.a[1]-p[1]
		dx, dy := (e.b[0]-e.a[0])*k, e.b[1]-e.a[1]
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = min(1, max(0, -(x*dx+y*dy)/l))
		}
		x, y = x+t*dx, y+t*dy
		if least = min(least, x*x+y*y); least <= near {
			return 0, false
		}
	}
	if a.locate(p) == Inside {
		return math.Sqrt(least), true
	}
	return -math.Sqrt(least), true
}

// cell is a square of the search: its centre, half its side in degrees of
// latitude, the depth of the centre and the most any point of it can have.
type cell struct {
	at                orb.Point
	half, depth, most float64
}

// cells is a heap: the most promising first, those as promising by place.
type cells []cell

func (q cells) before(i, j int) bool {
	return cmp.Or(-cmp.Compare(q[i].most, q[j].most), cmp.Compare(q[i].at[0], q[j].at[0]), cmp.Compare(q[i].at[1], q[j].at[1])) < 0
}

func (q *cells) push(c cell) {
	*q = append(*q, c)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.before(i, up) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (q *cells) pop() cell {
	h := *q
	first, n := h[0], len(h)-1
	h[0] = h[n]
	h = h[:n]
	*q = h
	for i := 0; ; {
		next := 2*i + 1
		if next+1 < n && h.before(next+1, next) {
			next++
		}
		if next >= n || !h.before(next, i) {
			return first
		}
		h[i], h[next] = h[next], h[i]
		i = next
	}
}
