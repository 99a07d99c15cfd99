package cql2

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// geometryTerm is a compiled geometry: that of the row, a constant, or one that
// is computed.
type geometryTerm struct {
	row      bool
	constant orb.Geometry
	eval     func(layers.Row) orb.Geometry
}

// of returns the function that makes the geometry, nil when it is null.
func (g geometryTerm) of() func(layers.Row) orb.Geometry {
	switch constant := g.constant; {
	case g.row:
		return layers.Row.Geometry
	case constant != nil:
		return func(layers.Row) orb.Geometry { return constant }
	}
	return g.eval
}

// geometry compiles an operand that must be a geometry. Constants are checked
// and boxes become the polygon, line or point they are.
func (c *compiler) geometry(t layers.Term) (geometryTerm, error) {
	switch t := t.(type) {
	case layers.Property:
		if c.isGeometry(t.Name) {
			return geometryTerm{row: true}, nil
		}
	case layers.Shape:
		if t.Geometry == nil {
			return geometryTerm{}, c.fail(layers.Invalid, "filter", "holds a geometry that is nil")
		}
		c.vertices += vertices(t.Geometry)
		if c.vertices > MaxVertices {
			return geometryTerm{}, c.fail(layers.TooLarge, "filter", "its geometries have more than %d vertices", MaxVertices)
		}
		if p, bad := outOfRange(t.Geometry); bad {
			return geometryTerm{}, c.fail(layers.Invalid, "filter", "the position %v %v of a geometry is no longitude and latitude", p[0], p[1])
		}
		return geometryTerm{constant: unboxed(t.Geometry)}, nil
	case layers.Call:
		if c.kindOf(t) == kindGeometry {
			a, err := c.call(t)
			return a.shape, err
		}
	}
	s, err := c.scalar(t)
	if err != nil {
		return geometryTerm{}, err
	}
	return geometryTerm{}, c.fail(layers.Invalid, s.name, "is a %s; a geometry is expected", s.kind)
}

func (c *compiler) spatial(e layers.Spatial) (condition, error) {
	if e.Op < layers.SIntersects || e.Op > layers.SContains {
		return nil, c.fail(layers.Invalid, "filter", "unknown spatial function %s", e.Op)
	}
	l, err := c.geometry(e.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.geometry(e.Right)
	if err != nil {
		return nil, err
	}
	switch {
	case l.row && r.row: // a geometry related to itself
		return func(row layers.Row) truth {
			g := row.Geometry()
			if g == nil {
				return unknown
			}
			return truthOf(relate(e.Op, g, g))
		}, nil
	case l.constant != nil && r.constant != nil:
		return constant(truthOf(relate(e.Op, l.constant, r.constant))), nil
	case l.constant != nil:
		return relatedTo(r, converse(e.Op), l.constant), nil
	case r.constant != nil:
		return relatedTo(l, e.Op, r.constant), nil
	}
	op, le, re := e.Op, l.of(), r.of()
	return func(row layers.Row) truth {
		a, b := le(row), re(row)
		if a == nil || b == nil {
			return unknown
		}
		return truthOf(relate(op, a, b))
	}, nil
}

// converse is the operator that holds with its operands exchanged.
func converse(op layers.SpatialOp) layers.SpatialOp {
	switch op {
	case layers.SWithin:
		return layers.SContains
	case layers.SContains:
		return layers.SWithin
	case layers.SIntersects, layers.SEquals, layers.SDisjoint, layers.STouches, layers.SOverlaps, layers.SCrosses:
	}
	return op
}

// relatedTo tests a geometry against a constant, which is prepared once.
func relatedTo(t geometryTerm, op layers.SpatialOp, g orb.Geometry) condition {
	test := prepared(op, g)
	if !t.row {
		return func(r layers.Row) truth {
			made := t.eval(r)
			if made == nil {
				return unknown
			}
			return truthOf(test(made))
		}
	}
	return func(r layers.Row) truth {
		row := r.Geometry()
		if row == nil {
			return unknown
		}
		return truthOf(test(row))
	}
}

// unboxed returns a BBOX as the geometry it is: one without area is a line or a
// point.
func unboxed(g orb.Geometry) orb.Geometry {
	switch g := g.(type) {
	case orb.Bound:
		switch {
		case g.Min == g.Max:
			return g.Min
		case g.Min[0] == g.Max[0] || g.Min[1] == g.Max[1]:
			return orb.LineString{g.Min, g.Max}
		}
		return g.ToPolygon()
	case orb.Ring:
		return orb.Polygon{g}
	}
	return g
}

// vertices counts the positions of g.
func vertices(g orb.Geometry) int {
	n := 0
	positions(g, func(orb.Point) bool { n++; return true })
	return n
}

// outOfRange returns the first position of g that is not on the Earth.
func outOfRange(g orb.Geometry) (at orb.Point, bad bool) {
	positions(g, func(p orb.Point) bool {
		if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) { // also refuses NaN
			at, bad = p, true
		}
		return !bad
	})
	return at, bad
}

// positions calls yield for each position of g until it returns false, and
// reports whether it never did.
func positions(g orb.Geometry, yield func(orb.Point) bool) bool {
	each := func(pts []orb.Point) bool {
		for _, p := range pts {
			if !yield(p) {
				return false
			}
		}
		return true
	}
	switch g := g.(type) {
	case orb.Point:
		return yield(g)
	case orb.MultiPoint:
		return each(g)
	case orb.LineString:
		return each(g)
	case orb.Ring:
		return each(g)
	case orb.MultiLineString:
		return members(g, yield)
	case orb.Polygon:
		return members(g, yield)
	case orb.MultiPolygon:
		return members(g, yield)
	case orb.Collection:
		return members(g, yield)
	case orb.Bound:
		return each([]orb.Point{g.Min, g.Max})
	}
	return true
}

func members[G orb.Geometry](gs []G, yield func(orb.Point) bool) bool {
	for _, g := range gs {
		if !positions(g, yield) {
			return false
		}
	}
	return true
}
