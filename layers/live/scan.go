package live

import (
	"context"
)

// scan calls fn for every current row in order of segments, then the delta by
// id, until fn returns false. The row is reused.
func (t *table) scan(fn func(*Row) bool) {
	r := Row{layer: t.layer}
	t.scanInto(&r, fn)
}

func (t *table) scanInto(r *Row, fn func(*Row) bool) {
	for i := range t.parts {
		p := &t.parts[i]
		r.seg, r.delta = p.seg, nil
		for row := range uint32(p.seg.n) {
			if r.row = row; !p.dead.has(row) && !fn(r) {
				return
			}
		}
	}
	r.seg = nil
	t.delta.byID.Scan(func(_ string, row uint32) bool {
		r.delta = &t.delta.rows[row]
		return fn(r)
	})
}

// cancelEvery is how many candidates pass between two looks at the context.
const cancelEvery = 4096

// each calls fn for every row that matches the plan, in no particular order,
// until fn returns false. The row is reused.
func (p *plan) each(ctx context.Context, fn func(*Row) bool) error {
	if p.never {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	pace := pace{ctx: ctx}
	visit := func(r *Row, inside bool) bool { return pace.on(1) && (!p.match(r, inside) || fn(r)) }
	if p.query.IDs != nil {
		p.eachID(visit)
		return pace.err
	}
	r := p.row()
	for i := range p.table.parts {
		s := p.sweep(&p.table.parts[i], r)
		if !s.each(&pace, fn) {
			return pace.err
		}
	}
	p.eachDelta(r, visit)
	return pace.err
}

func (p *plan) eachID(visit func(*Row, bool) bool) {
	r := p.row()
	seen := make(map[string]bool, len(p.query.IDs))
	for _, id := range p.query.IDs {
		ref, ok := p.table.lookup(id)
		if !ok || seen[id] {
			continue
		}
		seen[id] = true
		if p.table.at(ref, r); !visit(r, false) {
			return
		}
	}
}

// at points r at a row of the table.
func (t *table) at(ref rowRef, r *Row) {
	if ref.part < 0 {
		r.seg, r.delta = nil, &t.delta.rows[ref.row]
		return
	}
	r.seg, r.row, r.delta = t.parts[ref.part].seg, ref.row, nil
}

// eachDelta visits the rows of the delta that may match, each once.
func (p *plan) eachDelta(r *Row, visit func(r *Row, inside bool) bool) bool {
	d := p.table.delta
	r.seg = nil
	if p.search == nil {
		goOn := true
		d.byID.Scan(func(_ string, row uint32) bool {
			r.delta = &d.rows[row]
			goOn = visit(r, false)
			return goOn
		})
		return goOn
	}
	var seen map[uint32]bool
	if len(p.search) > 1 {
		seen = make(map[uint32]bool)
	}
	for _, box := range p.search {
		goOn := d.tree.Search(box, func(row uint32) bool {
			if seen[row] {
				return true
			}
			if seen != nil {
				seen[row] = true
			}
			r.delta = &d.rows[row]
			return visit(r, false)
		})
		if !goOn {
			return false
		}
	}
	return true
}

// count counts the matching rows. Whole segments and nodes are counted without
// visiting their rows where nothing is asked of each.
func (p *plan) count(ctx context.Context) (int, error) {
	if p.never {
		return 0, nil
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n := 0
	add := func(r *Row) bool { n += p.weight(r); return true }
	if p.shadow != nil || p.query.IDs != nil {
		err := p.each(ctx, add)
		return n, err
	}
	r := p.row()
	for i := range p.table.parts {
		s := p.sweep(&p.table.parts[i], r)
		more, err := s.count(ctx)
		if err != nil {
			return 0, err
		}
		n += more
	}
	p.eachDelta(r, func(r *Row, inside bool) bool {
		if p.match(r, inside) {
			n++
		}
		return true
	})
	return n, nil
}
