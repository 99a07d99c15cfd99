package tiles

import (
	"math"

	"github.com/paulmach/orb"
)

// Grid is a way of dividing the Earth into tiles. Each grid has its own unit
// square, from 0 to 1 in both directions, which zoom z divides into Columns(z) ×
// Rows(z) tiles.
type Grid uint8

// The grids.
const (
	// Mercator is the square of WebMercatorQuad, 2^z tiles along each side.
	Mercator Grid = iota
	// Geographic divides degrees of longitude and latitude evenly, twice as many
	// columns as rows: WorldCRS84Quad, and the grid of EPSG:4490 that Chinese
	// national map services use. (WGS 84 and CGCS2000 differ by centimetres and
	// are taken for equal, as everywhere in this program.)
	Geographic
	grids
)

// Columns is the number of tiles from west to east at zoom z.
func (g Grid) Columns(z Zoom) uint32 {
	if g == Geographic {
		return 2 * z.Side()
	}
	return z.Side()
}

// Rows is the number of tiles from north to south at zoom z.
func (g Grid) Rows(z Zoom) uint32 { return z.Side() }

// MaxLatitude is where the grid ends in the north and, negative, in the south,
// degrees.
func (g Grid) MaxLatitude() float64 {
	if g == Geographic {
		return 90
	}
	return MaxLatitude
}

// Project returns the unit coordinates of p (lon/lat degrees). Latitudes are
// clamped to the grid; longitudes beyond ±180 continue beyond the square.
func (g Grid) Project(p orb.Point) (x, y float64) {
	if g == Geographic {
		return float64(p[0]/360) + 0.5, max(0, min(1, 0.5-float64(p[1]/180)))
	}
	return Project(p)
}

// Fine returns the unit coordinates of p in 2^32 steps, rounded down: the place of
// p at every zoom, by a shift. Beyond the square they are those of its edge.
func (g Grid) Fine(p orb.Point) (x, y uint32) {
	u, v := g.Project(p)
	step := func(u float64) uint32 {
		return uint32(min(max(math.Floor(u*(1<<32)), 0), math.MaxUint32))
	}
	return step(u), step(v)
}

// String is the grid's name.
func (g Grid) String() string {
	return [...]string{"mercator", "geographic"}[min(g, grids-1)]
}

// Unproject is the inverse of Project within the square.
func (g Grid) Unproject(x, y float64) (lon, lat float64) {
	if g == Geographic {
		return (x - 0.5) * 360, (0.5 - y) * 180
	}
	return Unproject(x, y)
}

// At is the tile of zoom z that owns p (lon/lat degrees): the half-open box
// [min, max) in unit coordinates. Latitudes beyond the grid belong to the row
// next to the pole, longitude 180 to the first column like -180. ok is false
// for places that are not on Earth.
func (g Grid) At(p orb.Point, z Zoom) (t ID, ok bool) {
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) || z > MaxZoom {
		return ID{}, false
	}
	x, y := g.Project(p)
	columns, rows := g.Columns(z), g.Rows(z)
	col, row := uint32(x*float64(columns)), uint32(y*float64(rows))
	if col >= columns {
		col = 0
	}
	return ID{Z: z, X: col, Y: min(row, rows-1), Grid: g}, true
}
