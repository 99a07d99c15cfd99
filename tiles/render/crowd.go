package render

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles/mvt"
)

// crowds are the points of a tile by cell.
type crowds struct {
	cells  []crowd
	totals []live.Total // of the cells, one for each measure of the layer
	some   bool
}

// crowd is the points of one cell: each of them while there is room, then only
// their number and the sum of their places, in steps of the grid (tiles.Grid.Fine),
// which are the same at every zoom.
type crowd struct {
	count      int
	sumX, sumY uint64
	members    [mostPerCell]member // the first count of them
}

type member struct {
	row int32
	at  mvt.XY
}

const crowdsAcross = mvt.Extent / pointCell

func (k *crowds) clear() {
	if k.some {
		for i := range k.cells {
			c := &k.cells[i]
			c.count, c.sumX, c.sumY = 0, 0, 0
		}
		clear(k.totals)
		k.totals, k.some = k.totals[:0], false
	}
}

// crowd is the cell of a place in the tile, in units, and its totals.
func (p *picture) crowd(x, y int64) (*crowd, []live.Total) {
	k, n := &p.crowds, len(p.measures)
	if k.cells == nil {
		k.cells = make([]crowd, crowdsAcross*crowdsAcross)
	}
	if !k.some {
		k.some = true
		k.totals = slices.Grow(k.totals, n*len(k.cells))[:n*len(k.cells)]
	}
	i := int(y/pointCell*crowdsAcross + x/pointCell)
	return &k.cells[i], k.totals[i*n : i*n+n]
}

func (p *picture) addPoint(row layers.Row, at orb.Point) {
	x, y, ok := p.fine(at)
	if !ok {
		return
	}
	unit := mvt.XY{}
	if p.tile.Z <= finestClump {
		ux, uy := p.place(uint64(x), uint64(y))
		if ux < 0 || uy < 0 || ux >= mvt.Extent || uy >= mvt.Extent {
			return
		}
		unit = mvt.XY{X: int32(ux), Y: int32(uy)}
	} else {
		var own bool
		if unit, own = p.frame.Place(at); !own {
			return
		}
	}
	k, totals := p.crowd(int64(unit.X), int64(unit.Y))
	if k.count < p.perPoint() {
		k.members[k.count] = member{p.rows.add(row, p.layer), unit}
	}
	k.count++
	k.sumX, k.sumY = k.sumX+uint64(x), k.sumY+uint64(y)
	for i := range totals {
		totals[i].Add(row.Value(p.measures[i].field))
	}
}

func (p *picture) perPoint() int { return pointsPerCell(p.tile.Z) }

// hair widens boxes: sines are not exact to the last bit, and corners a hair further
// out hold all that the box holds.
const hair = 1e-12

// chooseCrowd decides about points in a box: those beyond the tile are left out,
// those of one cell with too many to be drawn one by one are taken together.
func (p *picture) chooseCrowd(box orb.Bound, n int) live.Choice {
	if box.Max[0] >= 180 { // which is the tile at the other end
		return live.Divide
	}
	fineX, fineY := p.tile.Grid.Fine(orb.Point{box.Min[0], box.Max[1] + hair})
	x0, y0 := p.place(uint64(fineX), uint64(fineY))
	fineX, fineY = p.tile.Grid.Fine(orb.Point{box.Max[0], box.Min[1] - hair})
	x1, y1 := p.place(uint64(fineX), uint64(fineY))
	if x1 < 0 || y1 < 0 || x0 >= mvt.Extent || y0 >= mvt.Extent {
		return live.Skip
	}
	if x0 < 0 || y0 < 0 || x1 >= mvt.Extent || y1 >= mvt.Extent || x0/pointCell != x1/pointCell || y0/pointCell != y1/pointCell {
		return live.Divide
	}
	if k, _ := p.crowd(x0, y0); k.count+n <= p.perPoint() {
		return live.Divide
	}
	return live.Gather
}

// run adds n points taken together.
func (p *picture) run(box orb.Bound, n int, sums live.Sums, totals []live.Total) {
	x, y := p.tile.Grid.Fine(box.Center())
	ux, uy := p.place(uint64(x), uint64(y))
	k, of := p.crowd(ux, uy)
	k.count += n
	k.sumX, k.sumY = k.sumX+sums.X, k.sumY+sums.Y
	for i := range of {
		of[i].Join(&totals[i])
	}
}

// gather turns the cells of points into items, cell by cell, in a cell by a hash of
// the id.
func (p *picture) gather() {
	if !p.crowds.some {
		return
	}
	for i := range p.crowds.cells {
		k := &p.crowds.cells[i]
		if k.count > p.perPoint() {
			// The mean of places in the cell, rounded down, lies in the cell.
			x, y := p.place(k.sumX/uint64(k.count), k.sumY/uint64(k.count))
			p.points = append(p.points, item{row: none, key: p.cellKey(pointCell, int64(i%crowdsAcross), int64(i/crowdsAcross)),
				count: int32(min(k.count, math.MaxInt32)), cell: int32(i), kind: mvt.Points, at: mvt.XY{X: int32(x), Y: int32(y)}})
			continue
		}
		from := len(p.points)
		for _, m := range k.members[:k.count] {
			p.points = append(p.points, item{row: m.row, key: xxhash.Sum64String(p.rows.id(m.row)), kind: mvt.Points, at: m.at})
		}
		slices.SortFunc(p.points[from:], func(a, b item) int { return p.order(&a, &b) })
	}
}
