package live

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/cql2"
)

// aggregate holds, by H3 cell, how many features match a question and the sums of
// some of their fields, as of one sequence number. It moves to another by the
// changes between: what was is taken out, what is put in, or the other way round
// to go back. Sums are exact, so that moving leaves nothing behind. It is worked
// on by whoever has its turn.
type aggregate struct {
	turn chan struct{} // holds a token while nobody works on it

	layer   string
	res     int
	fields  []int
	program *cql2.Program // nil: no filter
	scope   *scope        // nil: every row
	find    *hexgrid.Finder
	seq     uint64 // 0: not made yet
	number  map[hexgrid.Cell]int32
	cells   []cellSums
}

// cellSums is what one cell holds.
type cellSums struct {
	cell   hexgrid.Cell
	centre orb.Point
	n      int
	sums   []fieldSum // one for each field
}

// fieldSum is the sum of the values of a field that are not null.
type fieldSum struct {
	with int
	sum  exactSum
}

func newAggregate(layer string, fields []int, res int) *aggregate {
	a := &aggregate{turn: make(chan struct{}, 1), layer: layer, res: res, fields: fields, find: hexgrid.NewFinder(res)}
	a.turn <- struct{}{}
	return a
}

// enter waits for the turn. The error is that of ctx.
func (a *aggregate) enter(ctx context.Context) error {
	select {
	case <-a.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *aggregate) leave() { a.turn <- struct{}{} }

// moveTo makes the aggregate show the state of sequence seq by the changes that
// the feed keeps; false when it does not keep them all. A change costs about a
// microsecond.
func (a *aggregate) moveTo(f *feed, seq uint64) bool {
	if a.seq == 0 {
		return false
	}
	if seq >= a.seq {
		deltas, ok := f.between(a.seq, seq)
		for i := range deltas {
			a.change(&deltas[i], deltas[i].Old, deltas[i].New)
		}
		if ok {
			a.seq = seq
		}
		return ok
	}
	deltas, ok := f.between(seq, a.seq)
	for i := len(deltas) - 1; i >= 0; i-- {
		a.change(&deltas[i], deltas[i].New, deltas[i].Old)
	}
	if ok {
		a.seq = seq
	}
	return ok
}

func (a *aggregate) change(d *Delta, from, to *layers.Feature) {
	if d.Layer == a.layer {
		a.count(from, -1)
		a.count(to, 1)
	}
}

// count puts a feature in, or takes it out, if it matches. sign is 1 or -1.
func (a *aggregate) count(f *layers.Feature, sign int) {
	if f == nil || f.Shape == nil || a.program != nil && !a.program.Match(f) {
		return
	}
	at := pointOf(f.Shape)
	if !hasPoint(at) || !a.scope.admits(at, f.ValidFrom, f) {
		return
	}
	c := a.cell(a.find.At(at))
	if c == nil {
		return
	}
	c.n += sign
	for i, field := range a.fields {
		s := &c.sums[i]
		switch v := f.Value(field); v.Type() {
		case layers.Integer:
			s.with += sign
			s.sum.addTimes(v.Int(), sign)
		case layers.Number:
			s.with += sign
			s.sum.add(float64(sign) * v.Float())
		case layers.String, layers.Boolean, layers.DateTime: // have no sum
		}
	}
}

// cell finds or adds a cell, nil for none.
func (a *aggregate) cell(c hexgrid.Cell) *cellSums {
	if c == 0 {
		return nil
	}
	i, ok := a.number[c]
	if !ok {
		i = int32(len(a.cells))
		a.number[c] = i
		a.cells = append(a.cells, cellSums{cell: c, centre: c.Center(), sums: make([]fieldSum, len(a.fields))})
	}
	return &a.cells[i]
}

// build makes the aggregate anew from a view: the rows that match p without its
// boxes. It costs O(rows that match), on all processors.
func (a *aggregate) build(ctx context.Context, v *View, p *plan, measures []Measure) error {
	q := layers.Query{Subject: p.query.Subject, Layer: p.query.Layer, Filter: p.query.Filter}
	whole, err := v.prepare(Noted(ctx), &q)
	if err != nil {
		return err
	}
	k, err := whole.keyer(By{Cells: true, Res: a.res})
	if err != nil {
		return err
	}
	g := &grouping{plan: whole, keyers: []*keyer{k}}
	taken := g.measure(measures, a.fields)
	if err := g.run(ctx); err != nil {
		return err
	}
	g.reach()
	a.program, a.scope = whole.program, whole.scope
	a.number, a.cells = make(map[hexgrid.Cell]int32, len(g.n)), make([]cellSums, 0, len(g.n))
	for i, n := range g.n {
		value := g.keyers[0].values[i]
		if n == 0 || value.IsNull() {
			continue
		}
		c := a.cell(hexgrid.Cell(value.Int()))
		c.n = n
		for j, t := range taken {
			c.sums[j] = fieldSum{with: g.tallies[t].with[i], sum: g.tallies[t].sum[i].clone()}
		}
	}
	a.seq = v.seq
	return nil
}

// within lists the cells whose centre lies in one of the boxes, in no particular
// order. It costs a look at every cell.
func (a *aggregate) within(boxes []orb.Bound) []CellCount {
	var out []CellCount
	for i := range a.cells {
		c := &a.cells[i]
		if c.n == 0 || boxes != nil && !inAny(boxes, c.centre) {
			continue
		}
		sums := make([]float64, len(c.sums))
		for j := range c.sums {
			sums[j] = math.NaN()
			if c.sums[j].with > 0 {
				sums[j] = c.sums[j].sum.total()
			}
		}
		out = append(out, CellCount{Cell: c.cell, Count: c.n, Sums: sums})
	}
	return out
}

func inAny(boxes []orb.Bound, p orb.Point) bool {
	for i := range boxes {
		if boxes[i].Contains(p) {
			return true
		}
	}
	return false
}
