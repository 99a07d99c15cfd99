package live

import (
	"unsafe"

	"github.com/paulmach/orb"
)

// Geometries are kept as three streams: a kind for each geometry, how many things it
// has (points of a line, rings of a polygon and points of each), and all points one
// after another. Read geometries are slices of the block's points.

const (
	shapeNone = iota
	shapePoint
	shapeMultiPoint
	shapeLineString
	shapeRing
	shapeMultiLineString
	shapePolygon
	shapeMultiPolygon
	shapeCollection
	shapeBound
)

// maxShapeDepth bounds collections in collections.
const maxShapeDepth = 16

// shapeCode is the streams, and arenas for what read geometries are made of.
type shapeCode struct {
	c      *coder
	kinds  []uint8
	counts []uint32
	points []orb.Point

	rings    []orb.Ring
	lines    []orb.LineString
	polygons []orb.Polygon
}

// shapes are the geometries of a segment whose geometries are not all points.
func (p *partCode) shapes(c *coder) {
	s := p.part.seg
	mixed := s.geoms != nil
	codeBool(c, &mixed)
	if !mixed {
		return
	}
	x := shapeCode{c: c}
	if !c.reading {
		x.kinds, x.counts = make([]uint8, 0, s.n), make([]uint32, 0, 2*s.n)
		x.points = make([]orb.Point, 0, s.geomSize/int(unsafe.Sizeof(orb.Point{}))) // no fewer than there are
		for _, g := range s.geoms {
			x.put(g)
		}
	}
	codeArray(c, &x.kinds)
	codeArray(c, &x.counts)
	codeArray(c, &x.points)
	if !c.checking() || !c.wants(len(x.kinds) >= s.n, "geometries are missing") {
		return
	}
	s.geoms = make([]orb.Geometry, s.n)
	for i := range s.geoms {
		s.geoms[i] = x.take(0)
		s.geomSize += geometryBytes(s.geoms[i])
	}
	c.wants(len(x.kinds)+len(x.counts)+len(x.points) == 0, "there are geometries that belong to nobody")
}

func (x *shapeCode) count(n int) { x.counts = append(x.counts, uint32(n)) }

func (x *shapeCode) line(points []orb.Point) {
	x.count(len(points))
	x.points = append(x.points, points...)
}

// put appends a geometry to the streams.
func (x *shapeCode) put(g orb.Geometry) {
	kind := func(k uint8) { x.kinds = append(x.kinds, k) }
	switch g := g.(type) {
	case nil:
		kind(shapeNone)
	case orb.Point:
		kind(shapePoint)
		x.points = append(x.points, g)
	case orb.MultiPoint:
		kind(shapeMultiPoint)
		x.line(g)
	case orb.LineString:
		kind(shapeLineString)
		x.line(g)
	case orb.Ring:
		kind(shapeRing)
		x.line(g)
	case orb.MultiLineString:
		kind(shapeMultiLineString)
		x.count(len(g))
		for _, l := range g {
			x.line(l)
		}
	case orb.Polygon:
		kind(shapePolygon)
		x.polygon(g)
	case orb.MultiPolygon:
		kind(shapeMultiPolygon)
		x.count(len(g))
		for _, p := range g {
			x.polygon(p)
		}
	case orb.Collection:
		kind(shapeCollection)
		x.count(len(g))
		for _, m := range g {
			x.put(m)
		}
	case orb.Bound:
		kind(shapeBound)
		x.points = append(x.points, g.Min, g.Max)
	}
}

func (x *shapeCode) polygon(p orb.Polygon) {
	x.count(len(p))
	for _, r := range p {
		x.line(r)
	}
}

// take reads a geometry from the streams.
func (x *shapeCode) take(depth int) orb.Geometry {
	if !x.c.wants(len(x.kinds) > 0 && depth < maxShapeDepth, "a geometry is missing") {
		return nil
	}
	kind := x.kinds[0]
	x.kinds = x.kinds[1:]
	switch kind {
	case shapeNone:
		return nil
	case shapePoint:
		if p := x.takePoints(1); p != nil {
			return p[0]
		}
		return nil
	case shapeMultiPoint:
		return orb.MultiPoint(x.takeLine())
	case shapeLineString:
		return orb.LineString(x.takeLine())
	case shapeRing:
		return orb.Ring(x.takeLine())
	case shapeMultiLineString:
		lines := take(x, &x.lines)
		for i := range lines {
			lines[i] = x.takeLine()
		}
		return orb.MultiLineString(lines)
	case shapePolygon:
		return x.takePolygon()
	case shapeMultiPolygon:
		polygons := take(x, &x.polygons)
		for i := range polygons {
			polygons[i] = x.takePolygon()
		}
		return orb.MultiPolygon(polygons)
	case shapeCollection:
		n := x.takeCount()
		if !x.c.wants(n <= len(x.kinds), "a collection is longer than what is left") {
			return nil
		}
		out := make(orb.Collection, n)
		for i := range out {
			out[i] = x.take(depth + 1)
		}
		return out
	case shapeBound:
		if p := x.takePoints(2); p != nil {
			return orb.Bound{Min: p[0], Max: p[1]}
		}
		return nil
	}
	x.c.fail("a geometry has the kind %d", kind)
	return nil
}

func (x *shapeCode) takeCount() int {
	if !x.c.wants(len(x.counts) > 0, "a geometry's count is missing") {
		return 0
	}
	n := x.counts[0]
	x.counts = x.counts[1:]
	return int(n)
}

// takePoints returns nil when there are fewer than n.
func (x *shapeCode) takePoints(n int) []orb.Point {
	if !x.c.wants(n <= len(x.points), "points of a geometry are missing") {
		return nil
	}
	out := x.points[:n:n]
	x.points = x.points[n:]
	return out
}

func (x *shapeCode) takeLine() []orb.Point { return x.takePoints(x.takeCount()) }

func (x *shapeCode) takePolygon() orb.Polygon {
	rings := take(x, &x.rings)
	for i := range rings {
		rings[i] = x.takeLine()
	}
	return rings
}

// arenaSize is how many parts of geometries share an allocation.
const arenaSize = 4096

// take returns room for as many parts as the next count says, each of which has a
// count of its own yet to come.
func take[T any](x *shapeCode, arena *[]T) []T {
	n := x.takeCount()
	if !x.c.wants(n <= len(x.counts), "a geometry has more parts than are left") {
		return nil
	}
	if n > len(*arena) {
		*arena = make([]T, max(n, arenaSize))
	}
	out := (*arena)[:n:n]
	*arena = (*arena)[n:]
	return out
}
