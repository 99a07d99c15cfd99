package live

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
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
		p, err := v.prepare(ctx, &q)
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
		find := func(radiusM float64) ([]Hit, error) {
			return p.nearest(ctx, Near{Point: n.Point, K: n.K, RadiusM: radiusM})
		}
		var hits []Hit
		if p.now == nil {
			hits, err = find(n.RadiusM)
		} else {
			hits, err = p.reaching(ctx, orb.Bound{Min: n.Point, Max: n.Point}, n.K, n.RadiusM, find)
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

// reach is how far a hit may be, metres.
func (n *Near) reach() float64 {
	if n.RadiusM > 0 {
		return n.RadiusM
	}
	return math.Inf(1)
}

func (p *plan) nearest(ctx context.Context, n Near) ([]Hit, error) {
	if p.never {
		return nil, ctx.Err()
	}
	if p.query.IDs != nil {
		return p.nearestOfIDs(ctx, n)
	}
	best := newClosestRows(p, &n, n.reach())
	pace := pace{ctx: ctx}
	around := measure.NewAround(n.Point)
	least := p.leastFrom(&around)
	r := p.row()
	for i := range p.table.parts {
		s := p.sweep(&p.table.parts[i], r)
		s.browse(int32(i), &around, least, best, &pace)
	}
	p.browseDelta(r, &around, least, best, &pace)
	if pace.err == nil {
		pace.err = ctx.Err()
	}
	if pace.err != nil {
		return nil, pace.err
	}
	return best.hits(), nil
}

// leastFrom bounds the distance to what can match in a box from below: what no
// match can be in is as far as can be.
func (p *plan) leastFrom(around *measure.Around) func(orb.Bound) float64 {
	if p.search == nil {
		return around.Least
	}
	return func(b orb.Bound) float64 {
		if !slices.ContainsFunc(p.search, b.Intersects) || wide(b) && p.sieve.relate(b) == predicate.BoxOutside {
			return math.Inf(1)
		}
		return around.Least(b)
	}
}

// browse offers the rows of a segment that match, leaf by leaf.
func (s *sweep) browse(part int32, around *measure.Around, least func(orb.Bound) float64, best *closestRows, pace *pace) {
	seg, dead := s.part.seg, s.part.dead
	at := around.Point()
	seg.tree.Browse(best.far, least, func(lo, hi uint32) float64 {
		if !pace.on(hi - lo) {
			return -1
		}
		for row := lo; row < hi; row++ {
			d := 0.0
			if seg.geoms == nil {
				if around.Near(seg.points[row]) > best.far {
					continue
				}
				d = measure.Distance(at, seg.points[row])
			} else {
				if least(seg.tree.Box(row)) > best.far {
					continue
				}
				d = distance(at, seg.geoms[row])
			}
			if d <= best.far && !math.IsInf(d, 1) && !dead.has(row) && s.matches(row, false) {
				best.offer(closeRow{distanceM: d, rowRef: rowRef{part: int(part), row: row}})
			}
		}
		return best.far
	})
}

// browseDelta offers the rows of the delta that match. When it is known how far a hit
// may be, those in the box of it are looked at: that costs a tenth of finding them from
// the nearest on.
func (p *plan) browseDelta(r *Row, around *measure.Around, least func(orb.Bound) float64, best *closestRows, pace *pace) {
	d := p.table.delta
	r.seg = nil
	offer := func(row uint32, metres float64) {
		if r.delta = &d.rows[row]; p.match(r, false) {
			best.offer(closeRow{distanceM: metres, rowRef: rowRef{part: -1, row: row}})
		}
	}
	at := around.Point()
	if math.IsInf(best.far, 1) || d.astray {
		d.tree.Nearest(least, func(row uint32) float64 { return distance(at, d.rows[row].feature.Shape) }, func(row uint32, metres float64) bool {
			if !pace.on(1) || metres > best.far || math.IsInf(metres, 1) {
				return false
			}
			offer(row, metres)
			return true
		})
		return
	}
	d.tree.Search(measure.Circle(at, best.far), func(row uint32) bool {
		if !pace.on(1) {
			return false
		}
		metres := 0.0
		if !d.mixed {
			q := d.rows[row].point
			if around.Near(q) > best.far {
				return true
			}
			metres = measure.Distance(at, q)
		} else {
			g := d.rows[row].feature.Shape
			if least(g.Bound()) > best.far {
				return true
			}
			metres = distance(at, g)
		}
		if metres <= best.far && !math.IsInf(metres, 1) {
			offer(row, metres)
		}
		return true
	})
}

// nearestOfIDs measures the rows that are asked for by id.
func (p *plan) nearestOfIDs(ctx context.Context, n Near) ([]Hit, error) {
	best := newClosestRows(p, &n, n.reach())
	err := p.each(ctx, func(r *Row) bool {
		if d := distance(n.Point, r.Geometry()); d <= best.far && !math.IsInf(d, 1) {
			ref, _ := p.table.lookup(r.ID())
			best.offer(closeRow{distanceM: d, rowRef: ref})
		}
		return true
	})
	return best.hits(), err
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
