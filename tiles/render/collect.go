package render

import (
	"context"
	"math"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// picture is what one layer shows in one tile, before it is written.
type picture struct {
	layer  *layers.Layer
	tile   tiles.ID
	fields []int // shown, at the zoom
	brief  []int // shown when space is short
	shapes []item
	points []item
	labels []item
}

// item is one feature to be written.
type item struct {
	id       string // "" for a point that stands for several
	key      uint64 // stable hash
	class    int    // rank of its class, 0 first
	size     float64
	count    int // of points, when more than one
	geometry mvt.Geometry
	values   []layers.Value // of picture.fields
}

// collector gathers a picture row by row.
type collector struct {
	*picture
	labels   *labelCache
	frame    *shape.Frame
	scratch  mvt.Geometry
	perPoint int
	crowds   [cellsAcross * cellsAcross]crowd
	small    map[[2]int64]*contest
	class    int            // field that ranks lines, -1 for none
	classes  map[string]int // its values
	title    int            // field that labels polygons, -1 for none
}

const cellsAcross = mvt.Extent / pointCell

func (d *Renderer) collect(ctx context.Context, s Source, r *Request, l *layers.Layer) (*picture, error) {
	c := &collector{
		picture: &picture{layer: l, tile: r.Tile, fields: shown(l, r.Tile.Z, false), brief: shown(l, r.Tile.Z, true)},
		labels:  &d.labels, frame: frame(r.Tile), perPoint: pointsPerCell(r.Tile.Z),
		small: make(map[[2]int64]*contest), class: -1, title: -1,
	}
	if i := l.FieldIndex(classField); i >= 0 && len(l.Fields[i].Codes) > 0 {
		c.class, c.classes = i, make(map[string]int)
		for n, code := range l.Fields[i].Codes {
			c.classes[code.Value] = n
		}
	}
	if i := l.FieldIndex(l.TitleField); i >= 0 && !l.Fields[i].Personal {
		c.title = i
	}
	q := layers.Query{Subject: r.Subject, Layer: l.ID, Filter: r.Filter, At: r.Datetime, Boxes: Reach(r.Tile, l.Geometry)}
	if err := c.read(ctx, s, q); err != nil {
		return nil, err
	}
	c.finish()
	return c.picture, nil
}

// Reach is where the features lie that the picture of a layer in a tile is made
// of: lon/lat boxes, one of which each of them meets.
func Reach(t tiles.ID, g layers.GeometryType) []orb.Bound {
	// A closed box around a half-open tile, a unit wider so that rounding loses nothing.
	margin := 1.0
	if g.Dimension() != 0 {
		margin = shape.DefaultBuffer + 2*shapeCell
	}
	return boxes(t.Grid, t.Buffered(margin/mvt.Extent))
}

// boxes cuts a box that may go beyond ±180 into boxes within.
func boxes(grid tiles.Grid, b orb.Bound) []orb.Bound {
	// Rows at the poles are seen in the first and last row of tiles.
	if b.Max[1] >= grid.MaxLatitude()-1e-9 {
		b.Max[1] = 90
	}
	if b.Min[1] <= -grid.MaxLatitude()+1e-9 {
		b.Min[1] = -90
	}
	part := func(west, east float64) orb.Bound {
		return orb.Bound{Min: orb.Point{west, b.Min[1]}, Max: orb.Point{east, b.Max[1]}}
	}
	west, east := b.Min[0], b.Max[0]
	switch {
	case east-west >= 360 || west < -180 && east > 180:
		return []orb.Bound{part(-180, 180)}
	case west < -180:
		return []orb.Bound{part(-180, east), part(west+360, 180)}
	case east > 180:
		return []orb.Bound{part(west, 180), part(-180, east-360)}
	case east == 180:
		return []orb.Bound{part(west, 180), part(-180, -180)}
	case west == -180:
		return []orb.Bound{part(-180, east), part(180, 180)}
	}
	return []orb.Bound{part(west, east)}
}

func (c *collector) add(row layers.Row) {
	g := row.Geometry()
	switch g := g.(type) {
	case nil:
		return
	case orb.Point:
		c.addPoint(row, g)
		return
	case orb.MultiPoint:
		c.addPoint(row, predicate.InteriorPoint(g)) // by which the city counts it
		return
	}
	c.addShape(row, g)
}

func (c *collector) item(row layers.Row) item {
	it := item{id: row.ID()}
	it.key = xxhash.Sum64String(it.id)
	it.values = make([]layers.Value, len(c.fields))
	for i, f := range c.fields {
		it.values[i] = row.Value(f)
	}
	return it
}

// extentOf is the box of g in units of the zoom, and the box in degrees.
func (c *collector) extentOf(row layers.Row, g orb.Geometry) (minX, minY, maxX, maxY float64, b orb.Bound) {
	if r, ok := row.(bounded); ok {
		b = r.Bound()
	} else {
		b = g.Bound()
	}
	width, height := c.units()
	minX, minY = c.tile.Grid.Project(orb.Point{b.Min[0], b.Max[1]})
	maxX, maxY = c.tile.Grid.Project(orb.Point{b.Max[0], b.Min[1]})
	return minX * width, minY * height, maxX * width, maxY * height, b
}

// units are the tile units along the sides of the whole square at the zoom.
func (c *collector) units() (width, height float64) {
	g, z := c.tile.Grid, c.tile.Z
	return float64(g.Columns(z)) * mvt.Extent, float64(g.Rows(z)) * mvt.Extent
}

func (c *collector) addShape(row layers.Row, g orb.Geometry) {
	minX, minY, maxX, maxY, bound := c.extentOf(row, g)
	width, height := maxX-minX, maxY-minY
	if math.IsNaN(width) || math.IsNaN(height) {
		return
	}
	polygon := isPolygon(g)
	class := 0
	size := max(width, height)
	if polygon {
		size = areaUnits(g, bound, width, height)
		if c.leavesOutSmall() && size < minPolygonPixels*pixel*pixel {
			return
		}
	} else if c.class >= 0 {
		class = len(c.classes)
		if n, ok := c.classes[row.Value(c.class).Str()]; ok {
			class = n
		}
		if c.tile.Z < classZoom(class) {
			return
		}
	}
	if max(width, height) <= shapeCell && c.layer.Level == layers.NoLevel {
		cell := [2]int64{int64(math.Floor((minX + maxX) / 2 / shapeCell)), int64(math.Floor((minY + maxY) / 2 / shapeCell))}
		k := c.small[cell]
		if k == nil {
			k = new(contest)
			c.small[cell] = k
		}
		if e := (entrant{class: class, size: size, id: row.ID()}); k.admits(&e) {
			if c.frame.Draw(&c.scratch, g) {
				e.item = c.keep(row, class, size)
			}
			k.add(e)
		}
		return
	}
	if c.frame.Draw(&c.scratch, g) {
		it := c.keep(row, class, size)
		c.shapes = append(c.shapes, *it)
	}
	if polygon {
		c.label(row, g, max(width, height), size)
	}
}

// leavesOutSmall reports whether polygons that are hardly seen are left out.
func (c *collector) leavesOutSmall() bool {
	return c.tile.Z < detailZoom && c.layer.Level == layers.NoLevel
}

// keep makes an item with a copy of the picture just drawn.
func (c *collector) keep(row layers.Row, class int, size float64) *item {
	it := c.item(row)
	it.class, it.size = class, size
	it.geometry.Reset(c.scratch.Type)
	it.geometry.Coords = append(it.geometry.Coords, c.scratch.Coords...)
	it.geometry.Ends = append(it.geometry.Ends, c.scratch.Ends...)
	return &it
}

func isPolygon(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Polygon, orb.MultiPolygon, orb.Ring, orb.Bound:
		return true
	case orb.Collection:
		for _, part := range g {
			if part != nil && isPolygon(part) {
				return true
			}
		}
	}
	return false
}

