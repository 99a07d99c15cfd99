package predicate

import (
	"cmp"
	"container/heap"
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
	best := cell{at: seed, depth: a.depth(seed, k)}
	q := &cells{}
	push := func(x, y, half float64) {
		c := cell{at: orb.Point{x, y}, half: half}
		c.depth = a.depth(c.at, k)
		c.most = c.depth + half*math.Sqrt2
		if c.depth > best.depth {
			best = c
		}
		if c.most > best.depth+precision {
			heap.Push(q, c)
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
	for budget := 4000; q.Len() > 0 && budget > 0; budget-- {
		c := heap.Pop(q).(cell)
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

// depth is the distance of p to the border, negative outside; degrees of
// latitude.
func (a *area) depth(p orb.Point, k float64) float64 {
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
		least = min(least, x*x+y*y)
	}
	if a.locate(p) == Inside {
		return math.Sqrt(least)
	}
	return -math.Sqrt(least)
}

// cell is a square of the search: its centre, half its side in degrees of
// latitude, the depth of the centre and the most any point of it can have.
type cell struct {
	at                orb.Point
	half, depth, most float64
}

type cells []cell

func (c cells) Len() int { return len(c) }
func (c cells) Less(i, j int) bool {
	return cmp.Or(-cmp.Compare(c[i].most, c[j].most), cmp.Compare(c[i].at[0], c[j].at[0]), cmp.Compare(c[i].at[1], c[j].at[1])) < 0
}
func (c cells) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *cells) Push(x any)   { *c = append(*c, x.(cell)) }
func (c *cells) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}
