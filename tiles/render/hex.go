package render

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// HexLayer is the name of the vector tile layer of Renderer.Hex.
const HexLayer = "hex"

// HexResolution is the H3 resolution drawn at a zoom.
func HexResolution(z tiles.Zoom) int {
	switch {
	case z <= 9:
		return 6
	case z <= 11:
		return 7
	case z <= 12:
		return 8
	case z <= 14:
		return 9
	}
	return 10
}

// hexEdgeM is the average edge length of the cells of resolutions 6 to 10 in
// metres. Source: h3geo.org, "Tables of Cell Statistics".
func hexEdgeM(res int) float64 {
	return [...]float64{3724.532667, 1406.475763, 531.414010, 200.786148, 75.863783}[res-6]
}

// Hex returns the bytes of the tile of hexagons of r's one layer: MVT layer hex
// with attributes h3, count, own and sum_<field> for the declared measures that
// are not personal and that the subject sees, rounded to thousandths. A cell that crosses the tile's
// border is in every tile it touches with its full count; own is true only in the
// tile that owns its centre, so the counts of own cells of a zoom add up to the
// number of matching features with a geometry. A cell too small to draw is a
// dot. A subject that may only count gets the cells of the layer's release.
// Errors as Tile, without Forbidden for such subjects.
func (d *Renderer) Hex(ctx context.Context, s Source, r Request) ([]byte, error) {
	defs, err := check(s, &r, access.Counts)
	if err != nil {
		return nil, err
	}
	if len(defs) != 1 {
		return nil, layers.Invalidf("hex", "layers", "names more than one layer")
	}
	l := defs[0]
	decision := access.Decide(&r.Subject, l)
	var sums []string
	for i := range l.Fields {
		if f := &l.Fields[i]; f.Measure && !f.Personal && decision.Sights.Of(i) == layers.Shown {
			sums = append(sums, f.Name)
		}
	}
	res := HexResolution(r.Tile.Z)
	q := layers.Query{Subject: r.Subject, Layer: l.ID, Filter: r.Filter, At: r.Datetime, Boxes: HexReach(r.Tile)}
	cells, err := s.Cells(ctx, q, res, sums)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(cells, func(a, b Cell) int { return cmp.Compare(a.Cell, b.Cell) })
	w := d.writer()
	defer d.writers.Put(w)
	w.Reset()
	if err := w.Layer(HexLayer); err != nil {
		return nil, err
	}
	f := shape.NewFrame(r.Tile, 1, shape.DefaultBuffer)
	var g mvt.Geometry
	var tags []mvt.Tag
	for _, c := range cells {
		center := c.Cell.Center()
		_, own := f.Place(center)
		if !drawCell(f, &g, c.Cell, center, own) {
			continue
		}
		tags = append(tags[:0], mvt.Tag{Key: "h3", Value: mvt.Str(c.Cell.String())},
			mvt.Tag{Key: "count", Value: mvt.Int(int64(c.Count))}, mvt.Tag{Key: "own", Value: mvt.Bool(own)})
		for i, name := range sums {
			if i < len(c.Sums) && !math.IsNaN(c.Sums[i]) {
				tags = append(tags, mvt.Tag{Key: sumKey + name, Value: mvt.Double(math.Round(c.Sums[i]*1000) / 1000)})
			}
		}
		w.Feature(cellNumber(c.Cell), &g, tags)
	}
	return slices.Clone(w.Bytes()), nil
}

// cellNumber is the cell's index without the four bits of mode and three of
// reserve, which are the same in all cells, and without the finest digits, which
// are unused at the resolutions drawn: below 2^53 and different for different
// cells.
func cellNumber(c hexgrid.Cell) uint64 { return uint64(c) & (1<<56 - 1) >> 12 }

// drawCell draws a cell, or a dot in the tile that owns it when it collapses.
func drawCell(f *shape.Frame, g *mvt.Geometry, c hexgrid.Cell, center orb.Point, own bool) bool {
	ring := c.Boundary()
	if f.Draw(g, orb.Polygon{ring}) {
		return true
	}
	return own && f.Pixel(g, center)
}

// HexReach is Reach for a tile of hexagons.
func HexReach(t tiles.ID) []orb.Bound { return boxes(t.Grid, around(t, HexResolution(t.Z))) }

// around is a box that holds every point of every cell that touches the tile:
// cells are at most about 2.6 average edges across; four leave room for their
// distortion.
func around(t tiles.ID, res int) orb.Bound {
	b := t.Buffered(float64(shape.DefaultBuffer) / mvt.Extent)
	const metresPerDegree = 110574.0 // of latitude at the equator, where it is least
	dLat := 4 * hexEdgeM(res) / metresPerDegree
	b.Min[1], b.Max[1] = max(-90, b.Min[1]-dLat), min(90, b.Max[1]+dLat)
	widest := math.Cos(max(math.Abs(b.Min[1]), math.Abs(b.Max[1])) * math.Pi / 180)
	dLon := 360.0
	if widest > 0 {
		dLon = min(360, dLat/widest)
	}
	b.Min[0], b.Max[0] = b.Min[0]-dLon, b.Max[0]+dLon
	return b
}
