package predicate

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"
)

// Relation is one of the rarer relations of OGC Simple Features. All of them are
// symmetric.
type Relation uint8

// The relations.
const (
	Equals   Relation = iota // the same points
	Touches                  // some point in common, but none inside both
	Crosses                  // of lines, one place inside both; else parts of the lower dimension in and out of the other
	Overlaps                 // of one dimension, and the interiors share that much and neither covers the other
)

// String is "equals", "touches", "crosses" or "overlaps".
func (r Relation) String() string {
	return [...]string{"equals", "touches", "crosses", "overlaps", "unknown"}[min(r, 4)]
}

// Relate reports whether a and b are in the relation r. To ask many times about
// the same geometry, Prepare it.
func Relate(r Relation, a, b orb.Geometry) bool {
	return overlap(bound(a), bound(b)) && Prepare(a).Relate(r, b)
}

// Relate reports whether the geometry and g are in the relation r. Nil and empty
// geometries are in none, not even equal to each other, as the matrix of the
// standard has it.
//
// Exact for points, lines, polygons and their multis; collections of several
// parts go by the DE-9IM matrix of simplefeatures, which computes in floats, and
// are in no relation when it cannot make one. Boxes that do not meet are
// answered at once.
func (p *Prepared) Relate(r Relation, g orb.Geometry) bool {
	if !overlap(p.bound, bound(g)) {
		return false
	}
	q := Prepare(g)
	if p.mixed || q.mixed {
		return relateMatrix(r, p.geometry, g)
	}
	switch r {
	case Equals:
		return p.covers(q) && q.covers(p)
	case Touches:
		return p.Intersects(g) && p.shared(q) < 0
	case Crosses:
		low, high := p, q
		if low.dimension() > high.dimension() {
			low, high = high, low
		}
		if low.dimension() < high.dimension() {
			return p.shared(q) >= 0 && !high.covers(low)
		}
		return p.lines != nil && p.shared(q) == 0
	case Overlaps:
		return p.dimension() == q.dimension() && p.shared(q) == p.dimension() && !p.covers(q) && !q.covers(p)
	}
	return false
}

func relateMatrix(r Relation, a, b orb.Geometry) bool {
	switch r {
	case Equals:
		return matrix(geom.Equals, a, b)
	case Touches:
		return matrix(geom.Touches, a, b)
	case Crosses:
		return matrix(geom.Crosses, a, b)
	case Overlaps:
		return matrix(geom.Overlaps, a, b)
	}
	return false
}

func (p *Prepared) covers(q *Prepared) bool { return p.Covers(q.geometry) }

// dimension is 0, 1 or 2, and −1 of an empty geometry. Of several it is the highest.
func (p *Prepared) dimension() int {
	switch {
	case len(p.areas) > 0:
		return 2
	case p.lines != nil:
		return 1
	case len(p.points) > 0:
		return 0
	}
	return -1
}

// shared is the dimension of what the interiors of p and q have in common, −1 for
// nothing. Neither may be mixed.
func (p *Prepared) shared(q *Prepared) int {
	if p.dimension() > q.dimension() {
		p, q = q, p
	}
	switch {
	case q.dimension() < 0:
	case len(p.points) > 0:
		for at := range p.points {
			if q.Locate(at) == Inside {
				return 0
			}
		}
	case p.lines != nil && q.lines != nil:
		return p.sharedLines(q)
	case p.lines != nil:
		for _, e := range p.lines.edges {
			if q.areas[0].trace([]orb.Point{e.a, e.b}).Inside {
				return 1
			}
		}
	case len(p.areas) > 0 && p.areas[0].sharesInside(q.areas[0]):
		return 2
	}
	return -1
}

// sharedLines looks for a piece that lies on both, and notes single places.
func (p *Prepared) sharedLines(q *Prepared) int {
	best := -1
	for _, e := range p.lines.edges {
		lo := orb.Point{min(e.a[0], e.b[0]), e.a[1]}
		hi := orb.Point{max(e.a[0], e.b[0]), e.b[1]}
		q.lines.near(lo, hi, func(f *edge) bool {
			switch how, at := Contact(e.a, e.b, f.a, f.b); how {
			case Along:
				best = 1
			case AtPoint:
				if best < 0 && p.Locate(at) == Inside && q.Locate(at) == Inside {
					best = 0
				}
			case Across:
				if best < 0 && !p.endsAt(&e, f) && !q.endsAt(&e, f) {
					best = 0
				}
			case Apart:
			}
			return best < 1
		})
		if best == 1 {
			break
		}
	}
	return best
}

