package live

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/tidwall/btree"

	"wutu/layers"
)

// selectRows calls yield for the matches of a page, in order, until it returns
// false.
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
	switch {
	case len(p.sort) > 0:
		return p.sorted(ctx, emit)
	case p.query.IDs == nil && (p.sieve == nil || p.walkPays()):
		return p.inIDOrder(ctx, emit)
	}
	return p.gatheredByID(ctx, emit)
}

// page is how many rows the page can need, offset included; 0 for all.
func (p *plan) page() int {
	if p.query.Limit == 0 || p.query.Offset > math.MaxInt-p.query.Limit {
		return 0
	}
	return p.query.Offset + p.query.Limit
}

// walkPays reports whether looking at the rows in order of id until the page is full
// costs less than gathering what the tree proposes: when a large share of the layer
// is proposed. A look at a row out of place costs about three in a row.
func (p *plan) walkPays() bool {
	want, proposed := p.page(), 0
	if want == 0 {
		return false
	}
	total := float64(p.table.rowCount())
	enough := math.Sqrt(3 * float64(want) * total)
	add := func(lo, hi uint32) bool {
		proposed += int(hi - lo)
		return float64(proposed) <= enough
	}
	r := p.row()
	for i := range p.table.parts {
		s := p.sweep(&p.table.parts[i], r)
		if !s.intervals(add, add) {
			return true
		}
	}
	return false
}

// inIDOrder looks at all rows in order of id, from the cursor on.
func (p *plan) inIDOrder(ctx context.Context, emit func(*Row) bool) error {
	return p.walk(ctx, nil, emit)
}

// walk emits the matches in order of id, from the cursor on. With chosen, the
// matches of the segments are known: a set for each part.
func (p *plan) walk(ctx context.Context, chosen []bitset, emit func(*Row) bool) error {
	w := p.walker(chosen)
	pace := pace{ctx: ctx}
	if err := ctx.Err(); err != nil {
		return err
	}
	for w.next(&pace) {
		if !emit(w.row) {
			return nil
		}
	}
	return pace.err
}

// walker merges the segments' orders by id and the delta's.
type walker struct {
	plan   *plan
	row    *Row
	legs   []leg
	delta  btree.MapIter[string, uint32]
	some   bool // delta stands at a row
	all    bool // every place is good
	chosen bool
}

// leg is what is left of one segment.
type leg struct {
	sweep  sweep
	order  []uint32 // rows to come, by id
	chosen bitset
	id     string // of the first
}

func (p *plan) walker(chosen []bitset) *walker {
	w := &walker{plan: p, row: p.row(), chosen: chosen != nil, all: p.sieve == nil}
	for i := range p.table.parts {
		l := leg{sweep: p.sweep(&p.table.parts[i], p.row())}
		ids := &l.sweep.part.seg.ids
		l.order = ids.order
		if c := p.query.After; c != nil {
			l.order = l.order[ids.after(c.ID):]
		}
		if chosen != nil {
			l.chosen = chosen[i]
		}
		w.legs = append(w.legs, l)
	}
	w.delta = p.table.delta.byID.Iter()
	if c := p.query.After; c == nil {
		w.some = w.delta.First()
	} else if w.some = w.delta.Seek(c.ID); w.some && w.delta.Key() == c.ID {
		w.some = w.delta.Next()
	}
	return w
}

// settle moves the leg to its next row that matches; false when there is none, or
// the context has ended.
func (l *leg) settle(w *walker, pace *pace) bool {
	s := &l.sweep
	for len(l.order) > 0 {
		row := l.order[0]
		if !pace.on(1) {
			return false
		}
		var ok bool
		if w.chosen {
			ok = l.chosen.has(row)
		} else {
			ok = !s.part.dead.has(row) && (w.all && !s.look || s.matches(row, w.all))
		}
		if ok {
			l.id = s.part.seg.ids.id(row)
			return true
		}
		l.order = l.order[1:]
	}
	return false
}

// next moves to the next match; false when there is none, or the context has ended.
func (w *walker) next(pace *pace) bool {
	best := -1
	for i := 0; i < len(w.legs); i++ {
		l := &w.legs[i]
		if l.id == "" && !l.settle(w, pace) {
			w.legs = slices.Delete(w.legs, i, i+1)
			i--
			continue
		}
		if best < 0 || l.id < w.legs[best].id {
			best = i
		}
	}
	for w.some && pace.err == nil && (best < 0 || w.delta.Key() < w.legs[best].id) {
		w.row.seg, w.row.delta = nil, &w.plan.table.delta.rows[w.delta.Value()]
		w.some = w.delta.Next()
		if pace.on(1) && w.plan.match(w.row, false) {
			return true
		}
	}
	if best < 0 || pace.err != nil {
		return false
	}
	l := &w.legs[best]
	w.row.seg, w.row.row, w.row.delta = l.sweep.part.seg, l.order[0], nil
	l.order, l.id = l.order[1:], ""
	return true
}

