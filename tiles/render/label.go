package render

import (
	"encoding/binary"
	"math"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles/mvt"
)

// labelPixels is the least side of a polygon's box that is labelled.
const labelPixels = 24.0

// label adds the label of a polygon when this tile owns its place.
func (p *picture) label(row layers.Row, g orb.Geometry, e live.Extent) {
	if p.title < 0 {
		return
	}
	if box := g.Bound(); !p.labelled(box) || !p.mayOwn(box) {
		return
	}
	if name := row.Value(p.title); name.IsNull() || name.Str() == "" {
		return
	}
	at, own := p.frame.Place(p.cached.point(g))
	if !own {
		return
	}
	i := p.rows.add(row, p.layer)
	p.labels.add(&item{row: i, size: e.Size, key: xxhash.Sum64String(p.rows.id(i)), kind: mvt.Points, at: at,
		count: int32(rankOf(float64(e.Size) / (1 << 32) / (1 << 32)))})
}

// labelled reports whether a box is large enough for a name.
func (p *picture) labelled(b orb.Bound) bool {
	grid, z := p.tile.Grid, p.tile.Z
	x0, y0 := grid.Project(orb.Point{b.Min[0], b.Max[1]})
	x1, y1 := grid.Project(orb.Point{b.Max[0], b.Min[1]})
	const least = labelPixels * pixel / mvt.Extent
	return (x1-x0)*float64(grid.Columns(z)) >= least || (y1-y0)*float64(grid.Rows(z)) >= least
}

// mayOwn reports whether a place of the box may be the tile's own: where none is, the
// place of a label, which is dear to find, lies in another tile.
func (p *picture) mayOwn(b orb.Bound) bool {
	if b.Min[0] <= -180 || b.Max[0] >= 180 { // the world's two ends
		return true
	}
	return p.own.Intersects(b) || b.Max[1] >= p.tile.Grid.MaxLatitude() || b.Min[1] <= -p.tile.Grid.MaxLatitude()
}

// rankOf is 0 for a polygon of half the grid's square or more and grows by one as the area
// halves: the same at every zoom, small for important labels.
func rankOf(share float64) int {
	if !(share > 0) {
		return 99
	}
	_, exponent := math.Frexp(share)
	return min(max(-exponent, 0), 99)
}

// labelCache remembers label points by a hash of the geometry. It is emptied
// when full.
type labelCache struct {
	mu     sync.Mutex
	points map[uint64]orb.Point
}

const maxLabels = 1 << 16

func (c *labelCache) point(g orb.Geometry) orb.Point {
	h := xxhash.New()
	hashGeometry(h, g)
	key := h.Sum64()
	c.mu.Lock()
	p, known := c.points[key]
	c.mu.Unlock()
	if known {
		return p
	}
	p = predicate.LabelPoint(g)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.points == nil || len(c.points) >= maxLabels {
		c.points = make(map[uint64]orb.Point)
	}
	c.points[key] = p
	return p
}

func hashGeometry(h *xxhash.Digest, g orb.Geometry) {
	switch g := g.(type) {
	case orb.Ring:
		b := make([]byte, 0, 16*len(g)+8)
		b = binary.LittleEndian.AppendUint64(b, uint64(len(g)))
		for _, p := range g {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
		}
		_, _ = h.Write(b) // never fails
	case orb.Polygon:
		_, _ = h.WriteString("polygon")
		for _, r := range g {
			hashGeometry(h, r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			hashGeometry(h, p)
		}
	case orb.Collection:
		for _, part := range g {
			if part != nil {
				hashGeometry(h, part)
			}
		}
	case orb.Bound:
		hashGeometry(h, g.ToPolygon())
	}
}
