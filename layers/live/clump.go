package live

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
)

// Choice is what to do with the rows of a box.
type Choice uint8

// The choices.
const (
	Divide Choice = iota // look at smaller boxes, at last at single rows
	Skip                 // leave them out
	Gather               // take them together
)

// Gathering is how Clumps asks about boxes and tells of rows. Its functions are
// called by one goroutine.
type Gathering struct {
	Lattice Lattice
	// Choose says what to do with n rows, all of whose points lie in box (lon/lat
	// degrees, borders included).
	Choose func(box orb.Bound, n int) Choice
	// Totals are the fields whose values are to be known of rows gathered.
	Totals []int
	// Run is told of rows gathered: the box that was chosen, how many they are, their
	// sums, and those of the fields of Totals, which are valid until Run returns.
	Run func(box orb.Bound, n int, sums Sums, totals []Total)
	// Row is told of every other row. It is valid until Row returns.
	Row func(r *Row)
}

// Clumps walks the rows that match q as Unordered does, but takes many rows of a
// point layer at once where g chooses so: drawing a million points as clusters
// costs the nodes at the clusters' borders. Rows are looked at one by one where q
// asks for more than boxes, or where the subject does not see all of the layer.
// What Choose gathers or skips must be right for each point of the box: boxes of
// q are not tested again. Errors as Unordered.
func (v *View) Clumps(ctx context.Context, q layers.Query, g *Gathering) error {
	p, err := v.plan(ctx, &q)
	if err == nil {
		err = p.mayList()
	}
	if err != nil {
		return err
	}
	one := func(r *Row) bool { p.read.count(); g.Row(r); return true }
	if !p.plain() {
		return p.each(ctx, one)
	}
	r := p.row()
	p.eachDelta(r, func(r *Row, inside bool) bool {
		if p.match(r, inside) {
			g.Row(r)
		}
		return true
	})
	r.delta = nil
	for i := range p.table.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := &p.table.parts[i]
		r.seg = part.seg
		c := clumper{plan: p, part: part, gathering: g, row: r}
		if part.seg.geoms == nil && c.measure() {
			c.sums = part.seg.sums(&g.Lattice)
		}
		for _, b := range part.seg.tree.Branches(part.seg.n) {
			part.seg.tree.Walk(b, c.visit)
		}
	}
	return ctx.Err()
}

// clumper walks one segment.
type clumper struct {
	plan      *plan
	part      *part
	gathering *Gathering
	sums      *placeSums // nil: none are gathered, since some are more than points or have values that are not summed up
	measured  []*measured
	totals    []Total
	row       *Row
}

// measure finds the sums of the fields that are asked for; ok is false when they are
// not known of one, or not what the subject sees.
func (c *clumper) measure() (ok bool) {
	for _, field := range c.gathering.Totals {
		m := c.part.seg.measured(field)
		if m == nil || c.plan.decision.Sights.Of(field) != layers.Shown {
			return false
		}
		c.measured = append(c.measured, m)
	}
	return true
}

func (c *clumper) run(box orb.Bound, lo, hi uint32) {
	c.totals = c.totals[:0]
	for _, m := range c.measured {
		c.totals = append(c.totals, m.between(lo, hi))
	}
	x, y := c.sums.between(lo, hi)
	c.gathering.Run(box, int(hi-lo), Sums{X: x, Y: y}, c.totals)
}

func (c *clumper) visit(_ int, box orb.Bound, lo, hi uint32) bool {
	hi = min(hi, uint32(c.part.seg.shaped))
	choice := Divide
	whole := c.sums != nil && c.part.dead.countRange(lo, hi) == 0
	if c.sums != nil {
		choice = c.gathering.Choose(box, int(hi-lo))
	}
	switch {
	case choice == Skip:
		return false
	case choice == Gather && whole:
		c.run(box, lo, hi)
		return false
	case hi-lo > blockRows:
		return true
	}
	for row := lo; row < hi; row++ {
		if c.part.dead.has(row) {
			continue
		}
		c.row.row = row
		if c.sums == nil && !c.plan.match(c.row, false) || c.sums != nil && !c.plan.boxed(c.part.seg.points[row]) {
			continue
		}
		c.gathering.Row(c.row)
	}
	return false
}

// boxed reports whether a point lies in one of the query's boxes.
func (p *plan) boxed(at orb.Point) bool {
	for i := range p.boxes {
		if p.boxes[i].Contains(at) {
			return true
		}
	}
	return p.boxes == nil
}

