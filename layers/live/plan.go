package live

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
)

// plan is a query made ready to run against one table: access decided, names
// resolved, geometry prepared.
type plan struct {
	view       *View
	table      *table
	query      *layers.Query
	decision   access.Decision
	shadow     *shadow   // in mode Counts: the release that answers instead of the rows
	noMeasures []float64 // of a withheld group
	read       *Read     // for the audit trail, nil when nobody's data is read

	program   *cql2.Program       // nil: no filter
	conjuncts []conjunct          // of the filter and of the scope's condition
	region    *predicate.Prepared // nil: no region
	disc      *measure.Disc       // a region that is one point with a buffer
	belt      *belt               // any other region with a buffer
	within    bool
	buffer    float64
	scope     *scope      // what access asks of every row; nil: nothing
	boxes     []orb.Bound // the query's own boxes: a row must intersect one; nil: no condition

	hints   []orb.Bound // the filter matches nothing outside these; nil: not known
	search  []orb.Bound // every match meets one of these; nil: every row is a candidate
	sieve   *sieve      // how boxes lie to all of this; nil: nothing is asked of places
	never   bool        // no row can match
	sort    []int       // fields of the query's sort keys
	instant int64       // At in microseconds, 0 for the current state; a plan that is made asks its table for it
	now     *table      // of the layer, for a plan about the past; nil: about the present
}

// plan checks q, decides access and reads of the past what the query can meet.
// Errors: Invalid, NotFound, Forbidden, and those of the store for the past.
func (v *View) plan(ctx context.Context, q *layers.Query) (*plan, error) {
	p, err := v.prepare(ctx, q)
	if err == nil && p.now != nil {
		err = p.recall(ctx)
	}
	return p, err
}

// prepare is plan without reading the past: if now is set, the table is still to be
// recalled.
func (v *View) prepare(ctx context.Context, q *layers.Query) (*plan, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	if q.At.IsZero() {
		q.At = v.at
	}
	t, ok := v.tables[q.Layer]
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "query", Layer: q.Layer, Err: fmt.Errorf("no such layer")}
	}
	p := &plan{view: v, table: t, query: q, decision: access.Decide(&q.Subject, t.layer), instant: micro(q.At)}
	if p.decision.Mode == access.Hidden {
		return nil, p.decision.MayList(&q.Subject, t.layer)
	}
	var err error
	if p.read, err = note(ctx, &q.Subject, t.layer, &p.decision, func() string { return question(q) }); err != nil {
		return nil, err
	}
	if p.decision.Mode == access.Counts {
		if err := p.countFromRelease(ctx); err != nil {
			return nil, err
		}
	}
	if p.instant != 0 {
		if p.view, err = v.AsOf(ctx, q.At); err != nil {
			return nil, err
		}
		p.now, p.instant = t, 0
	}
	p.prepareScope()
	for _, prepare := range []func() error{p.prepareFilter, p.prepareSort, p.prepareRegion} {
		if err := prepare(); err != nil {
			return nil, err
		}
	}
	p.boxes = q.Boxes
	if q.Boxes != nil {
		p.narrow(q.Boxes)
	}
	p.sieve = p.sift()
	return p, nil
}

func (p *plan) prepareFilter() error {
	if p.query.Filter == nil {
		return nil
	}
	program, err := cql2.Compile(p.query.Filter, p.table.layer)
	if err != nil {
		return err
	}
	if err := p.decision.MayFilter(p.table.layer, p.query.Filter, program); err != nil {
		return err
	}
	for _, f := range program.Fields() {
		if err := p.mayCountBy(f, false); err != nil && p.shadow != nil {
			return err
		}
	}
	p.program = program
	if boxes, ok := cql2.Boxes(p.query.Filter); ok {
		p.hints = boxes
		p.narrow(boxes)
	}
	own, err := conjuncts(p.query.Filter, program, p.table.layer)
	p.conjuncts = append(p.conjuncts, own...)
	return err
}

func (p *plan) prepareSort() error {
	for _, k := range p.query.Sort {
		f := p.table.layer.FieldIndex(k.Field)
		if f < 0 {
			return &layers.Error{Kind: layers.Invalid, Op: "query", Layer: p.query.Layer, Field: k.Field,
				Err: fmt.Errorf("cannot sort by a field the layer does not have")}
		}
		if err := p.decision.MayUse(p.table.layer, f); err != nil {
			return err
		}
		p.sort = append(p.sort, f)
	}
	return nil
}

