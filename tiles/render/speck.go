package render

import (
	"encoding/binary"
	"math"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// specks are the polygons that are not drawn by the cell that their point lies in:
// how many they are, their areas, and the sums of their places. Each cell shows
// their area as one rectangle near their middle, so that a town looks as dense as it
// is at every zoom.
type specks struct {
	cells []speck
	used  []int
}

type speck struct {
	count int
	row   int32 // the only one, as long as it is one
	sums  live.Sums
}

const (
	speckCells  = mvt.Extent / speckCell // across a tile
	speckMargin = (shape.DefaultBuffer + speckCell - 1) / speckCell
	speckSide   = speckCells + 2*speckMargin
)

func (s *specks) clear() {
	for _, i := range s.used {
		s.cells[i] = speck{}
	}
	s.used = s.used[:0]
}

func (s *specks) at(i int) *speck {
	if s.cells == nil {
		s.cells = make([]speck, speckSide*speckSide)
	}
	k := &s.cells[i]
	if k.count == 0 {
		s.used = append(s.used, i)
	}
	return k
}

// addSpeck adds a polygon of some size that is not drawn, whose point lies at x, y on
// the lattice; index is that of its row, if it has one.
func (p *picture) addSpeck(row layers.Row, index int32, x, y uint32, size float32) {
	cx, cy, ok := p.cellOf(x, y, speckCell, speckMargin)
	if !ok {
		return
	}
	k := p.specks.at(cy*speckSide + cx)
	if k.count++; k.count == 1 {
		if index == none {
			index = p.rows.add(row, p.layer)
		}
		k.row = index
	}
	k.sums.X, k.sums.Y, k.sums.Area = k.sums.X+uint64(x), k.sums.Y+uint64(y), k.sums.Area+uint64(size)
}

// chooseSpeck decides about small polygons whose points lie in a box: those near one
// cell are taken together.
func (p *picture) chooseSpeck(box orb.Bound, n int) live.Choice {
	if n == 1 || box.Max[0] >= 180 { // which is the tile at the other end
		return live.Divide
	}
	fineX0, fineY0 := p.tile.Grid.Fine(orb.Point{box.Min[0], box.Max[1] + hair})
	fineX1, fineY1 := p.tile.Grid.Fine(orb.Point{box.Max[0], box.Min[1] - hair})
	x0, y0, in0 := p.cellOf(fineX0, fineY0, speckCell, speckMargin)
	x1, y1, in1 := p.cellOf(fineX1, fineY1, speckCell, speckMargin)
	if in0 && in1 && x0 == x1 && y0 == y1 {
		return live.Gather
	}
	return live.Divide
}

func (p *picture) gatherSpecks(box orb.Bound, n int, sums live.Sums) {
	x, y := p.tile.Grid.Fine(box.Center())
	cx, cy, _ := p.cellOf(x, y, speckCell, speckMargin)
	k := p.specks.at(cy*speckSide + cx)
	k.count += n
	k.sums.X, k.sums.Y, k.sums.Area = k.sums.X+sums.X, k.sums.Y+sums.Y, k.sums.Area+sums.Area
}

// giveBack draws the rectangles of the cells.
func (p *picture) giveBack() {
	for _, i := range p.specks.used {
		k := &p.specks.cells[i]
		cx, cy := int64(i%speckSide)-speckMargin, int64(i/speckSide)-speckMargin
		key := p.cellKey(speckCell, cx, cy)
		w, h := rectangle(float64(k.sums.Area)/float64(p.unit), key)
		if w == 0 || h == 0 {
			continue
		}
		ux, uy := p.place(k.sums.X/uint64(k.count), k.sums.Y/uint64(k.count))
		// Wholly in the cell, so that rectangles of two cells never overlap. The mean is
		// of places in the cell, perhaps seen from the other end of the world.
		within := func(u, size, cell int64) int32 {
			u = ((u-cell*speckCell)%speckCell + speckCell) % speckCell
			return int32(cell*speckCell + min(max(u-size/2, 0), speckCell-size))
		}
		x, y := within(ux, w, cx), within(uy, h, cy)
		p.scratch.Reset(mvt.Polygons)
		p.rectangle(x, y, int32(w), int32(h))
		if p.around() == mvt.Extent { // the world's two ends are each other's buffer
			switch cx {
			case 0:
				p.rectangle(x+mvt.Extent, y, int32(w), int32(h))
			case speckCells - 1:
				p.rectangle(x-mvt.Extent, y, int32(w), int32(h))
			}
		}
		row := int32(none)
		if k.count == 1 {
			row = k.row
		}
		it := p.shape(row, 0, 0)
		if it.count = int32(min(k.count, math.MaxInt32)); row == none {
			it.key = key
		}
		p.squares.add(&it)
	}
}

func (p *picture) rectangle(x, y, w, h int32) {
	p.scratch.Add([]mvt.XY{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}})
}

// rectangle is the size of a rectangle of an area, in units, no larger than a cell.
// What is lost by rounding is given back by chance, so that sums over many cells
// come out right: chance is a hash of the cell.
func rectangle(area float64, chance uint64) (w, h int64) {
	area = min(area, speckCell*speckCell)
	wide := max(1, math.Floor(math.Sqrt(area)+0.5))
	high := area / wide
	h = int64(math.Floor(high))
	if float64(chance>>11)/(1<<53) < high-math.Floor(high) {
		h++
	}
	return int64(wide), min(h, speckCell)
}

// cellKey is a stable number for a cell of some side, counted from the tile's first.
func (p *picture) cellKey(side, cx, cy int64) uint64 {
	columns := p.around() / side
	x := (int64(p.tile.X)*(mvt.Extent/side) + cx + columns) % columns
	y := int64(p.tile.Y)*(mvt.Extent/side) + cy
	var b [32]byte
	binary.LittleEndian.PutUint64(b[0:], p.seed)
	binary.LittleEndian.PutUint64(b[8:], uint64(x))
	binary.LittleEndian.PutUint64(b[16:], uint64(y))
	binary.LittleEndian.PutUint64(b[24:], uint64(p.tile.Z)|uint64(p.tile.Grid)<<8|uint64(side)<<16)
	return xxhash.Sum64(b[:])
}
