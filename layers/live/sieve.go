package live

import (
	"github.com/paulmach/orb"

	"wutu/geo/predicate"
)

// sieve tells how boxes lie to all that a plan asks of places: of a tree node
// wholly inside, every row fulfils it, of one wholly outside none does. The nil
// sieve asks nothing. It is immutable.
type sieve struct {
	hints []orb.Bound // outside of these nothing matches; nil: not known
	parts []func(orb.Bound) predicate.BoxRelation
}

// relate gives the relation of the closed box b to all parts.
func (s *sieve) relate(b orb.Bound) predicate.BoxRelation {
	if s.hints != nil && relateBoxes(s.hints, b) == predicate.BoxOutside {
		return predicate.BoxOutside
	}
	rel := predicate.BoxInside
	for _, part := range s.parts {
		if rel = min(rel, part(b)); rel == predicate.BoxOutside {
			return rel
		}
	}
	return rel
}

// relation is relate, or the one part that it is.
func (s *sieve) relation() func(orb.Bound) predicate.BoxRelation {
	if s.hints == nil && len(s.parts) == 1 {
		return s.parts[0]
	}
	return s.relate
}

// sift joins the query's boxes, its region, the areas of the scope and the boxes
// the filter is known to need. nil: the plan asks nothing of places.
func (p *plan) sift() *sieve {
	s := &sieve{hints: p.hints}
	if p.boxes != nil {
		s.parts = append(s.parts, func(b orb.Bound) predicate.BoxRelation { return relateBoxes(p.boxes, b) })
	}
	if p.region != nil {
		s.parts = append(s.parts, p.relateRegion())
	}
	if p.scope != nil {
		for i := range p.scope.areas {
			a := &p.scope.areas[i]
			s.parts = append(s.parts, func(b orb.Bound) predicate.BoxRelation { return a.relate(b, p.scope.marginM) })
		}
	}
	if s.parts == nil && s.hints == nil {
		return nil
	}
	return s
}

// relateBoxes is BoxInside when one of the boxes holds b, BoxOutside when none
// meets it.
func relateBoxes(boxes []orb.Bound, b orb.Bound) predicate.BoxRelation {
	rel := predicate.BoxOutside
	for i := range boxes {
		q := &boxes[i]
		if !(q.Min[0] <= b.Max[0] && b.Min[0] <= q.Max[0] && q.Min[1] <= b.Max[1] && b.Min[1] <= q.Max[1]) {
			continue
		}
		if q.Min[0] <= b.Min[0] && b.Max[0] <= q.Max[0] && q.Min[1] <= b.Min[1] && b.Max[1] <= q.Max[1] {
			return predicate.BoxInside
		}
		rel = predicate.BoxCrosses
	}
	return rel
}

// relate is how a box lies to what the area owns.
func (a *scopeArea) relate(b orb.Bound, marginM float64) predicate.BoxRelation {
	if !a.near.Intersects(b) {
		return predicate.BoxOutside
	}
	rel := a.shape.RelateBox(b)
	if rel == predicate.BoxOutside && marginM > 0 {
		return predicate.BoxCrosses
	}
	return rel
}

// relateRegion is how a box lies to the region with its buffer.
func (p *plan) relateRegion() func(orb.Bound) predicate.BoxRelation {
	switch {
	case p.buffer == 0:
		return p.region.RelateBox
	case p.disc != nil:
		return func(b orb.Bound) predicate.BoxRelation {
			switch all, none := p.disc.Relate(b); {
			case none:
				return predicate.BoxOutside
			case all:
				return predicate.BoxInside
			}
			return predicate.BoxCrosses
		}
	}
	return p.belt.relate
}
