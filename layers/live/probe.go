package live

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Probe is a query made ready once and asked in many small boxes, as joins do:
// access decided, filter compiled. Safe for any number of goroutines; it answers
// from the View it was made of.
type Probe struct{ p *plan }

// Probe makes q ready. Its IDs, Sort, After, Offset and Limit do not matter. Errors
// as Select.
func (v *View) Probe(ctx context.Context, q layers.Query) (*Probe, error) {
	q.IDs = nil
	p, err := v.plan(ctx, &q)
	if err == nil {
		err = p.mayList()
	}
	if err != nil {
		return nil, err
	}
	return &Probe{p: p}, nil
}

// Layer is the layer asked about.
func (x *Probe) Layer() *layers.Layer { return x.p.table.layer }

// MayUse returns nil when the subject may tell values of field i apart: group and
// measure by it. The error is Forbidden.
func (x *Probe) MayUse(i int) error { return x.p.decision.MayUse(x.p.table.layer, i) }

// Search calls fn for every row that matches the query and whose box may meet b,
// in no particular order, until fn returns false. The row is reused: a copy of it
// stays valid as long as the View. What fn takes is told to Took. It costs the
// candidates the index proposes.
func (x *Probe) Search(b orb.Bound, fn func(*Row) bool) {
	if x.p.never {
		return
	}
	r := x.p.row()
	visit := func() bool { return !x.p.match(r, false) || fn(r) }
	for i := range x.p.table.parts {
		part := &x.p.table.parts[i]
		r.seg, r.delta = part.seg, nil
		goOn := part.seg.tree.Search(b, func(row uint32) bool {
			r.row = row
			return part.dead.has(row) || visit()
		})
		if !goOn {
			return
		}
	}
	r.seg = nil
	x.p.table.delta.tree.Search(b, func(row uint32) bool {
		r.delta = &x.p.table.delta.rows[row]
		return visit()
	})
}

// Took notes that n rows went into an answer, for the audit trail.
func (x *Probe) Took(n int) {
	if x.p.read != nil {
		x.p.read.Rows.Add(int64(n))
	}
}
