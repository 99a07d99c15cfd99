package cql2

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"

	"wutu/layers"
)

// relate reports whether op holds between a and b.
func relate(op layers.SpatialOp, a, b orb.Geometry) bool { return prepared(op, b)(a) }

// prepared returns the test of op against the constant b as right operand.
func prepared(op layers.SpatialOp, b orb.Geometry) func(orb.Geometry) bool {
	right, ok := plain(b)
	return func(a orb.Geometry) bool {
		left, good := plain(a)
		if !ok || !good {
			return false
		}
		meet := geom.Intersects(left, right)
		switch {
		case op == layers.SIntersects:
			return meet
		case op == layers.SDisjoint:
			return !meet
		case !meet: // every other relation needs a common point
			return false
		}
		var holds bool
		var err error
		switch op {
		case layers.SEquals:
			holds, err = geom.Equals(left, right)
		case layers.STouches:
			holds, err = geom.Touches(left, right)
		case layers.SWithin:
			holds, err = geom.Within(left, right)
		case layers.SOverlaps:
			holds, err = geom.Overlaps(left, right)
		case layers.SCrosses:
			holds, err = geom.Crosses(left, right)
		case layers.SContains:
			holds, err = geom.Contains(left, right)
		case layers.SIntersects, layers.SDisjoint:
		}
		return err == nil && holds
	}
}

// plain converts through the well-known binary form.
func plain(g orb.Geometry) (geom.Geometry, bool) {
	b, err := wkb.Marshal(g)
	if err != nil {
		return geom.Geometry{}, false
	}
	out, err := geom.UnmarshalWKB(b)
	return out, err == nil
}
