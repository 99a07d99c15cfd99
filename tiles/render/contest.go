package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// contests are the small lines and polygons near the tile by the cell that their
// point lies in. Each cell has room for shapesPerCell of them: which, is decided
// before any is drawn. Those without room in a cell of a neighbour are found here
// too, so that both tiles show the same.
type contests struct {
	entrants []entrant
	starts   []int // of the cells, in the order of entrants once sorted
	sorted   []entrant
}

// entrant is a feature in a contest.
type entrant struct {
	cell  int
	row   int32
	class int
	size  float32
	flat  bool
}

func (k *contests) clear() { k.entrants = k.entrants[:0] }

const (
	shapeCells = mvt.Extent / shapeCell // across a tile
	// cellMargin is how many cells beyond the tile hold points of shapes that are
	// seen in its buffer: a small shape is not longer than a cell.
	cellMargin  = (shape.DefaultBuffer + 2*shapeCell - 1) / shapeCell
	contestSide = shapeCells + 2*cellMargin
)

// enter adds a small shape to the contest of its cell.
func (p *picture) enter(row layers.Row, g orb.Geometry, class int, e live.Extent) {
	x, y, ok := p.fine(pointOf(row, g))
	if !ok {
		return
	}
	cx, cy, ok := p.cellOf(x, y, shapeCell, cellMargin)
	if !ok {
		return
	}
	p.contests.entrants = append(p.contests.entrants, entrant{cell: cy*contestSide + cx, row: p.rows.add(row, p.layer), class: class, size: e.Size, flat: e.Flat})
}

// fine is where a place is on the lattice; ok is false for places that are not on
// Earth.
func (p *picture) fine(at orb.Point) (x, y uint32, ok bool) {
	if !(at[0] >= -180 && at[0] <= 180 && at[1] >= -90 && at[1] <= 90) {
		return 0, 0, false
	}
	if at[0] == 180 { // the same place
		at[0] = -180
	}
	x, y = p.tile.Grid.Fine(at)
	return x, y, true
}

// cellOf is the cell of side units that a place of the lattice lies in, counted from
// margin cells beyond the tile; ok is false when it is further away.
func (p *picture) cellOf(fineX, fineY uint32, side, margin int64) (cx, cy int, ok bool) {
	x, y := p.place(uint64(fineX), uint64(fineY))
	across := mvt.Extent/side + 2*margin
	if round := p.around(); x >= mvt.Extent+margin*side {
		x -= round
	} else if x < -margin*side {
		x += round
	}
	x, y = x+margin*side, y+margin*side
	if x < 0 || y < 0 || x >= across*side || y >= across*side {
		return 0, 0, false
	}
	return int(x / side), int(y / side), true
}

// decide draws the winners of all contests; what is not drawn of polygons leaves its
// area to the specks.
func (p *picture) decide() {
	k := &p.contests
	if len(k.entrants) == 0 {
		return
	}
	k.starts = append(k.starts[:0], make([]int, contestSide*contestSide+1)...)
	for i := range k.entrants {
		k.starts[k.entrants[i].cell+1]++
	}
	for i := 1; i < len(k.starts); i++ {
		k.starts[i] += k.starts[i-1]
	}
	k.sorted = slices.Grow(k.sorted[:0], len(k.entrants))[:len(k.entrants)]
	for _, e := range k.entrants {
		k.sorted[k.starts[e.cell]] = e
		k.starts[e.cell]++ // ends where the next began
	}
	from := 0
	for _, to := range k.starts[:len(k.starts)-1] {
		cell := k.sorted[from:to]
		from = to
		if len(cell) > shapesPerCell {
			slices.SortFunc(cell, p.better)
			for i := range cell[shapesPerCell:] {
				p.leave(&cell[shapesPerCell+i])
			}
			cell = cell[:shapesPerCell]
		}
		for i := range cell {
			p.drawSmall(&cell[i])
		}
	}
}

// better is a total order of importance, the same in every tile: class, size, a hash
// of the id so that no id is preferred for its spelling, the id.
func (p *picture) better(a, b entrant) int {
	if c := cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(b.size, a.size)); c != 0 {
		return c
	}
	idA := strings.Clone(p.rows.id(a.row))
	idB := p.rows.id(b.row)
	return cmp.Or(cmp.Compare(xxhash.Sum64String(idA), xxhash.Sum64String(idB)), strings.Compare(idA, idB))
}

func (p *picture) drawSmall(e *entrant) {
	g := p.rows.at(e.row).Geometry()
	if p.frame.Draw(&p.scratch, g) {
		it := p.shape(e.row, e.class, e.size)
		p.shapes.add(&it)
	} else if !e.flat && p.frame.Collapses(g) {
		p.leave(e)
	}
}

// leave gives the area of a polygon that is not drawn to the specks.
func (p *picture) leave(e *entrant) {
	if !e.flat {
		row := p.rows.at(e.row)
		p.addSpeck(row, e.row, row.Geometry(), live.Extent{Size: e.size})
	}
}
