package cql2

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
)

// Boxes returns boxes outside of which e cannot be true: where a feature's
// bounding box meets none of them (borders included), e does not match it. The
// boxes come from spatial functions, distances and dwithin between the geometry and
// a constant; AND
// takes the smallest set of its arguments, OR the union if every argument has
// one. An empty list with true says that e matches nothing; false says that
// nothing is known and every feature must be tried. The result may be much
// larger than what matches, but never misses a match. It costs O(nodes +
// vertices) of e.
func Boxes(e layers.Expr) ([]orb.Bound, bool) {
	switch e := e.(type) {
	case layers.Truth:
		return nil, !bool(e)
	case layers.And:
		var best []orb.Bound
		known := false
		for _, a := range e.Args {
			if b, ok := Boxes(a); ok && (!known || area(b) < area(best)) {
				best, known = b, true
			}
		}
		return best, known
	case layers.Or:
		var all []orb.Bound
		for _, a := range e.Args {
			b, ok := Boxes(a)
			if !ok {
				return nil, false
			}
			all = append(all, b...)
		}
		return merged(all), len(e.Args) > 0
	case layers.Spatial:
		if e.Op == layers.SDisjoint {
			return nil, false
		}
		if isGeometryProperty(e.Left) {
			return shapeBoxes(e.Right)
		}
		if isGeometryProperty(e.Right) {
			return shapeBoxes(e.Left)
		}
	case layers.Holds:
		if c, ok := e.Term.(layers.Call); ok && c.Name == "dwithin" && len(c.Args) == 3 {
			return nearBoxes(c, c.Args[2])
		}
	case layers.Compare:
		if c, ok := e.Left.(layers.Call); ok && (e.Op == layers.Lt || e.Op == layers.Le) {
			return nearBoxes(c, e.Right)
		}
		if c, ok := e.Right.(layers.Call); ok && (e.Op == layers.Gt || e.Op == layers.Ge) {
			return nearBoxes(c, e.Left)
		}
	}
	return nil, false
}

// nearBoxes are the boxes of what is at most that many metres from a constant
// geometry, for calls of distance and dwithin.
func nearBoxes(c layers.Call, metres layers.Term) ([]orb.Bound, bool) {
	l, ok := metres.(layers.Literal)
	if !ok || c.Name != "distance" && c.Name != "dwithin" || len(c.Args) < 2 {
		return nil, false
	}
	shape := c.Args[1]
	if !isGeometryProperty(c.Args[0]) {
		if !isGeometryProperty(shape) {
			return nil, false
		}
		shape = c.Args[0]
	}
	boxes, ok := shapeBoxes(shape)
	if !ok || l.Value.IsNull() {
		return nil, ok
	}
	reach := l.Value.Float()
	if !(reach >= 0) {
		return nil, true
	}
	padded := make([]orb.Bound, len(boxes))
	for i, b := range boxes {
		padded[i] = measure.Pad(b, reach)
	}
	return padded, true
}

func isGeometryProperty(t layers.Term) bool {
	p, ok := t.(layers.Property)
	return ok && (p.Name == layers.GeometryName || p.Name == "geom")
}

// mostBoxes bounds the list; more are merged into one, because each of them
// costs a search of the index.
const mostBoxes = 16

// shapeBoxes are the boxes of the parts of a constant geometry. They are
// rounded to nothing: an empty geometry has none and meets nothing.
func shapeBoxes(t layers.Term) ([]orb.Bound, bool) {
	s, ok := t.(layers.Shape)
	if !ok || s.Geometry == nil {
		return nil, false
	}
	return merged(partBoxes(nil, s.Geometry)), true
}

func partBoxes(boxes []orb.Bound, g orb.Geometry) []orb.Bound {
	switch g := g.(type) {
	case orb.MultiPoint:
		for _, p := range g {
			boxes = append(boxes, p.Bound())
		}
	case orb.MultiLineString:
		for _, l := range g {
			boxes = partBoxes(boxes, l)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			boxes = partBoxes(boxes, p)
		}
	case orb.Collection:
		for _, m := range g {
			boxes = partBoxes(boxes, m)
		}
	default:
		if g != nil && vertices(g) > 0 {
			boxes = append(boxes, g.Bound())
		}
	}
	return boxes
}

// merged returns boxes as they are, or the one around them when there are more
// than mostBoxes.
func merged(boxes []orb.Bound) []orb.Bound {
	if len(boxes) <= mostBoxes {
		return boxes
	}
	around := boxes[0]
	for _, b := range boxes[1:] {
		around = around.Union(b)
	}
	return []orb.Bound{around}
}

// area is the size of a set of boxes in square degrees, with a floor per box so
// that fewer of equal size win.
func area(boxes []orb.Bound) float64 {
	sum := 0.0
	for _, b := range boxes {
		sum += math.Max(b.Max[0]-b.Min[0], 1e-6) * math.Max(b.Max[1]-b.Min[1], 1e-6)
	}
	return sum
}
