package render

import (
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/tiles/mvt"
)

// crowd is the points of one cell: each of them while there is room, then only
// their number and the sum of their places, in steps of the grid (tiles.Grid.Fine),
// which are the same at every zoom.
type crowd struct {
	count      int
	sumX, sumY uint64
	members    []item
}

func (c *collector) addPoint(row layers.Row, p orb.Point) {
	at, own := c.frame.Place(p)
	if !own {
		return
	}
	k := &c.crowds[at.Y/pointCell*cellsAcross+at.X/pointCell]
	x, y := c.tile.Grid.Fine(p)
	k.count++
	k.sumX, k.sumY = k.sumX+uint64(x), k.sumY+uint64(y)
	if k.count > c.perPoint {
		k.members = nil
		return
	}
	it := c.item(row)
	it.geometry.Reset(mvt.Points)
	it.geometry.Add([]mvt.XY{at})
	k.members = append(k.members, it)
}

// gather turns the cells of points into items.
func (c *collector) gather() {
	for i := range c.crowds {
		k := &c.crowds[i]
		if k.count <= c.perPoint {
			c.points = append(c.points, k.members...)
			continue
		}
		it := item{key: c.cellKey(i), count: k.count}
		it.geometry.Reset(mvt.Points)
		// The mean of places in the cell, rounded down, lies in the cell.
		x, y := c.unit(k.sumX/uint64(k.count), k.sumY/uint64(k.count))
		it.geometry.Add([]mvt.XY{{X: int32(x), Y: int32(y)}})
		c.points = append(c.points, it)
	}
}

// unit is the tile unit of a place in steps of the grid: a tile has 2^12 units, the
// grid 2^32 steps.
func (c *collector) unit(x, y uint64) (ux, uy int64) {
	g, z := c.tile.Grid, c.tile.Z
	return int64(x*uint64(g.Columns(z))>>20) - int64(c.tile.X)*mvt.Extent, int64(y*uint64(g.Rows(z))>>20) - int64(c.tile.Y)*mvt.Extent
}

// cellKey is a stable number for a cell of points.
func (c *collector) cellKey(i int) uint64 {
	b := append([]byte(c.layer.ID), " cell "...)
	b = append(b, c.tile.String()...)
	b = strconv.AppendInt(append(b, ' '), int64(i), 10)
	return xxhash.Sum64(b)
}
