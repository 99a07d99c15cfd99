package live

import (
	"context"

	"github.com/paulmach/orb"

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
	// Run is told of rows gathered: the box that was chosen, how many they are and the
	// sums of their places on the lattice.
	Run func(box orb.Bound, n int, sumX, sumY uint64)
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
	plain := p.read == nil && p.program == nil && p.scope == nil && p.region == nil && p.instant == 0 && p.query.IDs == nil && !p.never
	if !plain {
		return p.each(ctx, one)
	}
	r := p.row()
	r.seg = nil
	p.table.delta.byID.Scan(func(_ string, row uint32) bool {
		if r.delta = &p.table.delta.rows[row]; p.match(r, false) {
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
		if part.seg.geoms == nil {
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
	sums      *placeSums // nil: some rows are more than points, none are gathered
	row       *Row
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
		x, y := c.sums.between(lo, hi)
		c.gathering.Run(box, int(hi-lo), x, y)
		return false
	case hi-lo > blockRows:
		return true
	}
	for row := lo; row < hi; row++ {
		if c.row.row = row; !c.part.dead.has(row) && c.plan.match(c.row, false) {
			c.gathering.Row(c.row)
		}
	}
	return false
}

// Larger is Unordered for rows whose box has an area of at least least lattice
// units squared. Rows with smaller boxes may come too; whole nodes of them do not.
func (v *View) Larger(ctx context.Context, q layers.Query, l *Lattice, least float64, yield func(*Row) bool) error {
	p, err := v.plan(ctx, &q)
	if err == nil {
		err = p.mayList()
	}
	if err != nil {
		return err
	}
	one := func(r *Row) bool { p.read.count(); return yield(r) }
	if p.never || p.query.IDs != nil || p.instant != 0 || len(p.search) == 0 {
		return p.each(ctx, one)
	}
	r := p.row()
	r.seg = nil
	goOn := true
	p.table.delta.byID.Scan(func(_ string, row uint32) bool {
		if r.delta = &p.table.delta.rows[row]; p.match(r, false) {
			goOn = one(r)
		}
		return goOn
	})
	r.delta = nil
	for i := range p.table.parts {
		part := &p.table.parts[i]
		sizes := part.seg.sizes(l)
		r.seg = part.seg
		for _, b := range part.seg.tree.Branches(part.seg.n) {
			part.seg.tree.Walk(b, func(_ int, box orb.Bound, lo, hi uint32) bool {
				if !goOn || float64(sizes.of(lo, hi)) < least || !meetsAny(p.search, box) {
					return false
				}
				if hi-lo > blockRows {
					return true
				}
				for row := lo; row < hi && goOn; row++ {
					if r.row = row; !part.dead.has(row) && p.match(r, false) {
						goOn = one(r)
					}
				}
				return false
			})
		}
		if err := ctx.Err(); err != nil || !goOn {
			return err
		}
	}
	return nil
}

func meetsAny(boxes []orb.Bound, b orb.Bound) bool {
	for i := range boxes {
		if boxes[i].Intersects(b) {
			return true
		}
	}
	return false
}