// areaUnits is about the area of g in square units: that in degrees, stretched
// like its box.
func areaUnits(g orb.Geometry, b orb.Bound, width, height float64) float64 {
	inDegrees := (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1])
	if !(inDegrees > 0) {
		return 0
	}
	return degreesSquared(g, b.Min) / inDegrees * width * height
}

func degreesSquared(g orb.Geometry, origin orb.Point) (sum float64) {
	switch g := g.(type) {
	case orb.Ring:
		for i := 1; i < len(g); i++ {
			p, q := g[i-1], g[i]
			sum += float64((p[0]-origin[0])*(q[1]-origin[1])) - float64((q[0]-origin[0])*(p[1]-origin[1]))
		}
		return math.Abs(sum) / 2
	case orb.Polygon:
		for i, r := range g {
			if a := degreesSquared(r, origin); i == 0 {
				sum = a
			} else {
				sum -= a
			}
		}
		return max(sum, 0)
	case orb.MultiPolygon:
		for _, p := range g {
			sum += degreesSquared(p, origin)
		}
	case orb.Collection:
		for _, part := range g {
			if part != nil {
				sum += degreesSquared(part, origin)
			}
		}
	case orb.Bound:
		return (g.Max[0] - g.Min[0]) * (g.Max[1] - g.Min[1])
	}
	return sum
}
