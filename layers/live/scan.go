package live

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/geo/index"
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
	var err error
	seen := 0
	visit := func(r *Row, inRegion bool) bool {
		if seen++; seen%cancelEvery == 0 {
			if err = ctx.Err(); err != nil {
				return false
			}
		}
		return !p.match(r, inRegion) || fn(r)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case p.query.IDs != nil:
		p.eachID(visit)
	case p.search == nil:
		p.table.scanInto(p.row(), func(r *Row) bool { return visit(r, false) })
	case p.nodesDecide():
		p.eachInRegion(visit)
	default:
		p.eachInBoxes(visit)
	}
	return err
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

// nodesDecide reports whether tree nodes inside the region can answer for their
// rows: a plain "intersects" without a buffer, and nothing else to search by.
func (p *plan) nodesDecide() bool {
	return p.region != nil && p.buffer == 0 && !p.within && p.query.Boxes == nil && p.scope == nil && p.program == nil
}

// eachInRegion lets whole nodes inside the region answer for their rows.
func (p *plan) eachInRegion(visit func(*Row, bool) bool) {
	r := p.row()
	for i := range p.table.parts {
		part := &p.table.parts[i]
		r.seg, r.delta = part.seg, nil
		one := func(row uint32, inside bool) bool {
			r.row = row
			return part.dead.has(row) || visit(r, inside)
		}
		all := func(lo, hi uint32) bool {
			for row := lo; row < hi; row++ {
				if !one(row, true) {
					return false
				}
			}
			return true
		}
		test := func(row uint32) bool { return one(row, false) }
		if !part.seg.tree.SearchRegion(&index.Region{Relate: p.region.RelateBox, Inside: all, Test: test, RelateRows: part.seg.geoms != nil}) {
			return
		}
	}
	p.eachDelta(r, p.region.Bound(), visit)
}

// eachInBoxes searches every box and visits each row once.
func (p *plan) eachInBoxes(visit func(*Row, bool) bool) {
	r := p.row()
	var seen map[rowRef]bool
	if len(p.search) > 1 {
		seen = make(map[rowRef]bool)
	}
	for _, box := range p.search {
		for i := range p.table.parts {
			part := &p.table.parts[i]
			r.seg, r.delta = part.seg, nil
			goOn := part.seg.tree.Search(box, func(row uint32) bool {
				if part.dead.has(row) || !first(seen, rowRef{part: i, row: row}) {
					return true
				}
				r.row = row
				return visit(r, false)
			})
			if !goOn {
				return
			}
		}
		r.seg = nil
		goOn := p.table.delta.tree.Search(box, func(row uint32) bool {
			if !first(seen, rowRef{part: -1, row: row}) {
				return true
			}
			r.delta = &p.table.delta.rows[row]
			return visit(r, false)
		})
		if !goOn {
			return
		}
	}
}

func (p *plan) eachDelta(r *Row, box orb.Bound, visit func(*Row, bool) bool) {
	r.seg = nil
	p.table.delta.tree.Search(box, func(row uint32) bool {
		r.delta = &p.table.delta.rows[row]
		return visit(r, false)
	})
}

func first(seen map[rowRef]bool, ref rowRef) bool {
	if seen == nil {
		return true
	}
	if seen[ref] {
		return false
	}
	seen[ref] = true
	return true
}

// count counts the matching rows. Without a condition that needs rows, whole
// segments and nodes are counted without visiting them.
func (p *plan) count(ctx context.Context) (int, error) {
	if p.never {
		return 0, nil
	}
	plain := p.shadow == nil && p.query.IDs == nil && p.program == nil && p.scope == nil && p.boxes == nil && p.instant == 0
	switch {
	case plain && p.region == nil:
		return p.table.rowCount(), nil
	case plain && p.nodesDecide():
		return p.countInRegion(), nil
	}
	n := 0
	err := p.each(ctx, func(r *Row) bool { n += p.weight(r); return true })
	return n, err
}

func (p *plan) countInRegion() int {
	n := 0
	r := p.row()
	for i := range p.table.parts {
		part := &p.table.parts[i]
		r.seg, r.delta = part.seg, nil
		all := func(lo, hi uint32) bool {
			n += int(hi-lo) - part.dead.countRange(lo, hi)
			return true
		}
		test := func(row uint32) bool {
			if !part.dead.has(row) && p.region.Intersects(part.seg.geometry(row)) {
				n++
			}
			return true
		}
		part.seg.tree.SearchRegion(&index.Region{Relate: p.region.RelateBox, Inside: all, Test: test, RelateRows: part.seg.geoms != nil})
	}
	p.eachDelta(r, p.region.Bound(), func(r *Row, _ bool) bool {
		if p.region.Intersects(r.Geometry()) {
			n++
		}
		return true
	})
	return n
}
