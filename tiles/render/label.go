package render

import (
	"encoding/binary"
	"math"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/tiles/mvt"
)

// labelPixels is the least side of a polygon's box that is labelled.
const labelPixels = 24

// label adds the label of a polygon when this tile owns its place.
func (c *collector) label(row layers.Row, g orb.Geometry, side, area float64) {
	if c.title < 0 || side < labelPixels*pixel {
		return
	}
	name := row.Value(c.title)
	if name.IsNull() || name.Str() == "" {
		return
	}
	at, own := c.frame.Place(c.labels.point(g))
	if !own {
		return
	}
	it := item{id: row.ID(), size: area, values: []layers.Value{name}}
	it.key = xxhash.Sum64String(it.id)
	it.geometry.Reset(mvt.Points)
	it.geometry.Add([]mvt.XY{at})
	width, height := c.units()
	it.count = rankOf(area / width / height)
	c.picture.labels = append(c.picture.labels, it)
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