func (p *plan) prepareRegion() error {
	r := p.query.Region
	if r == nil {
		return nil
	}
	p.region, p.within, p.buffer = predicate.Prepare(r.Geometry), r.Within, r.BufferM
	if at, ok := r.Geometry.(orb.Point); ok && p.buffer > 0 {
		disc := measure.NewDisc(at, p.buffer)
		p.disc = &disc
	} else if p.buffer > 0 {
		p.belt = newBelt(p.region, p.buffer)
	}
	p.narrow([]orb.Bound{measure.Pad(r.Geometry.Bound(), r.BufferM)})
	return nil
}

// prepareScope limits the rows to what the subject may know of.
func (p *plan) prepareScope() {
	p.scope = p.view.scopeOf(&p.decision, p.table.layer)
	if p.scope == nil {
		return
	}
	p.never = p.scope.never
	p.conjuncts = p.scope.conjuncts
	for i := range p.scope.areas {
		p.narrow([]orb.Bound{p.scope.areas[i].near})
	}
}

// narrow offers boxes, one of which every match meets. The search takes the
// smallest offer: a shape may meet two boxes without meeting their common part,
// so offers are not intersected.
func (p *plan) narrow(boxes []orb.Bound) {
	if len(boxes) == 0 {
		p.never = true
	}
	if p.search == nil || spread(boxes) < spread(p.search) {
		p.search = slices.Clone(boxes)
	}
}

// spread is the sum of the boxes' areas in square degrees.
func spread(boxes []orb.Bound) float64 {
	sum := 0.0
	for _, b := range boxes {
		sum += (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1])
	}
	return sum
}

// mayList returns an error when the subject may only count.
func (p *plan) mayList() error { return p.decision.MayList(&p.query.Subject, p.table.layer) }

// match reports whether the row fulfils every part of the query. inside is true
// when the index has shown already that it fulfils what is asked of places.
func (p *plan) match(r *Row, inside bool) bool {
	if p.instant != 0 && !p.validAt(r) || !inside && !p.placed(r) {
		return false
	}
	if p.scope == nil && p.program == nil {
		return true
	}
	sights := r.sights
	r.sights = nil // conditions are on what is, not on what is shown
	ok := p.scope.admitsRow(p.began(r), r) && (p.program == nil || p.program.Match(r))
	r.sights = sights
	return ok
}

// placed reports whether the row fulfils what is asked of places.
func (p *plan) placed(r *Row) bool {
	return (p.boxes == nil || p.inBoxes(r)) && (p.region == nil || p.inRegion(r.Geometry())) &&
		(p.scope == nil || p.scope.owns(r.point()))
}

// began is when the row became true, if the scope asks.
func (p *plan) began(r *Row) time.Time {
	if p.scope == nil || p.scope.began == nil {
		return time.Time{}
	}
	from, _ := r.Validity()
	return from
}

func (p *plan) validAt(r *Row) bool {
	from, to := r.Validity()
	return micro(from) <= p.instant && (to.IsZero() || p.instant < micro(to)) || from.IsZero() && to.IsZero()
}

func (p *plan) inBoxes(r *Row) bool {
	g := r.Geometry()
	if g == nil {
		return false
	}
	pt, isPoint := g.(orb.Point)
	for _, b := range p.boxes {
		if isPoint {
			if b.Contains(pt) {
				return true
			}
			continue
		}
		gb := g.Bound()
		if b.Contains(gb.Min) && b.Contains(gb.Max) {
			return true
		}
		if b.Intersects(gb) && predicate.Intersects(b, g) {
			return true
		}
	}
	return false
}

func (p *plan) inRegion(g orb.Geometry) bool {
	if g == nil {
		return false
	}
	pt, isPoint := g.(orb.Point)
	switch {
	case p.buffer == 0 && p.within:
		return p.region.Contains(g)
	case p.buffer == 0:
		return p.region.Intersects(g)
	case p.disc != nil && isPoint:
		return p.disc.Contains(pt)
	case p.within:
		return withinDistance(g, p.query.Region.Geometry, p.buffer)
	case isPoint:
		return p.belt.contains(pt)
	}
	return p.region.Intersects(g) || measure.Near(g, p.query.Region.Geometry, p.buffer)
}

// withinDistance reports whether every vertex of g is at most d metres from the
// region: that is when a buffered region contains g, up to the sag of edges
// that leave it between two vertices.
func withinDistance(g, region orb.Geometry, d float64) bool {
	some := false
	return measure.Vertices(g, func(v orb.Point) bool {
		some = true
		return measure.DistanceTo(v, region) <= d
	}) && some
}

// row prepares the reusable row of an iteration.
func (p *plan) row() *Row { return &Row{layer: p.table.layer, sights: p.decision.Sights} }
