package live

import (
	"context"

	"wutu/geo/index"
)

// sweep is a plan at work on one segment. For one goroutine.
type sweep struct {
	plan   *plan
	part   *part
	row    *Row
	screen *screen // nil: no condition on fields
	look   bool    // rows inside must be looked at one by one
	circle bool    // all that is asked of places is a circle, and all rows are points
}

// sweep makes the plan ready for a segment. r is reused for its rows.
func (p *plan) sweep(part *part, r *Row) sweep {
	r.seg, r.delta = part.seg, nil
	s := sweep{plan: p, part: part, row: r, screen: p.screen(part.seg)}
	s.look = s.screen != nil || p.instant != 0 && part.seg.valid != nil || p.scope != nil && p.scope.began != nil
	s.circle = p.disc != nil && part.seg.geoms == nil && p.boxes == nil && (p.scope == nil || p.scope.areas == nil)
	return s
}

// intervals tells inside of intervals [lo, hi) of rows that fulfil all that is asked
// of places, and test of those that may not, until one returns false. It reports
// whether neither did.
func (s *sweep) intervals(inside, test func(lo, hi uint32) bool) bool {
	if s.plan.sieve == nil {
		return inside(0, uint32(s.part.seg.n))
	}
	return s.part.seg.tree.SearchRegion(&index.Region{Relate: s.plan.sieve.relation(), Inside: inside, Test: test,
		RelateRows: s.part.seg.geoms != nil})
}

// matches reports whether a row that is not dead matches. inside is true when the
// index has shown that it fulfils what is asked of places.
func (s *sweep) matches(row uint32, inside bool) bool {
	p, r := s.plan, s.row
	r.row = row
	if s.screen != nil && !s.screen.admitsCode(row) {
		return false
	}
	if p.instant != 0 && !p.validAt(r) {
		return false
	}
	switch {
	case inside:
	case s.circle:
		if !p.disc.Contains(s.part.seg.points[row]) {
			return false
		}
	case !p.placed(r):
		return false
	}
	if p.scope != nil && !p.scope.begun(p.began(r)) {
		return false
	}
	if s.screen == nil || s.screen.rest == nil {
		return true
	}
	sights := r.sights
	r.sights = nil // conditions are on what is, not on what is shown
	ok := s.screen.admitsRest(r)
	r.sights = sights
	return ok
}

// pace looks at the context once in cancelEvery rows.
type pace struct {
	ctx  context.Context
	seen int
	err  error
}

// on takes note of n rows; false when the context has ended.
func (p *pace) on(n uint32) bool {
	if p.seen += int(n); p.seen >= cancelEvery {
		p.seen = 0
		p.err = p.ctx.Err()
	}
	return p.err == nil
}

// each calls fn for the matching rows until it returns false, and reports whether
// it never did and the context has not ended.
func (s *sweep) each(pace *pace, fn func(*Row) bool) bool {
	rows := func(inside bool) func(lo, hi uint32) bool {
		return func(lo, hi uint32) bool {
			for row := lo; row < hi; row++ {
				if !pace.on(1) {
					return false
				}
				if !s.part.dead.has(row) && s.matches(row, inside) && !fn(s.row) {
					return false
				}
			}
			return true
		}
	}
	return s.intervals(rows(true), rows(false))
}

// count counts the matching rows.
func (s *sweep) count(ctx context.Context) (int, error) {
	n := 0
	pace := pace{ctx: ctx}
	dead := s.part.dead
	inside := func(lo, hi uint32) bool {
		if !s.look {
			n += int(hi-lo) - dead.countRange(lo, hi)
			return true
		}
		if narrow := s.screen.alone(); narrow != nil && s.plan.instant == 0 && s.plan.scope.begins() {
			n += narrow.countNarrow(dead, lo, hi)
			return pace.on(hi - lo)
		}
		for row := lo; row < hi; row++ {
			if !dead.has(row) && s.matches(row, true) {
				n++
			}
		}
		return pace.on(hi - lo)
	}
	test := func(lo, hi uint32) bool {
		if s.circle && !s.look {
			n += s.inCircle(dead, lo, hi)
			return pace.on(hi - lo)
		}
		for row := lo; row < hi; row++ {
			if !dead.has(row) && s.matches(row, false) {
				n++
			}
		}
		return pace.on(hi - lo)
	}
	s.intervals(inside, test)
	return n, pace.err
}

func (s *sweep) inCircle(dead deadRows, lo, hi uint32) int {
	disc := s.plan.disc
	if dead == nil {
		return disc.Count(s.part.seg.points[lo:hi])
	}
	n := 0
	for i, pt := range s.part.seg.points[lo:hi] {
		if disc.Contains(pt) && !dead.has(lo+uint32(i)) {
			n++
		}
	}
	return n
}
