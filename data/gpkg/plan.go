package gpkg

import (
	"fmt"

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
	masked  []int               // fields that read as null
	order   []int               // fields of the sort keys
	region  *predicate.Prepared // nil: no condition
	near    orb.Bound           // box of the region with its buffer
	area    *predicate.Prepared // the area the subject is limited to; nil: the whole city
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
	if err := access.MayList(&q.Subject, t.layer); err != nil {
		return nil, err
	}
	decision := access.Decide(&q.Subject, t.layer)
	p := &plan{query: q, table: t}
	if decision.Masked {
		for i := range t.layer.Fields {
			if t.layer.Fields[i].Personal {
				p.masked = append(p.masked, i)
			}
		}
	}
	if p.program, err = cql2.Compile(q.Filter, t.layer); err != nil {
		return nil, err
	}
	for _, k := range q.Sort {
		i := t.layer.FieldIndex(k.Field)
		if i < 0 {
			return nil, &layers.Error{Kind: layers.Invalid, Op: "query", Layer: q.Layer, Field: k.Field,
				Err: fmt.Errorf("cannot sort by a field the layer does not have")}
		}
		p.order = append(p.order, i)
	}
	for _, used := range [...][]int{p.program.Fields(), p.order} {
		for _, i := range used {
			if err := p.refuseMasked(i); err != nil {
				return nil, err
			}
		}
	}
	if r := q.Region; r != nil {
		p.region, p.near = predicate.Prepare(r.Geometry), measure.Pad(r.Geometry.Bound(), r.BufferM)
	}
	if decision.Region != "" {
		p.area, err = findArea(c, cat, decision.Region)
		p.never = p.area == nil
	}
	return p, err
}

func (p *plan) refuseMasked(field int) error {
	for _, i := range p.masked {
		if i == field {
			return &layers.Error{Kind: layers.Forbidden, Op: "query", Layer: p.query.Layer, Field: p.table.layer.Fields[i].Name,
				Err: fmt.Errorf("is personal")}
		}
	}
	return nil
}

// findArea prepares the area with the code, of the largest level that has one;
// nil when there is none.
func findArea(c *conn, cat *catalog, code string) (*predicate.Prepared, error) {
	for _, level := range layers.Levels() {
		for _, l := range cat.layers() {
			if l.Level != level {
				continue
			}
			t := cat.tables[l.ID]
			row, err := c.first(t.byID, code)
			if err != nil {
				return nil, err
			}
			if row == nil {
				continue
			}
			f, err := (&decoder{table: t}).feature(row)
			if err != nil {
				return nil, err
			}
			if f.Shape != nil {
				return predicate.Prepare(f.Shape), nil
			}
		}
	}
	return nil, nil
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
	if p.area != nil && (f.Shape == nil || p.area.Locate(predicate.InteriorPoint(f.Shape)) == predicate.Outside) {
		return false
	}
	return p.program.Match(f)
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

// mask blanks what the subject may not see. f belongs to the reader.
func (p *plan) mask(f layers.Feature) layers.Feature {
	for _, i := range p.masked {
		f.Values[i] = layers.Value{}
	}
	return f
}
