package live

import (
	"context"
	"iter"
	"sort"
	"strings"

	"wutu/layers"
)

// Select yields the rows that match q in its order (its sort keys, then id).
// The row is reused: it is valid until the next iteration. Errors: Invalid,
// NotFound, Forbidden, and those of the context. A page of a query without
// spatial conditions in order of id costs O(page) plus the rows the filter
// refuses; everything else costs the candidates the index proposes and their
// sorting.
func (v *View) Select(ctx context.Context, q layers.Query) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		p, err := v.prepare(ctx, &q)
		if err == nil {
			err = p.mayList()
		}
		if err != nil {
			yield(nil, err)
			return
		}
		rows := p.selectRows
		if p.now != nil {
			rows = p.selectPast
		}
		if err := rows(ctx, func(r *Row) bool { p.read.count(); return yield(r, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

// Rows is Select behind the interface that encoders take.
func (v *View) Rows(ctx context.Context, q layers.Query) iter.Seq2[layers.Row, error] {
	return func(yield func(layers.Row, error) bool) {
		for r, err := range v.Select(ctx, q) {
			if !yield(r, err) {
				return
			}
		}
	}
}

// Unordered is Select without an order: for encoders and sums that impose their
// own. Sort, After, Offset and Limit of q are not applied.
func (v *View) Unordered(ctx context.Context, q layers.Query) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		p, err := v.plan(ctx, &q)
		if err == nil {
			err = p.mayList()
		}
		if err != nil {
			yield(nil, err)
			return
		}
		stopped := false
		err = p.each(ctx, func(r *Row) bool {
			p.read.count()
			stopped = !yield(r, nil)
			return !stopped
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// Get returns the feature of a layer by id, as the subject may see it. Errors:
// NotFound, also for features outside the subject's region; Forbidden; those of
// ctx.
func (v *View) Get(ctx context.Context, subject *layers.Subject, layer, id string) (layers.Feature, error) {
	q := layers.Query{Subject: *subject, Layer: layer, IDs: []string{id}}
	for r, err := range v.Select(ctx, q) {
		if err != nil {
			return layers.Feature{}, err
		}
		return r.Feature(), nil
	}
	return layers.Feature{}, &layers.Error{Kind: layers.NotFound, Op: "get", Layer: layer, ID: id}
}

// Count is a number of features a subject may learn: N, or nothing but that it
// is below a threshold.
type Count struct {
	N     int
	Below int // > 0: the count is suppressed, N is 0
}

// Count counts the features that match q; Sort, After, Offset and Limit do not
// matter. Errors as Select, but a layer the subject may only count is counted,
// with small counts suppressed.
func (v *View) Count(ctx context.Context, q layers.Query) (Count, error) {
	p, err := v.plan(ctx, &q)
	if err != nil {
		return Count{}, err
	}
	n, err := p.count(ctx)
	if err != nil {
		return Count{}, err
	}
	return p.suppress(n), nil
}

func (p *plan) suppress(n int) Count {
	n, ok := p.decision.Released(n)
	if !ok {
		return Count{Below: p.decision.Below}
	}
	return Count{N: n}
}

// Layers lists all layers in order of id; callers leave out what access.Decide
// hides.
func (v *View) Layers() []*layers.Layer {
	out := make([]*layers.Layer, 0, len(v.tables))
	for _, t := range v.tables {
		out = append(out, t.layer)
	}
	sort.Slice(out, func(i, j int) bool { return strings.Compare(out[i].ID, out[j].ID) < 0 })
	return out
}
