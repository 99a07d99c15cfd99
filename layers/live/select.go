package live

import (
	"context"
	"iter"
	"slices"
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

func (p *plan) selectRows(ctx context.Context, yield func(*Row) bool) error {
	if p.never {
		return ctx.Err()
	}
	skip, left := p.query.Offset, p.query.Limit
	emit := func(r *Row) bool {
		if skip > 0 {
			skip--
			return true
		}
		if !yield(r) {
			return false
		}
		left--
		return left != 0
	}
	if p.search == nil && p.query.IDs == nil && len(p.sort) == 0 {
		return p.inIDOrder(ctx, emit)
	}
	return p.sorted(ctx, emit)
}

// inIDOrder merges the segments' id orders and the delta's, from the cursor on.
func (p *plan) inIDOrder(ctx context.Context, emit func(*Row) bool) error {
	after := ""
	if p.query.After != nil {
		after = p.query.After.ID
	}
	parts := p.table.parts
	at := make([]int, len(parts))
	advance := func(i int) {
		ids := &parts[i].seg.ids
		for at[i] < len(ids.order) && parts[i].dead.has(ids.order[at[i]]) {
			at[i]++
		}
	}
	for i := range parts {
		at[i] = parts[i].seg.ids.after(after)
		if p.query.After == nil {
			at[i] = 0
		}
		advance(i)
	}
	tree := p.table.delta.byID.Iter()
	inDelta := tree.Seek(after)
	if inDelta && p.query.After != nil && tree.Key() == after {
		inDelta = tree.Next()
	}
	r := p.row()
	for n := 0; ; n++ {
		if n%cancelEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		best, bestID := -1, ""
		for i := range parts {
			if ids := &parts[i].seg.ids; at[i] < len(ids.order) {
				if id := ids.id(ids.order[at[i]]); best < 0 || id < bestID {
					best, bestID = i, id
				}
			}
		}
		switch {
		case inDelta && (best < 0 || tree.Key() < bestID):
			r.seg, r.delta = nil, &p.table.delta.rows[tree.Value()]
			inDelta = tree.Next()
		case best >= 0:
			r.seg, r.row, r.delta = parts[best].seg, parts[best].seg.ids.order[at[best]], nil
			at[best]++
			advance(best)
		default:
			return nil
		}
		if p.match(r, false) && !emit(r) {
			return nil
		}
	}
}

// sortedRow is a match that waits for its turn.
type sortedRow struct {
	ref    rowRef
	id     string
	values []layers.Value
}

// sorted collects the matches behind the cursor, keeps only as many as the page
// needs, and emits them in order.
func (p *plan) sorted(ctx context.Context, emit func(*Row) bool) error {
	var cursor *sortedRow
	if c := p.query.After; c != nil {
		cursor = &sortedRow{id: c.ID, values: c.Values}
	}
	keep := 0
	if p.query.Limit > 0 {
		keep = p.query.Offset + p.query.Limit
	}
	var found []sortedRow
	partOf := make(map[*segment]int, len(p.table.parts))
	for i := range p.table.parts {
		partOf[p.table.parts[i].seg] = i
	}
	err := p.each(ctx, func(r *Row) bool {
		s := sortedRow{ref: rowRef{part: -1}, id: r.ID()}
		if r.seg != nil {
			s.ref = rowRef{part: partOf[r.seg], row: r.row}
		} else {
			at, _ := p.table.delta.byID.Get(s.id)
			s.ref.row = at
		}
		for _, f := range p.sort {
			s.values = append(s.values, r.Value(f))
		}
		if cursor != nil && p.compareRows(s, *cursor) <= 0 {
			return true
		}
		found = append(found, s)
		if keep > 0 && len(found) >= 2*keep+1024 {
			slices.SortFunc(found, p.compareRows)
			found = found[:keep]
		}
		return true
	})
	if err != nil {
		return err
	}
	slices.SortFunc(found, p.compareRows)
	r := p.row()
	for i := range found {
		p.table.at(found[i].ref, r)
		if !emit(r) {
			return nil
		}
	}
	return nil
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