// endsAt reports whether an end of p's lines lies where e and f cross: another of
// its lines may end there.
func (p *Prepared) endsAt(e, f *edge) bool {
	for v := range p.ends {
		if onSegment(e.a, e.b, v) && onSegment(f.a, f.b, v) {
			return true
		}
	}
	return false
}

// sharesInside reports whether the insides of two areas have a point in common. If
// no border runs through the other's inside, every connected part of either
// inside is wholly in or out of the other, and is in only when a piece of its
// border is a border of the other with the inside on the same side.
func (a *area) sharesInside(b *area) bool {
	if !overlap(a.bound, b.bound) {
		return false
	}
	for _, pair := range [2][2]*area{{a, b}, {b, a}} {
		for _, e := range pair[0].edges {
			if pair[1].trace([]orb.Point{e.a, e.b}).Inside {
				return true
			}
		}
	}
	for _, e := range a.edges {
		for c, d := range pieces(e.a, e.b, a.edgeIndex, b.edgeIndex) {
			if b.locateMid(c, d) != Border {
				continue
			}
			if near, far := a.sides(c, d); near != far {
				if n, f := b.sides(c, d); n && near || f && far {
					return true
				}
			}
		}
	}
	return false
}

// pieces yields the pieces of p–q between the vertices of the edges that lie on
// it. Vertices of edges that cross it are not looked for.
func pieces(p, q orb.Point, by ...*edgeIndex) func(yield func(c, d orb.Point) bool) {
	return func(yield func(c, d orb.Point) bool) {
		cuts := []orb.Point{p, q}
		lo := orb.Point{min(p[0], q[0]), min(p[1], q[1])}
		hi := orb.Point{max(p[0], q[0]), max(p[1], q[1])}
		for _, x := range by {
			x.near(lo, hi, func(e *edge) bool {
				for _, v := range [2]orb.Point{e.a, e.b} {
					if v != p && v != q && onSegment(p, q, v) {
						cuts = append(cuts, v)
					}
				}
				return true
			})
		}
		sortAlong(cuts, p, q)
		for i := 1; i < len(cuts); i++ {
			if cuts[i] != cuts[i-1] && !yield(cuts[i-1], cuts[i]) {
				return
			}
		}
	}
}

// sides reports whether the faces beside the middle of c–d are inside: the one to
// the west, or south of a level piece, and the other one. No vertex may lie
// between c and d.
func (x *edgeIndex) sides(c, d orb.Point) (near, far bool) {
	mid := (c[1] + d[1]) / 2
	lo := orb.Point{x.bound.Min[0], math.Nextafter(mid, math.Inf(-1))}
	hi := orb.Point{x.bound.Max[0], math.Nextafter(mid, math.Inf(1))}
	level := c[1] == d[1]
	x.near(lo, hi, func(e *edge) bool {
		if e.a[1] == e.b[1] {
			return true
		}
		low, high := compareMid(c[1], d[1], e.a[1]), compareMid(c[1], d[1], e.b[1])
		if level {
			// A ray to the east just below the piece, and one just above.
			if orientMid(e.a, e.b, c, d) > 0 {
				near = near != (low > 0 && high <= 0)
				far = far != (low >= 0 && high < 0)
			}
			return true
		}
		if low < 0 || high >= 0 {
			return true
		}
		switch orientMid(e.a, e.b, c, d) {
		case 0: // the piece itself
			near = !near
		case 1:
			near, far = !near, !far
		}
		return true
	})
	return near, far
}

func matrix(test func(a, b geom.Geometry) (bool, error), a, b orb.Geometry) bool {
	ga, errA := simpleFeature(a)
	gb, errB := simpleFeature(b)
	if errA != nil || errB != nil {
		return false
	}
	holds, err := test(ga, gb)
	return err == nil && holds
}

// simpleFeature copies g over its well-known binary form, unchecked.
func simpleFeature(g orb.Geometry) (geom.Geometry, error) {
	switch shape := g.(type) {
	case orb.Bound:
		g = shape.ToPolygon()
	case orb.Ring:
		g = orb.Polygon{shape}
	}
	b, err := wkb.Marshal(g)
	if err != nil {
		return geom.Geometry{}, err
	}
	return geom.UnmarshalWKB(b, geom.NoValidate{})
}
