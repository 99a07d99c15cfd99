package render

import (
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/tiles/mvt"
)

// crowd is the points of one cell: each of them while there is room, then only
// their number and sum.
type crowd struct {
	count      int
	sumX, sumY int64
	members    []item
}

func (c *collector) addPoint(row layers.Row, p orb.Point) {
	at, own := c.frame.Place(p)
	if !own {
		return
	}
	k := &c.crowds[at.Y/pointCell*cellsAcross+at.X/pointCell]
	k.count++
	k.sumX += int64(at.X)
	k.sumY += int64(at.Y)
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
		it.geometry.Add([]mvt.XY{{X: int32(k.sumX / int64(k.count)), Y: int32(k.sumY / int64(k.count))}})
		c.points = append(c.points, it)
	}
}

// cellKey is a stable number for a cell of points.
func (c *collector) cellKey(i int) uint64 {
	b := append([]byte(c.layer.ID), " cell "...)
	b = append(b, c.tile.String()...)
	b = strconv.AppendInt(append(b, ' '), int64(i), 10)
	return xxhash.Sum64(b)
}
