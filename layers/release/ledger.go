package release

import (
	"cmp"
	"slices"

	"wutu/geo/hexgrid"
)

// Resolution is the H3 resolution of base cells: some 2,000 m², the cell to whose
// centre a published point is snapped (GB/T 37964 practice; standards.md section
// 8 rule 4).
const Resolution = 11

// NoArea is the position of rows outside every area of a level.
const NoArea = ^uint32(0)

// levels is the number of area levels, from district to grid.
const levels = 4

// place is where a row is counted: the areas that own it from district to grid.
type place struct {
	areas [levels]uint32
	has   bool // false for rows without geometry, whose areas are all NoArea
}

// within reports whether p and q share their areas down to depth levels; at
// depth 0 everything is in the same city.
func (p *place) within(q *place, depth int) bool {
	if depth == 0 {
		return true
	}
	for i := range depth {
		if p.areas[i] != q.areas[i] {
			return false
		}
	}
	return p.has == q.has
}

func (p *place) compare(q *place) int {
	if p.has != q.has {
		if q.has {
			return -1
		}
		return 1
	}
	return slices.Compare(p.areas[:], q.areas[:])
}

// baseKey names a base cell: rows of one base cell are counted together for ever.
type baseKey struct {
	cell  hexgrid.Cell // of Resolution; 0 without geometry
	place uint32       // position in ledger.places
	comb  uint32       // combination of dimension values
}

// ledger counts the rows of each base cell as they are now. Positions of base
// cells and places never change while it lives.
type ledger struct {
	measures int
	index    table
	keys     []baseKey
	n        []int32 // rows
	sums     []int64 // measures per base cell, in units
	with     []int32 // rows with a value

	placeAt map[place]uint32
	places  []place
}

func newLedger(measures int) *ledger {
	return &ledger{measures: measures, placeAt: make(map[place]uint32)}
}

// intern gives the position of a place.
func (l *ledger) intern(p place) uint32 {
	if i, ok := l.placeAt[p]; ok {
		return i
	}
	i := uint32(len(l.places))
	l.places = append(l.places, p)
	l.placeAt[p] = i
	return i
}

// base gives the position of a base cell, a new one with no rows if there is none.
func (l *ledger) base(k baseKey) uint32 {
	if i, ok := l.index.find(l.keys, k); ok {
		return i
	}
	i := uint32(len(l.keys))
	l.index.add(l.keys, k, i)
	l.keys = append(l.keys, k)
	l.n = append(l.n, 0)
	for range l.measures {
		l.sums = append(l.sums, 0)
		l.with = append(l.with, 0)
	}
	return i
}

// tally is what a base cell, or a group of them, holds.
type tally struct {
	n    int
	sums []int64
	with []int
}

func newTally(measures int) tally {
	return tally{sums: make([]int64, measures), with: make([]int, measures)}
}

// ranking numbers the places so that places of one area have one number: rank[d]
// of a place is equal for places that share their areas down to depth d, and in
// the order of the areas.
type ranking [levels + 1][]uint32

func (l *ledger) rank() *ranking {
	order := make([]uint32, len(l.places))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return l.places[a].compare(&l.places[b]) })
	var r ranking
	for depth := range levels + 1 {
		r[depth] = make([]uint32, len(l.places))
		n := uint32(0)
		for i, p := range order {
			if i > 0 && !l.places[p].within(&l.places[order[i-1]], depth) {
				n++
			}
			r[depth][p] = n
		}
	}
	return &r
}

// entry is a part of a group: n rows that came to a base cell, or left it.
type entry struct {
	cell hexgrid.Cell
	comb uint32
	area uint32 // rank of the place at the depth of the pass
	base uint32 // position in the ledger
	n    int32  // positive
}

// compareEntries orders by combination, area and cell; rank tells apart the
// parts of a cell on a border.
func compareEntries(l *ledger, finest []uint32) func(a, b entry) int {
	return func(a, b entry) int {
		switch {
		case a.comb != b.comb:
			return cmp.Compare(a.comb, b.comb)
		case a.area != b.area:
			return cmp.Compare(a.area, b.area)
		case a.cell != b.cell:
			return cmp.Compare(a.cell, b.cell)
		}
		ka, kb := &l.keys[a.base], &l.keys[b.base]
		return cmp.Or(cmp.Compare(finest[ka.place], finest[kb.place]), cmp.Compare(ka.comb, kb.comb))
	}
}

// compare orders by cell, place and combination.
func (k baseKey) compare(other baseKey) int {
	return cmp.Or(cmp.Compare(k.cell, other.cell), cmp.Compare(k.place, other.place), cmp.Compare(k.comb, other.comb))
}

// idleLimit is the number of base cells below which empty ones are kept.
const idleLimit = 1024

// compact forgets base cells without rows that nothing is accounted for, when
// they are more than half: people who move leave them behind.
func (r *Release) compact() {
	l, s := r.ledger, r.state
	keep := func(i int) bool { return l.n[i] > 0 || i < len(s.n) && s.accounts(i) }
	kept := 0
	for i := range l.keys {
		if keep(i) {
			kept++
		}
	}
	if len(l.keys) < idleLimit || 2*kept > len(l.keys) {
		return
	}
	m := l.measures
	next := &ledger{measures: m, placeAt: l.placeAt, places: l.places}
	state := *s
	state.n, state.sums, state.with = nil, nil, nil
	for i, k := range l.keys {
		if !keep(i) {
			continue
		}
		at := int(next.base(k))
		next.n[at] = l.n[i]
		copy(next.sums[at*m:], l.sums[i*m:(i+1)*m])
		copy(next.with[at*m:], l.with[i*m:(i+1)*m])
		if i < len(s.n) {
			state.n = append(state.n, s.n[i])
			state.sums = append(state.sums, s.sums[i*m:(i+1)*m]...)
			state.with = append(state.with, s.with[i*m:(i+1)*m]...)
		}
	}
	state.keys = slices.Clip(next.keys)
	r.ledger, r.state = next, &state
}
