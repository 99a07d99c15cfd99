package render

import (
	"cmp"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// contests are the small lines and polygons near the tile by the cell that their
// point lies in. Each cell has room for shapesPerCell of them: which, is decided
// before any is drawn, while they come, so that nothing is remembered of those that
// find no room but what they leave to the specks. Those without room in a cell of a
// neighbour are found here too, so that both tiles show the same.
type contests struct {
	cells []contest
	used  []int32
}

// contest is the best so far of a cell, the best first.
type contest struct {
	n    int32
	best [shapesPerCell]entrant
}

// entrant is a feature in a contest.
type entrant struct {
	row   int32
	class int32
	size  float32
	flat  bool
	x, y  uint32 // of its point on the lattice
}

func (k *contests) clear() {
	for _, i := range k.used {
		k.cells[i].n = 0
	}
	k.used = k.used[:0]
}

func (k *contests) at(i int) *contest {
	if k.cells == nil {
		k.cells = make([]contest, contestSide*contestSide)
	}
	c := &k.cells[i]
	if c.n == 0 {
		k.used = append(k.used, int32(i))
	}
	return c
}

const (
	shapeCells = mvt.Extent / shapeCell // across a tile
	// cellMargin is how many cells beyond the tile hold points of shapes that are
	// seen in its buffer: a small shape is not longer than a cell.
	cellMargin  = (shape.DefaultBuffer + 2*shapeCell - 1) / shapeCell
	contestSide = shapeCells + 2*cellMargin
)

// enter adds a small shape to the contest of its cell. Whoever has no room there any
// more leaves.
func (p *picture) enter(row layers.Row, it entrant) {
	cx, cy, ok := p.cellOf(it.x, it.y, shapeCell, cellMargin)
	if !ok {
		return
	}
	k := p.contests.at(cy*contestSide + cx)
	if k.n == shapesPerCell {
		last := &k.best[shapesPerCell-1]
		if !p.better(row, &it, last) {
			p.leave(row, &it)
			return
		}
		p.leave(p.rows.at(last.row), last)
		k.n--
	}
	i := k.n
	for ; i > 0 && p.better(row, &it, &k.best[i-1]); i-- {
		k.best[i] = k.best[i-1]
	}
	it.row = p.rows.add(row, p.layer)
	k.best[i] = it
	k.n++
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

// decide draws the winners of all contests.
func (p *picture) decide() {
	for _, i := range p.contests.used {
		k := &p.contests.cells[i]
		for i := range k.best[:k.n] {
			p.drawSmall(&k.best[i])
		}
	}
}

// better is a total order of importance, the same in every tile: class, size, a hash
// of the id so that no id is preferred for its spelling, the id. row is that of a.
func (p *picture) better(row layers.Row, a, b *entrant) bool {
	switch {
	case a.class != b.class:
		return a.class < b.class
	case a.size != b.size:
		return a.size > b.size
	}
	idA, idB := row.ID(), p.rows.id(b.row)
	return cmp.Or(cmp.Compare(xxhash.Sum64String(idA), xxhash.Sum64String(idB)), strings.Compare(idA, idB)) < 0
}

func (p *picture) drawSmall(e *entrant) {
	g := p.rows.at(e.row).Geometry()
	if p.frame.Draw(&p.scratch, g) {
		it := p.shape(e.row, int(e.class), e.size)
		p.shapes.add(&it)
	} else if !e.flat && p.frame.Collapses(g) {
		p.leave(p.rows.at(e.row), e)
	}
}

// leave gives the area of a polygon that is not drawn to the specks.
func (p *picture) leave(row layers.Row, e *entrant) {
	if !e.flat {
		p.addSpeck(row, e.row, e.x, e.y, e.size)
	}
}
