package live

import (
	"fmt"
	"slices"
	"strings"

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
	view     *View
	table    *table
	query    *layers.Query
	decision access.Decision
	hidden   []bool // fields the subject may not see, nil when none

	program *cql2.Program       // nil: no filter
	region  *predicate.Prepared // nil: no region
	within  bool
	buffer  float64
	scope   *predicate.Prepared // area the subject is limited to; nil: the whole city
	boxes   []orb.Bound         // the query's own boxes: a row must intersect one; nil: no condition

	search  []orb.Bound // the index is searched in these; nil: every row is a candidate
	never   bool        // no row can match
	sort    []int       // fields of the query's sort keys
	instant int64       // At in microseconds, 0 for the current state
}

// plan checks q and decides access. Errors: Invalid, NotFound, Forbidden.
func (v *View) plan(q *layers.Query) (*plan, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	t, ok := v.tables[q.Layer]
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "query", Layer: q.Layer, Err: fmt.Errorf("no such layer")}
	}
	p := &plan{view: v, table: t, query: q, decision: access.Decide(&q.Subject, t.layer), instant: micro(q.At)}
	if p.decision.Mode == access.Hidden {
		return nil, access.MayList(&q.Subject, t.layer)
	}
	if p.decision.Masked {
		p.hide()
	}
	for _, prepare := range []func() error{p.prepareFilter, p.prepareSort, p.prepareRegion, p.prepareScope} {
		if err := prepare(); err != nil {
			return nil, err
		}
	}
	p.boxes = q.Boxes
	if q.Boxes != nil {
		p.narrow(q.Boxes)
	}
	return p, nil
}

func (p *plan) hide() {
	for i := range p.table.layer.Fields {
		if p.table.layer.Fields[i].Personal {
			if p.hidden == nil {
				p.hidden = make([]bool, len(p.table.layer.Fields))
			}
			p.hidden[i] = true
		}
	}
}

func (p *plan) refuseHidden(field int) error {
	if p.hidden == nil || !p.hidden[field] {
		return nil
	}
	l := p.table.layer
	return &layers.Error{Kind: layers.Forbidden, Op: "query", Layer: l.ID, Field: l.Fields[field].Name,
		Err: fmt.Errorf("is personal")}
}

func (p *plan) prepareFilter() error {
	if p.query.Filter == nil {
		return nil
	}
	program, err := cql2.Compile(p.query.Filter, p.table.layer)
	if err != nil {
		return err
	}
	for _, f := range program.Fields() {
		if err := p.refuseHidden(f); err != nil {
			return err
		}
	}
	p.program = program
	if boxes, ok := cql2.Boxes(p.query.Filter); ok {
		p.narrow(boxes)
	}
	return nil
}

func (p *plan) prepareSort() error {
	for _, k := range p.query.Sort {
		f := p.table.layer.FieldIndex(k.Field)
		if f < 0 {
			return &layers.Error{Kind: layers.Invalid, Op: "query", Layer: p.query.Layer, Field: k.Field,
				Err: fmt.Errorf("cannot sort by a field the layer does not have")}
		}
		if err := p.refuseHidden(f); err != nil {
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
	p.narrow([]orb.Bound{measure.Pad(r.Geometry.Bound(), r.BufferM)})
	return nil
}

// prepareScope limits the rows to the subject's region. A region that is no
// area of the city admits nothing.
func (p *plan) prepareScope() error {
	if p.decision.Region == "" {
		return nil
	}
	for _, level := range layers.Levels() {
		if a, shape, ok := p.view.areaByCode(level, p.decision.Region); ok {
			p.scope = shape
			p.narrow([]orb.Bound{a.Geometry.Bound()})
			return nil
		}
	}
	p.never = true
	return nil
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
func (p *plan) mayList() error { return access.MayList(&p.query.Subject, p.table.layer) }

// match reports whether the row fulfils every part of the query. inRegion is
// true when the index has shown already that the row is inside the region.
func (p *plan) match(r *Row, inRegion bool) bool {
	if p.instant != 0 && !p.validAt(r) {
		return false
	}
	if p.scope != nil {
		if pt := r.point(); !hasPoint(pt) || p.scope.Locate(pt) == predicate.Outside {
			return false
		}
	}
	if p.boxes != nil && !p.inBoxes(r) {
		return false
	}
	if p.region != nil && !inRegion && !p.inRegion(r.Geometry()) {
		return false
	}
	return p.program == nil || p.program.Match(r)
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
	if p.buffer == 0 {
		if p.within {
			return p.region.Contains(g)
		}
		return p.region.Intersects(g)
	}
	if p.within {
		return withinDistance(g, p.query.Region.Geometry, p.buffer)
	}
	return p.region.Intersects(g) || measure.Between(g, p.query.Region.Geometry) <= p.buffer
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
func (p *plan) row() *Row { return &Row{hidden: p.hidden, fields: len(p.table.layer.Fields)} }

// Admits reports whether the subject may list feature f of a layer: for feeds,
// where features do not come from a query. Personal fields are not blanked.
func (v *View) Admits(s *layers.Subject, layer string, f *layers.Feature) bool {
	t, ok := v.tables[layer]
	if !ok {
		return false
	}
	d := access.Decide(s, t.layer)
	if d.Mode != access.List {
		return false
	}
	if d.Region == "" {
		return true
	}
	for _, level := range layers.Levels() {
		if _, shape, ok := v.areaByCode(level, d.Region); ok {
			p := pointOf(f.Shape)
			return hasPoint(p) && shape.Locate(p) != predicate.Outside
		}
	}
	return false
}

// compareRows orders rows by the sort keys, then by id.
func (p *plan) compareRows(a, b sortedRow) int {
	for i := range p.sort {
		c := a.values[i].Order(b.values[i])
		if p.query.Sort[i].Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return strings.Compare(a.id, b.id)
}
