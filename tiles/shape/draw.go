package shape

import (
	"slices"

	"github.com/paulmach/orb"

	"wutu/tiles/mvt"
)

// Draw replaces dst by the picture of g and reports whether there is any. Points
// are drawn only by the tile that owns them. Of a collection the parts of the
// highest dimension are drawn, so that dst has one type. Geometry on both sides
// of the antimeridian, or beyond it, is drawn where it is seen. A part with a
// coordinate that is no place on Earth is left out.
func (f *Frame) Draw(dst *mvt.Geometry, g orb.Geometry) bool {
	if g == nil {
		dst.Reset(mvt.Unknown)
		return false
	}
	dimension := dimensionOf(g)
	dst.Reset([...]mvt.GeomType{mvt.Points, mvt.Lines, mvt.Polygons}[dimension])
	f.draw(dst, g, dimension)
	return !dst.Empty()
}

// dimensionOf is 0 for points, 1 for lines, 2 for polygons, for a collection the
// highest of its parts.
func dimensionOf(g orb.Geometry) int {
	switch g := g.(type) {
	case orb.LineString, orb.MultiLineString:
		return 1
	case orb.Ring, orb.Polygon, orb.MultiPolygon, orb.Bound:
		return 2
	case orb.Collection:
		d := 0
		for _, part := range g {
			if part != nil {
				d = max(d, dimensionOf(part))
			}
		}
		return d
	}
	return 0
}

func (f *Frame) draw(dst *mvt.Geometry, g orb.Geometry, dimension int) {
	switch g := g.(type) {
	case orb.Collection:
		for _, part := range g {
			if part != nil && dimensionOf(part) == dimension {
				f.draw(dst, part, dimension)
			}
		}
	case orb.Point:
		f.point(dst, g)
	case orb.MultiPoint:
		for _, p := range g {
			f.point(dst, p)
		}
	case orb.LineString:
		f.line(dst, g)
	case orb.MultiLineString:
		for _, l := range g {
			f.line(dst, l)
		}
	case orb.Ring:
		f.polygon(dst, orb.Polygon{g})
	case orb.Bound:
		f.polygon(dst, g.ToPolygon())
	case orb.Polygon:
		f.polygon(dst, g)
	case orb.MultiPolygon:
		for _, p := range g {
			f.polygon(dst, p)
		}
	}
}

// point keeps all points in one part, as their encoding is.
func (f *Frame) point(dst *mvt.Geometry, p orb.Point) {
	if at, own := f.Place(p); own {
		dst.Coords = append(dst.Coords, at)
		dst.Ends = append(dst.Ends[:0], len(dst.Coords))
	}
}

func (f *Frame) line(dst *mvt.Geometry, l orb.LineString) {
	if !f.project(l) {
		return
	}
	f.copies(func(shift int64) { f.cutLine(dst, shift) })
}

func (f *Frame) polygon(dst *mvt.Geometry, p orb.Polygon) {
	if len(p) == 0 || !f.project(p[0]) {
		return
	}
	// The exterior ring says in which copies of the world there is anything to see.
	var shifts [5]int64
	n := 0
	f.copies(func(shift int64) { shifts[n] = shift; n++ })
	for k, shift := range shifts[:n] {
		f.rings, f.arena = f.rings[:0], f.arena[:0]
		for i, ring := range p {
			projected := i == 0 && k == 0
			if !projected && !f.project(ring) {
				continue
			}
			at := len(f.arena)
			f.arena = f.cutRing(f.arena, shift)
			r := clean(f.arena[at:])
			f.arena = f.arena[:at+len(r)]
			if r = r[:len(r):len(r)]; len(r) > 0 { // of no area when it crosses itself evenly
				f.rings = append(f.rings, r)
			} else if i == 0 {
				break // without its exterior ring nothing is left
			}
		}
		f.finish(dst)
	}
}

// Collapses reports whether a polygon has no picture in any tile of the zoom, since
// rounding leaves nothing of it. It depends on the polygon and the zoom alone.
func (f *Frame) Collapses(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Ring:
		return !f.project(g) || len(clean(f.uncut())) == 0
	case orb.Polygon:
		return len(g) == 0 || f.Collapses(g[0])
	case orb.Bound:
		return f.Collapses(g.ToRing())
	case orb.MultiPolygon:
		return !slices.ContainsFunc(g, func(p orb.Polygon) bool { return !f.Collapses(p) })
	case orb.Collection:
		return !slices.ContainsFunc(g, func(part orb.Geometry) bool { return part != nil && !f.Collapses(part) })
	}
	return true
}

// Flattens reports whether rounding leaves no width or no height of box (lon/lat
// degrees), so that no polygon in it has a picture.
func (f *Frame) Flattens(box orb.Bound) bool {
	p, ok := f.vertex(box.Min)
	q, also := f.vertex(box.Max)
	return ok && also && (p.x == q.x || p.y == q.y)
}

// uncut is the projected ring as it is, near the origin.
func (f *Frame) uncut() []XY {
	f.spare = f.spare[:0]
	for _, p := range f.projected {
		f.spare = append(f.spare, XY{X: int32(p.x - f.projected[0].x), Y: int32(p.y - f.projected[0].y)})
	}
	return f.spare
}

// Area2 is mvt.Area2.
func Area2(ring []XY) int64 { return mvt.Area2(ring) }

// finish adds the polygon f.rings to dst: as it is when it is valid, rebuilt
// otherwise.
func (f *Frame) finish(dst *mvt.Geometry) {
	switch {
	case len(f.rings) == 0:
	case f.valid():
		for i, r := range f.rings {
			if (Area2(r) > 0) != (i == 0) {
				reverse(r)
			}
			dst.Add(r)
		}
	default:
		rebuild(dst, f.rings)
	}
}

// reverse turns a ring round and keeps its first point.
func reverse(ring []XY) {
	for i, j := 1, len(ring)-1; i < j; i, j = i+1, j-1 {
		ring[i], ring[j] = ring[j], ring[i]
	}
}

// Pixel replaces dst by the square of one grid step around the place p, or
// by nothing when it does not meet the window. It stands for polygons that collapse.
func (f *Frame) Pixel(dst *mvt.Geometry, p orb.Point) bool {
	dst.Reset(mvt.Polygons)
	if !f.project([]orb.Point{p}) {
		return false
	}
	q, g := f.projected[0], f.grid
	f.projectedBound = bound64{q.x, q.y, q.x + g, q.y + g}
	f.copies(func(shift int64) {
		f.projected = append(f.projected[:0], q, point64{q.x + g, q.y}, point64{q.x + g, q.y + g}, point64{q.x, q.y + g})
		if ring := clean(f.cutRing(nil, shift)); Area2(ring) > 0 {
			dst.Add(ring)
		}
	})
	return !dst.Empty()
}
