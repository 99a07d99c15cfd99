package render

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles"
	"wutu/tiles/mvt"
)

// clumps is what sources offer that can take many points at once: see
// live.View.Clumps.
type clumps interface {
	Clumps(ctx context.Context, q layers.Query, g *live.Gathering) error
}

// larger is what sources offer that can leave out many small shapes at once: see
// live.View.Larger.
type larger interface {
	Larger(ctx context.Context, q layers.Query, l *live.Lattice, least float64, yield func(*live.Row) bool) error
}

// finestClump is the zoom down to which points are taken together: to there a step
// of the grid is no coarser than a tile's unit. Deeper tiles have few points.
const finestClump = 19

// read adds the rows of q, by the cheapest way the source has.
func (c *collector) read(ctx context.Context, s Source, q layers.Query) error {
	z := c.tile.Z
	if g, ok := s.(clumps); ok && c.layer.Geometry == layers.Point && z <= finestClump {
		return g.Clumps(ctx, q, &live.Gathering{Lattice: lattice(c.tile.Grid), Choose: c.choose, Run: c.run, Row: func(r *live.Row) { c.add(r) }})
	}
	if g, ok := s.(larger); ok && c.layer.Geometry.Dimension() == 2 && c.leavesOutSmall() {
		l := lattice(c.tile.Grid)
		steps := func(tiles uint32) float64 { return (1 << 32) / (float64(tiles) * mvt.Extent) } // in a unit
		least := minPolygonPixels * pixel * pixel * steps(c.tile.Grid.Columns(z)) * steps(c.tile.Grid.Rows(z))
		return g.Larger(ctx, q, &l, least, func(r *live.Row) bool { c.add(r); return true })
	}
	for row, err := range s.Rows(ctx, q) {
		if err != nil {
			return err
		}
		c.add(row)
	}
	return nil
}

func lattice(g tiles.Grid) live.Lattice { return live.Lattice{Name: g.String(), Place: g.Fine} }

// choose decides about points in a box: those beyond the tile are left out, those
// of one cell with too many to be drawn one by one are taken together.
func (c *collector) choose(box orb.Bound, n int) live.Choice {
	if box.Max[0] >= 180 { // which is the tile at the other end
		return live.Divide
	}
	// Sines are not exact to the last bit: corners a hair further out hold all that
	// the box holds.
	const hair = 1e-12
	fineX, fineY := c.tile.Grid.Fine(orb.Point{box.Min[0], box.Max[1] + hair})
	x0, y0 := c.unit(uint64(fineX), uint64(fineY))
	fineX, fineY = c.tile.Grid.Fine(orb.Point{box.Max[0], box.Min[1] - hair})
	x1, y1 := c.unit(uint64(fineX), uint64(fineY))
	if x1 < 0 || y1 < 0 || x0 >= mvt.Extent || y0 >= mvt.Extent {
		return live.Skip
	}
	if x0 < 0 || y0 < 0 || x1 >= mvt.Extent || y1 >= mvt.Extent || x0/pointCell != x1/pointCell || y0/pointCell != y1/pointCell {
		return live.Divide
	}
	if c.crowds[y0/pointCell*cellsAcross+x0/pointCell].count+n <= c.perPoint {
		return live.Divide
	}
	return live.Gather
}

// run adds n points taken together.
func (c *collector) run(box orb.Bound, n int, sumX, sumY uint64) {
	x, y := c.tile.Grid.Fine(box.Center())
	ux, uy := c.unit(uint64(x), uint64(y))
	k := &c.crowds[uy/pointCell*cellsAcross+ux/pointCell]
	k.count += n
	k.sumX, k.sumY = k.sumX+sumX, k.sumY+sumY
	k.members = nil
}
