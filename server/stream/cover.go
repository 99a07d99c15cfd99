package stream

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
)

// Zooms of the tiles named in a message. Tiles above coverMin are the parents
// of those named; a deeper tile has changed when its parent at the deepest zoom
// named has.
const (
	coverMin = 12
	coverMax = 16
	// coverMost bounds the tiles of one layer in one message.
	coverMost = 600
	// pointPad is the part of a tile by which a point reaches into the next one: 64
	// of 4,096 units, the usual buffer.
	pointPad = 1.0 / 64
	// shapePad is the same of lines and polygons: small ones compete for room with
	// others up to 256 units away, which may be in a tile's buffer (render.Reach).
	shapePad = 5.0 / 64
	// mercatorLimit is the latitude where the square of Web Mercator ends.
	mercatorLimit = 85.0511287798
)

type tileID struct {
	z    int
	x, y int
}

// cover collects the tiles that boxes touch. When there are too many of them at
// a zoom, that zoom and the deeper ones are given up, down to coverMin and then
// to its parents.
type cover struct {
	tiles   map[tileID]struct{}
	deepest int
}

func newCover() *cover { return &cover{tiles: make(map[tileID]struct{}), deepest: coverMax} }

func (c *cover) add(g orb.Geometry) {
	if g == nil {
		return
	}
	b, pad := g.Bound(), shapePad
	switch g.(type) {
	case orb.Point, orb.MultiPoint:
		pad = pointPad
	}
	x0, y0 := project(b.Min[0], b.Max[1])
	x1, y1 := x0, y0
	if b.Min != b.Max {
		x1, y1 = project(b.Max[0], b.Min[1])
	}
	for z := min(coverMin, c.deepest); z <= c.deepest; z++ {
		n := float64(uint64(1) << z)
		last := int(n) - 1
		left, right := max(0, int(math.Floor(x0*n-pad))), min(last, int(math.Floor(x1*n+pad)))
		top, bottom := max(0, int(math.Floor(y0*n-pad))), min(last, int(math.Floor(y1*n+pad)))
		if (right-left+1)*(bottom-top+1) > coverMost {
			c.cut(z - 1)
			if c.deepest < coverMin && c.deepest < z && z > 0 {
				c.add(g)
			}
			break
		}
		for x := left; x <= right; x++ {
			for y := top; y <= bottom; y++ {
				c.tiles[tileID{z, x, y}] = struct{}{}
			}
		}
	}
	for len(c.tiles) > coverMost && c.deepest > 0 {
		c.cut(c.deepest - 1)
	}
}

// cut gives up the tiles deeper than z, naming their parents at z instead.
func (c *cover) cut(z int) {
	z = max(z, 0)
	c.deepest = min(c.deepest, z)
	for t := range c.tiles {
		if t.z > z {
			delete(c.tiles, t)
			if z < coverMin {
				shift := t.z - z
				c.tiles[tileID{z, t.x >> shift, t.y >> shift}] = struct{}{}
			}
		}
	}
}

// project maps lon/lat to parts of the world's width, from its north-west corner.
func project(lon, lat float64) (x, y float64) {
	lat = min(max(lat, -mercatorLimit), mercatorLimit) * math.Pi / 180
	return (lon + 180) / 360, (1 - math.Log(math.Tan(lat)+1/math.Cos(lat))/math.Pi) / 2
}

// append appends the tiles as a JSON array in order of zoom, column and row.
func (c *cover) append(b []byte) []byte {
	list := make([]tileID, 0, len(c.tiles))
	for t := range c.tiles {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b tileID) int {
		return cmp.Or(cmp.Compare(a.z, b.z), cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y))
	})
	b = append(b, '[')
	for i, t := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '"'), int64(t.z), 10)
		b = strconv.AppendInt(append(b, '/'), int64(t.x), 10)
		b = strconv.AppendInt(append(b, '/'), int64(t.y), 10)
		b = append(b, '"')
	}
	return append(b, ']')
}
