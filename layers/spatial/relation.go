package spatial

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/proximity"
	"wutu/layers"
)

// Relation is how two features lie to each other.
type Relation uint8

// The relations. All but DWithin are those of OGC Simple Features.
const (
	Intersects Relation = iota
	Within              // the first lies within the second
	Contains            // the second lies within the first
	Touches
	Crosses
	Overlaps
	Equals
	Disjoint
	DWithin // they are at most a number of metres apart, inclusive
	relations
)

var relationNames = [relations]string{"intersects", "within", "contains", "touches", "crosses", "overlaps", "equals", "disjoint", "dwithin"}

// String is the name in requests.
func (r Relation) String() string {
	if r < relations {
		return relationNames[r]
	}
	return fmt.Sprintf("invalid(%d)", uint8(r))
}

// Relations lists the names of all relations. The caller owns the list.
func Relations() []string { return append([]string(nil), relationNames[:]...) }

// ParseRelation is the inverse of String; "" is Intersects. The error is Invalid
// and names field.
func ParseRelation(field, name string) (Relation, error) {
	if name == "" {
		return Intersects, nil
	}
	for r, n := range relationNames {
		if n == name {
			return Relation(r), nil
		}
	}
	return 0, layers.Invalidf("relation", field, fmt.Sprintf("%.40q is not one of %s", name, strings.Join(relationNames[:], ", ")))
}

// Filter returns the condition that a feature is in the relation to g, joined to
// and, which may be nil. DWithin and unknown relations have none.
func (r Relation) Filter(g orb.Geometry, and layers.Expr) layers.Expr {
	ops := map[Relation]layers.SpatialOp{Intersects: layers.SIntersects, Within: layers.SWithin, Contains: layers.SContains, Touches: layers.STouches,
		Crosses: layers.SCrosses, Overlaps: layers.SOverlaps, Equals: layers.SEquals, Disjoint: layers.SDisjoint}
	op, ok := ops[r]
	if !ok {
		return and
	}
	e := layers.Spatial{Op: op, Left: layers.Property{Name: layers.GeometryName}, Right: layers.Shape{Geometry: g}}
	if and == nil {
		return e
	}
	return layers.And{Args: []layers.Expr{e, and}}
}

// Link says when a feature of one layer belongs to one of another.
type Link struct {
	Relation Relation
	DistM    float64 // for DWithin, metres
}

// Check reports impossible links, as Invalid errors naming "predicate" or
// "distance". Disjoint is none: a feature is disjoint from nearly all others.
func (k Link) Check() error {
	switch {
	case k.Relation >= relations || k.Relation == Disjoint:
		return layers.Invalidf("relation", "predicate", k.Relation.String()+" does not link features")
	case !(k.DistM >= 0):
		return layers.Invalidf("relation", "distance", "is not a distance")
	case k.Relation != DWithin && k.DistM != 0:
		return layers.Invalidf("relation", "distance", "goes with the predicate dwithin")
	}
	return nil
}

// box is where features linked to a geometry with this box can be.
func (k Link) box(b orb.Bound) orb.Bound {
	if k.Relation == DWithin {
		return measure.Pad(b, k.DistM)
	}
	return b
}

// from returns the test whether a feature is the second of a link whose first has
// the geometry a. It prepares a when it is first asked about something.
func (k Link) from(a orb.Geometry) func(b orb.Geometry) bool {
	if k.Relation == DWithin {
		var near *proximity.Shape
		return func(b orb.Geometry) bool {
			if near == nil {
				near = proximity.New(a)
			}
			return near.Distance(b) <= k.DistM
		}
	}
	var ready *predicate.Prepared
	meets := func(b orb.Geometry) bool {
		if ready == nil {
			ready = predicate.Prepare(a)
		}
		return ready.Intersects(b)
	}
	rare := func(r predicate.Relation) func(b orb.Geometry) bool {
		return func(b orb.Geometry) bool { return meets(b) && predicate.Relate(r, a, b) }
	}
	if p, ok := a.(orb.Point); ok && k.Relation <= Within {
		return func(b orb.Geometry) bool {
			if q, ok := b.(orb.Point); ok {
				return p == q
			}
			if k.Relation == Within {
				return predicate.Within(p, b)
			}
			return predicate.Intersects(p, b)
		}
	}
	switch k.Relation {
	case Within:
		return func(b orb.Geometry) bool { return predicate.Within(a, b) }
	case Contains:
		return func(b orb.Geometry) bool { return meets(b) && ready.Contains(b) }
	case Touches:
		return rare(predicate.Touches)
	case Crosses:
		return rare(predicate.Crosses)
	case Overlaps:
		return rare(predicate.Overlaps)
	case Equals:
		return rare(predicate.Equals)
	case Intersects, Disjoint, DWithin, relations:
	}
	return meets
}
