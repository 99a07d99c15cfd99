package render

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// collect gathers what a layer shows. The caller puts the picture back.
func (d *Renderer) collect(ctx context.Context, s Source, r *Request, l *layers.Layer) (*picture, error) {
	p, ok := d.pictures.Get().(*picture)
	if !ok {
		p = new(picture)
	}
	p.cached = &d.labels
	p.start(l, r.Tile)
	q := layers.Query{Subject: r.Subject, Layer: l.ID, Filter: r.Filter, At: r.Datetime, Boxes: Reach(r.Tile, l.Geometry)}
	if err := p.read(ctx, s, q); err != nil {
		d.putBack(p)
		return nil, err
	}
	p.finish()
	return p, nil
}

func (d *Renderer) putBack(p *picture) {
	p.clear()
	d.pictures.Put(p)
}

// clumps is what sources offer that can take many points at once: see
// live.View.Clumps.
type clumps interface {
	Clumps(ctx context.Context, q layers.Query, g *live.Gathering) error
}

// sifts is what sources offer that know how large shapes are and can take many small
// ones at once: see live.View.Sift.
type sifts interface {
	Sift(ctx context.Context, q layers.Query, g *live.Sifting) error
}

// finestClump is the zoom down to which points are taken together: to there a step
// of the grid is no coarser than a tile's unit. Deeper tiles have few points.
const finestClump = 19

// read adds the rows of q, by the cheapest way the source has.
func (p *picture) read(ctx context.Context, s Source, q layers.Query) error {
	g := Lattice(p.tile.Grid)
	if of, ok := s.(clumps); ok && p.layer.Geometry == layers.Point && p.tile.Z <= finestClump {
		var totals []int
		for _, c := range p.measures {
			totals = append(totals, c.field)
		}
		return of.Clumps(ctx, q, &live.Gathering{Lattice: g, Totals: totals, Choose: p.chooseCrowd, Run: p.run, Row: func(r *live.Row) { p.add(r, live.Extent{}) }})
	}
	if of, ok := s.(sifts); ok && p.layer.Geometry.Dimension() > 0 {
		return of.Sift(ctx, q, &live.Sifting{Lattice: g, Small: p.least, Choose: p.chooseSpeck, Run: p.gatherSpecks, Skip: p.skip(), Row: p.addSized})
	}
	for row, err := range s.Rows(ctx, q) {
		if err != nil {
			return err
		}
		p.add(row, g.Extent(row.Geometry()))
	}
	return nil
}

// Lattice is the lattice by which tiles of a grid are drawn: what a source keeps by
// it (live.View.Prepare) makes drawing quick.
func Lattice(g tiles.Grid) live.Lattice {
	return live.Lattice{Name: g.String(), Place: g.Fine, Project: g.Project, Aspect: float64(g.Columns(0)) / float64(g.Rows(0))}
}

// add adds a row. The extent is not asked of points.
func (p *picture) add(row layers.Row, e live.Extent) {
	if r, ok := row.(*live.Row); ok {
		if at, ok := r.Simple(); ok {
			p.addPoint(row, at)
			return
		}
	}
	g := row.Geometry()
	switch g := g.(type) {
	case nil:
		return
	case orb.Point:
		p.addPoint(row, g)
		return
	case orb.MultiPoint:
		p.addPoint(row, predicate.InteriorPoint(g)) // by which the city counts it
		return
	}
	p.addShape(row, g, e)
}

// addSized adds a row of a table of shapes. What becomes of small polygons is decided
// without looking at their geometry, which may be far away in memory.
func (p *picture) addSized(r *live.Row, e live.Extent) {
	if at, ok := r.Point(); ok && !e.Flat && p.small(e) {
		p.addSmall(r, at, 0, e)
		return
	}
	p.add(r, e)
}

// small reports whether a shape is left out or competes for room.
func (p *picture) small(e live.Extent) bool {
	return !e.Flat && e.Size < p.least || p.layer.Level == layers.NoLevel && int(e.Side) <= p.smallSide()
}

// addSmall adds a small shape, which the city counts at a place.
func (p *picture) addSmall(row layers.Row, at orb.Point, class int, e live.Extent) {
	x, y, ok := p.fine(at)
	if !ok {
		return
	}
	if !e.Flat && e.Size < p.least {
		p.addSpeck(row, none, x, y, e.Size)
		return
	}
	p.enter(row, entrant{row: none, class: int32(class), size: e.Size, flat: e.Flat, x: x, y: y})
}

func (p *picture) addShape(row layers.Row, g orb.Geometry, e live.Extent) {
	if e.Side == math.MaxUint8 {
		return
	}
	class := 0
	if e.Flat && p.class >= 0 {
		class = len(p.classes)
		if n, ok := p.classes[row.Value(p.class).Str()]; ok {
			class = n
		}
		if p.tile.Z < classZoom(class) {
			return
		}
	}
	if p.small(e) {
		p.addSmall(row, pointOf(row, g), class, e)
		return
	}
	p.addLarge(row, class, e.Size)
	if !e.Flat && int(e.Side) > p.smallSide() { // no side of others is as long as a label
		p.label(row, g, e)
	}
}

// pointOf is the point of a shape by which its cell is found: the same that the city
// counts it by.
func pointOf(row layers.Row, g orb.Geometry) orb.Point {
	if r, ok := row.(*live.Row); ok {
		at, _ := r.Point()
		return at
	}
	return predicate.InteriorPoint(g)
}

// unitArea is the area of a square of one tile unit in steps squared: a power of two.
func unitArea(t tiles.ID) float32 {
	const steps = 1 << 32
	return float32(steps / (float64(t.Grid.Columns(t.Z)) * mvt.Extent) * steps / (float64(t.Grid.Rows(t.Z)) * mvt.Extent))
}

// smallSide is the binary logarithm of the longest side of small shapes, in steps
// from north to south.
func (p *picture) smallSide() int {
	const unit, cell = 20, 7 // a tile of zoom 0 has 2^12 units, the grid 2^32 steps; a cell has 2^7 units
	return unit - int(p.tile.Z) + cell
}

// place is where a point of the lattice lies, in tile units: a tile has 2^12 units,
// the grid 2^32 steps.
func (p *picture) place(x, y uint64) (ux, uy int64) {
	g, z := p.tile.Grid, p.tile.Z
	return int64(x*uint64(g.Columns(z))>>20) - int64(p.tile.X)*mvt.Extent, int64(y*uint64(g.Rows(z))>>20) - int64(p.tile.Y)*mvt.Extent
}

// around is the width of the world in tile units.
func (p *picture) around() int64 { return int64(p.tile.Grid.Columns(p.tile.Z)) * mvt.Extent }

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
