package gpkg

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
)

// plan is a query made ready for one table: access decided, names resolved,
// geometry prepared.
type plan struct {
	query   *layers.Query
	table   *table
	program *cql2.Program
	sights  layers.Sights       // of the fields
	order   []int               // fields of the sort keys
	region  *predicate.Prepared // nil: no condition
	near    orb.Bound           // box of the region with its buffer
	scope   access.Decision     // what access leaves of the layer
	areas   []orb.Geometry      // of the scope's regions
	rows    *cql2.Program       // of the scope's condition
	never   bool                // nothing can match
}

// newPlan checks the query. The errors are those of layers.Reader.
func newPlan(c *conn, cat *catalog, q *layers.Query) (*plan, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	t, err := cat.table("query", q.Layer)
	if err != nil {
		return nil, err
	}
	decision := access.Decide(&q.Subject, t.layer)
	if err := decision.MayList(&q.Subject, t.layer); err != nil {
		return nil, err
	}
	p := &plan{query: q, table: t, scope: decision, sights: decision.Sights}
	if p.program, err = cql2.Compile(q.Filter, t.layer); err != nil {
		return nil, err
	}
	for _, k := range q.Sort {
		i := t.layer.FieldIndex(k.Field)
		if i < 0 {
			return nil, &layers.Error{Kind: layers.Invalid, Op: "query", Layer: q.Layer, Field: k.Field,
				Err: fmt.Errorf("cannot sort by a field the layer does not have")}
		}
		if err := decision.MayUse(t.layer, i); err != nil {
			return nil, err
		}
		p.order = append(p.order, i)
	}
	if err := decision.MayFilter(t.layer, q.Filter, p.program); err != nil {
		return nil, err
	}
	if r := q.Region; r != nil {
		p.region, p.near = predicate.Prepare(r.Geometry), measure.Pad(r.Geometry.Bound(), r.BufferM)
	}
	return p, p.prepareScope(c, cat)
}

// prepareScope finds the areas of the scope. One that does not exist, and a
// condition that does not fit the layer, admit nothing.
func (p *plan) prepareScope(c *conn, cat *catalog) error {
	for _, code := range p.scope.Regions {
		area, err := findArea(c, cat, code, p.query.At)
		if err != nil {
			return err
		}
		p.areas = append(p.areas, area)
		p.never = p.never || area == nil
	}
	rows, err := cql2.Compile(p.scope.Rows, p.table.layer)
	p.rows, p.never = rows, p.never || err != nil
	return nil
}

// findArea reads the area that has the code at an instant, or now for the zero
// time, of the largest level that has one; nil when there is none.
func findArea(c *conn, cat *catalog, code string, at time.Time) (orb.Geometry, error) {
	for _, level := range layers.Levels() {
		for _, l := range cat.layers() {
			if l.Level != level {
				continue
			}
			f, err := featureAt(c, cat.tables[l.ID], code, at)
			if err != nil {
				return nil, err
			}
			if f != nil && f.Shape != nil {
				return f.Shape, nil
			}
		}
	}
	return nil, nil
}

// featureAt reads the feature as of an instant, or as it is for the zero time;
// nil when there was none.
func featureAt(c *conn, t *table, id string, at time.Time) (*layers.Feature, error) {
	row, err := c.first(t.byID, id)
	if err != nil {
		return nil, err
	}
	d := decoder{table: t}
	if row != nil && (at.IsZero() || spanOf(row[colFrom], row[colTo]).holds(at.UnixMicro())) {
		f, err := d.feature(row)
		return &f, err
	}
	if at.IsZero() {
		return nil, nil
	}
	var found *layers.Feature
	find := past{ctx: context.Background(), conn: c, at: at.UnixMicro(), decoder: d,
		query: &layers.Past{Layer: t.layer.ID, At: at, IDs: []string{id}},
		emit:  func(f layers.Feature) error { found = &f; return nil }}
	err = find.run()
	return found, err
}

// match reports whether f fulfils the conditions of the query other than IDs,
// At and After.
func (p *plan) match(f *layers.Feature) bool {
	q := p.query
	if q.Boxes != nil && !inBoxes(q.Boxes, f.Shape) {
		return false
	}
	if p.region != nil && !p.inRegion(f.Shape) {
		return false
	}
	if !p.inScope(f) {
		return false
	}
	return p.program.Match(f)
}

func (p *plan) inScope(f *layers.Feature) bool {
	for _, area := range p.areas {
		if f.Shape == nil {
			return false
		}
		at := predicate.InteriorPoint(f.Shape)
		if !predicate.Intersects(at, area) && !(p.scope.MarginM > 0 && measure.DistanceTo(at, area) <= p.scope.MarginM) {
			return false
		}
	}
	return p.scope.Began(f.ValidFrom) && p.rows.Match(f)
}

func inBoxes(boxes []orb.Bound, g orb.Geometry) bool {
	if g == nil {
		return false
	}
	own := g.Bound()
	for _, b := range boxes {
		if b.Contains(own.Min) && b.Contains(own.Max) || b.Intersects(own) && meets(b, g) {
			return true
		}
	}
	return false
}

// meets takes a box without area for the line or point it is.
func meets(b orb.Bound, g orb.Geometry) bool {
	switch {
	case b.Min == b.Max:
		return predicate.Intersects(b.Min, g)
	case b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1]:
		return predicate.Intersects(orb.LineString{b.Min, b.Max}, g)
	}
	return predicate.Intersects(b, g)
}

func (p *plan) inRegion(g orb.Geometry) bool {
	r := p.query.Region
	if g == nil || !p.near.Intersects(g.Bound()) {
		return false
	}
	switch {
	case r.BufferM == 0 && r.Within:
		return p.region.Contains(g)
	case r.BufferM == 0:
		return p.region.Intersects(g)
	case r.Within:
		ok := false // for an empty geometry; a buffered region contains what has all its vertices near
		measure.Vertices(g, func(v orb.Point) bool {
			ok = measure.DistanceTo(v, r.Geometry) <= r.BufferM
			return ok
		})
		return ok
	}
	if v, ok := g.(orb.Point); ok {
		return measure.DistanceTo(v, r.Geometry) <= r.BufferM
	}
	return p.region.Intersects(g) || measure.Between(g, r.Geometry) <= r.BufferM
}

// mask leaves of the values what the subject may see. f belongs to the reader.
func (p *plan) mask(f layers.Feature) layers.Feature {
	for i := range p.sights {
		f.Values[i] = p.sights.Value(p.table.layer, i, f.Values[i])
	}
	return f
}
