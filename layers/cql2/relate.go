package cql2

import (
	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
)

// relate reports whether op holds between a and b.
func relate(op layers.SpatialOp, a, b orb.Geometry) bool { return prepared(op, b)(a) }

// prepared returns the test of op with the constant b, prepared once, as right
// operand. Intersects, disjoint and within cost O(vertices of the row · log
// vertices of b); contains prepares the row's geometry when its box holds that
// of b; the other relations prepare the row's geometry when the boxes meet.
func prepared(op layers.SpatialOp, b orb.Geometry) func(orb.Geometry) bool {
	p := predicate.Prepare(b)
	rare := func(r predicate.Relation) func(orb.Geometry) bool {
		return func(a orb.Geometry) bool { return p.Relate(r, a) }
	}
	switch op {
	case layers.SIntersects:
		return p.Intersects
	case layers.SDisjoint:
		return func(a orb.Geometry) bool { return !p.Intersects(a) }
	case layers.SWithin:
		return p.Contains
	case layers.SContains:
		return func(a orb.Geometry) bool { return predicate.Within(b, a) }
	case layers.SEquals:
		return rare(predicate.Equals)
	case layers.STouches:
		return rare(predicate.Touches)
	case layers.SCrosses:
		return rare(predicate.Crosses)
	case layers.SOverlaps:
		return rare(predicate.Overlaps)
	}
	return func(orb.Geometry) bool { return false } // Compile refuses other operators
}
