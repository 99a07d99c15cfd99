package live

import (
	"container/heap"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/proximity"
	"wutu/layers"
)

// NearShape asks for the features around a geometry of any kind, or for the
// nearest few of every kind of feature.
type NearShape struct {
	Shape   *proximity.Shape
	K       int     // at most this many; 0: all within RadiusM, or of every value of Per
	RadiusM float64 // geodesic, inclusive; 0: unlimited
	Per     string  // field whose every value has its own limit, null being a value; "" for none
	PerK    int     // at most this many of each value of Per
}

// maxKinds bounds the values of NearShape.Per.
const maxKinds = 100_000

// NearestTo yields the rows that match q from the nearest to a shape on, ties in
// order of id; what shares a point with the shape is 0 m away. Rows stay valid as
// long as the View. Sort, After, Offset and Limit of q do not matter. Errors as
// Nearest; Invalid and Forbidden naming "per" for a field that is not there or not
// shown whole; TooLarge for one of too many values. It costs the rows whose boxes
// are nearer than the farthest hit; with Per and without RadiusM all that match.
func (v *View) NearestTo(ctx context.Context, q layers.Query, n NearShape) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		p, err := v.prepare(ctx, &q)
		if err == nil {
			err = p.mayList()
		}
		per := -1
		if err == nil {
			per, err = p.checkShape(&n)
		}
		find := func(radiusM float64) ([]Hit, error) {
			n := n
			n.RadiusM = radiusM
			c := &closest{n: &n, per: per, kinds: make(map[layers.Value]*farthestFirst)}
			err := p.closest(ctx, c)
			return c.sorted(), err
		}
		var hits []Hit
		switch {
		case err != nil || p.never:
		case p.now == nil:
			hits, err = find(n.RadiusM)
		case per >= 0:
			hits, err = p.reaching(ctx, n.Shape.Bound(), 0, n.RadiusM, find)
		default:
			hits, err = p.reaching(ctx, n.Shape.Bound(), n.K, n.RadiusM, find)
		}
		if err != nil {
			yield(Hit{}, err)
			return
		}
		for i := range hits {
			p.read.count()
			if !yield(hits[i], nil) {
				return
			}
		}
	}
}

func (p *plan) checkShape(n *NearShape) (per int, err error) {
	switch {
	case n.Shape == nil:
		return -1, layers.Invalidf("near", "geometry", "is missing")
	case n.K < 0 || n.PerK < 0:
		return -1, layers.Invalidf("near", "k", "is negative")
	case !(n.RadiusM >= 0) || math.IsInf(n.RadiusM, 0):
		return -1, layers.Invalidf("near", "radius", "is not a distance")
	case n.Per == "" && n.K == 0 && n.RadiusM == 0:
		return -1, layers.Invalidf("near", "k", "give k or radius")
	case n.Per == "":
		return -1, nil
	case n.PerK == 0:
		return -1, layers.Invalidf("near", "per", "needs the number of features of each value")
	}
	l := p.table.layer
	per = l.FieldIndex(n.Per)
	if per < 0 {
		return -1, layers.Invalidf("near", "per", fmt.Sprintf("layer %s has no field %.80q", l.ID, n.Per))
	}
	if p.decision.MayUse(l, per) != nil {
		return -1, &layers.Error{Kind: layers.Forbidden, Op: "near", Layer: l.ID, Field: "per", Err: fmt.Errorf("field %s is personal", n.Per)}
	}
	return per, nil
}

// closest keeps the nearest hits, of every value of a field if so asked.
type closest struct {
	n     *NearShape
	per   int                             // -1: none
	all   farthestFirst                   // without per
	kinds map[layers.Value]*farthestFirst // with per
	err   error
}

// heapOf returns the hits that a row competes with, and how many there may be.
func (c *closest) heapOf(r *Row) (*farthestFirst, int) {
	if c.per < 0 {
		return &c.all, c.n.K
	}
	v := r.Value(c.per)
	h := c.kinds[v]
	if h == nil {
		if len(c.kinds) == maxKinds {
			c.err = &layers.Error{Kind: layers.TooLarge, Op: "near", Field: "per", Err: fmt.Errorf("has more than %d values", maxKinds)}
		}
		h = &farthestFirst{}
		c.kinds[v] = h
	}
	return h, c.n.PerK
}

// offer takes a matching row at its distance.
func (c *closest) offer(r *Row, d float64) bool {
	h, most := c.heapOf(r)
	hit := Hit{Row: r, DistanceM: d}
	switch {
	case most == 0 || h.Len() < most:
		heap.Push(h, hit)
	case compareHits(hit, (*h)[0]) < 0:
		(*h)[0] = hit
		heap.Fix(h, 0)
	}
	return c.err == nil
}

// tooFar reports that no row at distance d or farther can be a hit.
func (c *closest) tooFar(d float64) bool {
	return math.IsInf(d, 1) || c.n.RadiusM > 0 && d > c.n.RadiusM ||
		c.per < 0 && c.n.K > 0 && len(c.all) == c.n.K && d > c.all[0].DistanceM
}

func (c *closest) sorted() []Hit {
	out := []Hit(c.all)
	for _, h := range c.kinds {
		out = append(out, *h...)
	}
	slices.SortFunc(out, compareHits)
	if c.n.K > 0 && len(out) > c.n.K {
		out = out[:c.n.K]
	}
	return out
}

func (p *plan) closest(ctx context.Context, c *closest) error {
	if c.per >= 0 && c.n.RadiusM == 0 {
		return p.closestOfKinds(ctx, c)
	}
	seen := 0
	var err error
	blank := *p.row()
	keep := func(at Row, d float64) bool {
		if seen++; seen%256 == 0 {
			if err = ctx.Err(); err != nil {
				return false
			}
		}
		if c.tooFar(d) {
			return false
		}
		return !p.match(&at, false) || c.offer(&at, d)
	}
	// What no match can be in is as far as can be: the search never opens it.
	lower := func(b orb.Bound) float64 {
		if p.search != nil && !slices.ContainsFunc(p.search, b.Intersects) || wide(b) && p.scope.misses(b) {
			return math.Inf(1)
		}
		return c.n.Shape.Floor(b)
	}
	for i := range p.table.parts {
		part := &p.table.parts[i]
		exact := func(row uint32) float64 { return c.n.Shape.Distance(part.seg.geometry(row)) }
		part.seg.tree.Nearest(lower, exact, func(row uint32, d float64) bool {
			if part.dead.has(row) {
				return true
			}
			r := blank
			r.seg, r.row = part.seg, row
			return keep(r, d)
		})
	}
	rows := p.table.delta.rows
	exact := func(row uint32) float64 { return c.n.Shape.Distance(rows[row].feature.Shape) }
	p.table.delta.tree.Nearest(lower, exact, func(row uint32, d float64) bool {
		r := blank
		r.delta = &rows[row]
		return keep(r, d)
	})
	if err == nil {
		err = c.err
	}
	return err
}

// closestOfKinds looks at every match: a value may be far away from everywhere.
func (p *plan) closestOfKinds(ctx context.Context, c *closest) error {
	err := p.each(ctx, func(r *Row) bool {
		g := r.Geometry()
		if g == nil {
			return true
		}
		if h, most := c.heapOf(r); h.Len() == most && c.n.Shape.Floor(g.Bound()) > (*h)[0].DistanceM {
			return c.err == nil
		}
		d := c.n.Shape.Distance(g)
		if math.IsInf(d, 1) {
			return true
		}
		kept := *r
		return c.offer(&kept, d)
	})
	if err == nil {
		err = c.err
	}
	return err
}
