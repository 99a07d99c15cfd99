package predicate

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"
)

// Relation is one of the rarer relations of OGC Simple Features.
type Relation uint8

// The relations.
const (
	Equals Relation = iota
	Touches
	Crosses
	Overlaps
)

// String is "equals", "touches", "crosses" or "overlaps".
func (r Relation) String() string {
	return [...]string{"equals", "touches", "crosses", "overlaps", "unknown"}[min(r, 4)]
}

// Relate reports whether a and b are in the relation r, by their DE-9IM matrix
// from simplefeatures. Geometries it cannot make the matrix of (invalid ones) and
// nil are in none. Boxes that do not meet are answered at once.
func Relate(r Relation, a, b orb.Geometry) bool {
	if !overlap(bound(a), bound(b)) {
		return false
	}
	switch r {
	case Equals:
		return matrix(geom.Equals, a, b)
	case Touches:
		return matrix(geom.Touches, a, b)
	case Crosses:
		return matrix(geom.Crosses, a, b)
	case Overlaps:
		return matrix(geom.Overlaps, a, b)
	}
	return false
}

func matrix(test func(a, b geom.Geometry) (bool, error), a, b orb.Geometry) bool {
	ga, errA := simpleFeature(a)
	gb, errB := simpleFeature(b)
	if errA != nil || errB != nil {
		return false
	}
	holds, err := test(ga, gb)
	return err == nil && holds
}

// simpleFeature copies g over its well-known binary form, unchecked.
func simpleFeature(g orb.Geometry) (geom.Geometry, error) {
	switch shape := g.(type) {
	case orb.Bound:
		g = shape.ToPolygon()
	case orb.Ring:
		g = orb.Polygon{shape}
	}
	b, err := wkb.Marshal(g)
	if err != nil {
		return geom.Geometry{}, err
	}
	return geom.UnmarshalWKB(b, geom.NoValidate{})
}