// gatheredByID gathers the matches and emits them in order of id: a list of them
// while they are few, a set of bits for each segment when not, which is walked in
// the segment's order.
func (p *plan) gatheredByID(ctx context.Context, emit func(*Row) bool) error {
	few := max(4*p.page(), p.table.rowCount()/64, 1024)
	var rows []rowRef
	var chosen []bitset
	partOf := p.partOf()
	err := p.each(ctx, func(r *Row) bool {
		ref := p.refOf(r, partOf)
		if c := p.query.After; c != nil && p.table.idOf(ref) <= c.ID {
			return true
		}
		if chosen == nil {
			if rows = append(rows, ref); len(rows) > few && p.query.IDs == nil {
				chosen = p.bits(rows)
			}
		} else if ref.part >= 0 {
			chosen[ref.part].set(ref.row)
		}
		return true
	})
	if err != nil {
		return err
	}
	if chosen != nil {
		return p.walk(ctx, chosen, emit)
	}
	byID := func(a, b rowRef) int { return strings.Compare(p.table.idOf(a), p.table.idOf(b)) }
	return p.emitRows(firstOf(rows, p.page(), byID), emit)
}

// bits are sets of the rows of each segment. Rows of the delta are left out: a walk
// looks at each anyway.
func (p *plan) bits(rows []rowRef) []bitset {
	out := make([]bitset, len(p.table.parts))
	for i := range out {
		out[i] = newBitset(p.table.parts[i].seg.n)
	}
	for _, ref := range rows {
		if ref.part >= 0 {
			out[ref.part].set(ref.row)
		}
	}
	return out
}

func (p *plan) emitRows(rows []rowRef, emit func(*Row) bool) error {
	r := p.row()
	for _, ref := range rows {
		p.table.at(ref, r)
		if !emit(r) {
			return nil
		}
	}
	return nil
}

// partOf finds a segment's place in the table.
func (p *plan) partOf() map[*segment]int {
	out := make(map[*segment]int, len(p.table.parts))
	for i := range p.table.parts {
		out[p.table.parts[i].seg] = i
	}
	return out
}

func (p *plan) refOf(r *Row, partOf map[*segment]int) rowRef {
	if r.seg != nil {
		return rowRef{part: partOf[r.seg], row: r.row}
	}
	row, _ := p.table.delta.byID.Get(r.delta.feature.Key)
	return rowRef{part: -1, row: row}
}

// firstOf returns the n elements of list that come first, in order; all when n is
// 0. The list is reordered. O(list · log n).
func firstOf[T any](list []T, n int, compare func(a, b T) int) []T {
	if n > 0 && len(list) > n {
		top := ranking[T]{compare: compare, list: list[:n]}
		top.init()
		for _, x := range list[n:] {
			if compare(x, list[0]) < 0 {
				list[0] = x
				top.down(0)
			}
		}
		list = list[:n]
	}
	slices.SortFunc(list, compare)
	return list
}

// ranking is a heap with the last element on top.
type ranking[T any] struct {
	compare func(a, b T) int
	list    []T
}

func (h *ranking[T]) init() {
	for i := len(h.list)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h *ranking[T]) down(i int) {
	for {
		next := 2*i + 1
		if next >= len(h.list) {
			return
		}
		if next+1 < len(h.list) && h.compare(h.list[next], h.list[next+1]) < 0 {
			next++
		}
		if h.compare(h.list[i], h.list[next]) >= 0 {
			return
		}
		h.list[i], h.list[next] = h.list[next], h.list[i]
		i = next
	}
}

// sortedRow is a match that waits for its turn.
type sortedRow struct {
	ref    rowRef
	values []layers.Value
}

// sorted emits the matches behind the cursor by the sort keys, then id. It keeps
// only as many as the page needs.
func (p *plan) sorted(ctx context.Context, emit func(*Row) bool) error {
	want := p.page()
	top := ranking[sortedRow]{compare: p.compareRows}
	partOf := p.partOf()
	var spare []layers.Value
	err := p.each(ctx, func(r *Row) bool {
		if c := p.query.After; c != nil && p.compareWith(r, c.Values, c.ID) <= 0 {
			return true
		}
		full := want > 0 && len(top.list) == want
		if full && p.compareWith(r, top.list[0].values, p.table.idOf(top.list[0].ref)) >= 0 {
			return true
		}
		s := sortedRow{ref: p.refOf(r, partOf)}
		if full {
			s.values = top.list[0].values[:0]
		} else {
			if cap(spare)-len(spare) < len(p.sort) { // many rows share an allocation
				spare = make([]layers.Value, 0, max(len(p.sort), 512))
			}
			s.values = spare[len(spare) : len(spare) : len(spare)+len(p.sort)]
			spare = spare[:len(spare)+len(p.sort)]
		}
		for _, f := range p.sort {
			s.values = append(s.values, r.Value(f))
		}
		switch {
		case full:
			top.list[0] = s
			top.down(0)
		default:
			if top.list = append(top.list, s); len(top.list) == want {
				top.init()
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	slices.SortFunc(top.list, p.compareRows)
	r := p.row()
	for i := range top.list {
		p.table.at(top.list[i].ref, r)
		if !emit(r) {
			return nil
		}
	}
	return nil
}

// compareRows orders rows by the sort keys, then by id.
func (p *plan) compareRows(a, b sortedRow) int {
	for i := range p.sort {
		if c := p.direct(i, a.values[i].Order(b.values[i])); c != 0 {
			return c
		}
	}
	return strings.Compare(p.table.idOf(a.ref), p.table.idOf(b.ref))
}

// compareWith compares a row with a place in the order.
func (p *plan) compareWith(r *Row, values []layers.Value, id string) int {
	for i, f := range p.sort {
		if c := p.direct(i, r.Value(f).Order(values[i])); c != 0 {
			return c
		}
	}
	return strings.Compare(r.ID(), id)
}

func (p *plan) direct(key, c int) int {
	if p.query.Sort[key].Desc {
		return -c
	}
	return c
}