// Simple returns the row's geometry if it is one point, without making a Geometry
// of it.
func (r *Row) Simple() (p orb.Point, ok bool) {
	if r.seg == nil || r.seg.geoms != nil {
		return p, false
	}
	p = r.seg.points[r.row]
	return p, hasPoint(p)
}

// Sifting is how Sift asks about boxes and tells of rows. Its functions are called
// by one goroutine.
type Sifting struct {
	Lattice Lattice
	// Small is the area, in steps squared, below which rows may be taken together; 0
	// for none.
	Small float32
	// Choose says what to do with n rows that are all small and whose points
	// (Row.Point) all lie in box (lon/lat degrees, borders included).
	Choose func(box orb.Bound, n int) Choice
	// Run is told of rows gathered: the box that was chosen, how many they are, and
	// their sums.
	Run func(box orb.Bound, n int, sums Sums)
	// Skip reports whether rows that lie wholly in box are left out; nil for none.
	Skip func(box orb.Bound) bool
	// Row is told of every other row that may match. It is valid until Row returns.
	Row func(r *Row, e Extent)
}

// Sift walks the rows that match q as Unordered does, but takes many small rows of a
// layer of shapes at once where g chooses so, and knows how large rows are without
// looking at their geometry. Rows near the boxes of q may come too; a row that meets
// none of them may be left out. Otherwise as Clumps.
func (v *View) Sift(ctx context.Context, q layers.Query, g *Sifting) error {
	p, err := v.plan(ctx, &q)
	if err == nil {
		err = p.mayList()
	}
	if err != nil {
		return err
	}
	l := &g.Lattice
	if !p.plain() || p.search == nil {
		var of *segment
		var known *extents
		return p.each(ctx, func(r *Row) bool {
			p.read.count()
			if r.seg == nil {
				g.Row(r, l.Extent(r.Geometry()))
				return true
			}
			if r.seg != of {
				of, known = r.seg, r.seg.extents(l)
			}
			g.Row(r, known.of(r.row))
			return true
		})
	}
	r := p.row()
	p.eachDelta(r, func(r *Row, _ bool) bool {
		g.Row(r, l.Extent(r.Geometry()))
		return true
	})
	r.delta = nil
	for i := range p.table.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := &p.table.parts[i]
		r.seg = part.seg
		s := sifter{boxes: p.search, part: part, extents: part.seg.extents(l), sifting: g, row: r}
		for _, b := range part.seg.tree.Branches(part.seg.n) {
			part.seg.tree.Walk(b, s.visit)
		}
	}
	return ctx.Err()
}

// plain reports whether the plan asks for no more than boxes, and the subject sees
// all of the layer.
func (p *plan) plain() bool {
	return p.read == nil && p.program == nil && p.scope == nil && p.region == nil && p.instant == 0 && p.query.IDs == nil && !p.never
}

// sifter walks one segment.
type sifter struct {
	boxes   []orb.Bound
	part    *part
	extents *extents
	sifting *Sifting
	row     *Row
}

func (s *sifter) visit(_ int, box orb.Bound, lo, hi uint32) bool {
	if hi = min(hi, uint32(s.part.seg.shaped)); hi <= lo || s.beside(box) {
		return false
	}
	if s.extents.largest(lo, hi) < s.sifting.Small {
		switch s.sifting.Choose(box, int(hi-lo)) {
		case Skip:
			return false
		case Gather:
			if s.part.dead.countRange(lo, hi) == 0 {
				s.sifting.Run(box, int(hi-lo), s.extents.between(lo, hi))
				return false
			}
		case Divide:
		}
	}
	if hi-lo > blockRows {
		return true
	}
	for row := lo; row < hi; row++ {
		if !s.part.dead.has(row) && !s.beside(s.part.seg.tree.Box(row)) {
			s.row.row = row
			s.sifting.Row(s.row, s.extents.of(row))
		}
	}
	return false
}

// beside reports whether nobody asks for what lies in box.
func (s *sifter) beside(box orb.Bound) bool {
	return relateBoxes(s.boxes, box) == predicate.BoxOutside || s.sifting.Skip != nil && s.sifting.Skip(box)
}

// Ref is a row of a View to come back to.
type Ref struct {
	seg   *segment
	row   uint32
	delta *deltaRow
}

// Ref is where r is. It is good as long as the View.
func (r *Row) Ref() Ref { return Ref{r.seg, r.row, r.delta} }

// At returns the row of a layer that ref, taken of r's view and layer, is of.
func (r *Row) At(ref Ref) Row {
	return Row{seg: ref.seg, row: ref.row, delta: ref.delta, layer: r.layer, sights: r.sights}
}
