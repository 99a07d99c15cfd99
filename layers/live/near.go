package live

import (
	"cmp"
	"container/heap"
	"context"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
)

// Near asks for the features around a point.
type Near struct {
	Point   orb.Point // lon/lat degrees
	K       int       // at most this many; 0: all within RadiusM
	RadiusM float64   // geodesic, inclusive; 0: unlimited
}

// Hit is a row with its geodesic distance in metres, 0 inside a polygon.
type Hit struct {
	*Row
	DistanceM float64
}

// Nearest yields the rows that match q from the nearest on, ties in order of
// id. Rows stay valid as long as the View. Sort, After, Offset and Limit of q
// do not matter. Errors as Select; Invalid when neither K nor RadiusM limits
// the answer or the point is not on Earth. It costs the rows whose boxes are
// nearer than the farthest hit.
func (v *View) Nearest(ctx context.Context, q layers.Query, n Near) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		p, err := v.plan(ctx, &q)
		if err == nil {
			err = p.mayList()
		}
		if err == nil {
			err = n.check()
		}
		if err != nil {
			yield(Hit{}, err)
			return
		}
		hits, err := p.nearest(ctx, n)
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

func (n Near) check() error {
	switch {
	case !(math.Abs(n.Point[0]) <= 180):
		return layers.Invalidf("near", "lon", "is not between -180 and 180")
	case !(math.Abs(n.Point[1]) <= 90):
		return layers.Invalidf("near", "lat", "is not between -90 and 90")
	case n.K < 0:
		return layers.Invalidf("near", "k", "is negative")
	case !(n.RadiusM >= 0) || math.IsInf(n.RadiusM, 0):
		return layers.Invalidf("near", "radius", "is not a distance")
	case n.K == 0 && n.RadiusM == 0:
		return layers.Invalidf("near", "k", "give k or radius")
	}
	return nil
}

func (p *plan) nearest(ctx context.Context, n Near) ([]Hit, error) {
	if p.never {
		return nil, ctx.Err()
	}
	best := &farthestFirst{}
	seen := 0
	var err error
	// keep looks at one row at a known distance and says whether the search in
	// this part goes on: distances only grow.
	keep := func(r Row, d float64) bool {
		if seen++; seen%256 == 0 {
			if err = ctx.Err(); err != nil {
				return false
			}
		}
		if math.IsInf(d, 1) || n.RadiusM > 0 && d > n.RadiusM {
			return false
		}
		full := n.K > 0 && best.Len() == n.K
		if full && d > (*best)[0].DistanceM {
			return false
		}
		if !p.match(&r, false) {
			return true
		}
		h := Hit{Row: &r, DistanceM: d}
		switch {
		case !full:
			heap.Push(best, h)
		case compareHits(h, (*best)[0]) < 0:
			(*best)[0] = h
			heap.Fix(best, 0)
		}
		return true
	}
	// What no match can be in is as far as can be: the search never opens it.
	lower := func(b orb.Bound) float64 {
		if p.search != nil && !slices.ContainsFunc(p.search, b.Intersects) || wide(b) && p.scope.misses(b) {
			return math.Inf(1)
		}
		return measure.BoundDistance(n.Point, b)
	}
	blank := *p.row()
	for i := range p.table.parts {
		part := &p.table.parts[i]
		exact := func(row uint32) float64 { return distance(n.Point, part.seg.geometry(row)) }
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
	exact := func(row uint32) float64 { return distance(n.Point, rows[row].feature.Shape) }
	p.table.delta.tree.Nearest(lower, exact, func(row uint32, d float64) bool {
		r := blank
		r.delta = &rows[row]
		return keep(r, d)
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(*best, compareHits)
	return *best, nil
}

// wide tells boxes of tree nodes from those of single rows, for which relating the
// box to an area costs more than finding out later.
func wide(b orb.Bound) bool {
	const degrees = 5e-4 // some 50 m
	return b.Max[0]-b.Min[0] > degrees || b.Max[1]-b.Min[1] > degrees
}

func distance(p orb.Point, g orb.Geometry) float64 {
	if pt, ok := g.(orb.Point); ok {
		return measure.Distance(p, pt)
	}
	return measure.DistanceTo(p, g)
}

func compareHits(a, b Hit) int {
	if c := cmp.Compare(a.DistanceM, b.DistanceM); c != 0 {
		return c
	}
	return strings.Compare(a.ID(), b.ID())
}

// farthestFirst is a heap whose top is the hit that goes first when a nearer
// one is found.
type farthestFirst []Hit

func (h farthestFirst) Len() int           { return len(h) }
func (h farthestFirst) Less(i, j int) bool { return compareHits(h[i], h[j]) > 0 }
func (h farthestFirst) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *farthestFirst) Push(x any)        { *h = append(*h, x.(Hit)) }
func (h *farthestFirst) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
