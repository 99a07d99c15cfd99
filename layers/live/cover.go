package live

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
)

// Cover asks how many of the rows of a query pass a test of where they are, by
// cell: whom a facility reaches. For subjects that may only count it is asked of
// the layer's release, whose blocks stand where they are counted.
type Cover struct {
	Res    int                     // resolution of the cells, 0–15
	Weight string                  // numeric field to add up instead of counting; "" counts
	Test   func(orb.Geometry) bool // called row by row, by one goroutine
}

// Covered is the answer for a cell, or for all rows.
type Covered struct {
	Cell       hexgrid.Cell // 0 for all rows, and for those without a place
	Rows       Count        // all
	In, Out    Count        // those that pass the test, and the others
	Sum, SumIn float64      // of the weight; 0 where Rows or In is withheld
}

// Cover counts the rows that match q by cell, in order of cell, and all of them
// together. Cells whose count is withheld are left out, as Group does. Rows without
// geometry pass no test. Errors as Group.
func (v *View) Cover(ctx context.Context, q layers.Query, c Cover) (all Covered, cells []Covered, err error) {
	p, err := v.plan(ctx, &q)
	if err != nil {
		return Covered{}, nil, err
	}
	if c.Res < 0 || c.Res > hexgrid.MaxResolution {
		return Covered{}, nil, layers.Invalidf("coverage", "cells", fmt.Sprintf("H3 resolution %d is not between 0 and %d", c.Res, hexgrid.MaxResolution))
	}
	weight, err := p.weightField(c.Weight)
	if err != nil {
		return Covered{}, nil, err
	}
	sums := make(map[hexgrid.Cell]*cover)
	whole := &cover{}
	err = p.each(ctx, func(r *Row) bool {
		p.read.count()
		g := r.Geometry()
		in := g != nil && c.Test(g)
		n, x := p.weight(r), p.weightOf(r, weight)
		cell := r.cell(c.Res)
		s := sums[cell]
		if s == nil {
			s = &cover{}
			sums[cell] = s
		}
		s.add(n, x, in)
		whole.add(n, x, in)
		return true
	})
	if err != nil {
		return Covered{}, nil, err
	}
	for cell, s := range sums {
		if a := s.answer(p, cell); a.Rows.Below == 0 {
			cells = append(cells, a)
		}
	}
	slices.SortFunc(cells, func(a, b Covered) int { return cmp.Compare(a.Cell, b.Cell) })
	return whole.answer(p, 0), cells, nil
}

// weightField finds and checks the field to add up, -1 for none.
func (p *plan) weightField(name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	l := p.table.layer
	f := l.FieldIndex(name)
	if f < 0 {
		return -1, layers.Invalidf("coverage", "weight", fmt.Sprintf("layer %s has no field %.80q", l.ID, name))
	}
	if t := l.Fields[f].Type; t != layers.Integer && t != layers.Number {
		return -1, layers.Invalidf("coverage", "weight", fmt.Sprintf("field %s is a %s, not a number", name, t))
	}
	if err := p.mayCountBy(f, true); err != nil {
		return -1, &layers.Error{Kind: layers.Forbidden, Op: "coverage", Layer: l.ID, Field: "weight", Err: err}
	}
	return f, nil
}

// weightOf is what the row adds to the sum of field f.
func (p *plan) weightOf(r *Row, f int) float64 {
	if f < 0 {
		return 0
	}
	if p.shadow != nil {
		return p.shadow.blocks[r.row].Sums[slices.Index(p.shadow.sums, f)]
	}
	if v := r.Value(f); !v.IsNull() {
		return v.Float()
	}
	return 0
}

// cover adds up one cell.
type cover struct {
	n, in      int
	sum, sumIn exactSum
}

func (s *cover) add(n int, x float64, in bool) {
	s.n += n
	s.sum.add(x)
	if in {
		s.in += n
		s.sumIn.add(x)
	}
}

func (s *cover) answer(p *plan, cell hexgrid.Cell) Covered {
	a := Covered{Cell: cell, Rows: p.suppress(s.n), In: p.suppress(s.in), Out: p.suppress(s.n - s.in)}
	if a.Rows.Below == 0 {
		a.Sum = s.sum.total()
	}
	if a.In.Below == 0 {
		a.SumIn = s.sumIn.total()
	}
	return a
}
