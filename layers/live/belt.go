package live

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
)

// belt is a geometry of any kind with a buffer. It is immutable.
type belt struct {
	shape    *predicate.Prepared
	geometry orb.Geometry
	bufferM  float64
	near     orb.Bound // all that is within the buffer lies in it
	pad      orb.Point // degrees that the buffer spans anywhere in near; infinite where it reaches a pole or the antimeridian

	plane     measure.Plane
	edges     []flatEdge // on the plane; nil when there are many, or the plane is no good
	sure, far float64    // squares on the plane: up to sure a place is within the buffer, beyond far it is not
}

// flatEdge is an edge that begins at x, y on a plane, and leads dx, dy from there.
type flatEdge struct{ x, y, dx, dy, length2 float64 }

// fewEdges bounds the geometries whose every edge is looked at for a place, at a few
// nanoseconds each.
const fewEdges = 128

func newBelt(shape *predicate.Prepared, bufferM float64) *belt {
	b := &belt{shape: shape, geometry: shape.Geometry(), bufferM: bufferM, near: measure.Pad(shape.Bound(), bufferM)}
	b.pad = orb.Point{math.Inf(1), math.Inf(1)}
	if b.near.Min[0] > -180 && b.near.Max[0] < 180 {
		// A circle of the buffer's radius is widest, in degrees, where it is nearest to a pole.
		at := orb.Point{0, max(math.Abs(b.near.Min[1]), math.Abs(b.near.Max[1]))}
		if c := measure.Circle(at, bufferM); c.Max[0] < 180 {
			b.pad = orb.Point{c.Max[0], at[1] - c.Min[1]}
			b.flatten()
		}
	}
	return b
}

// flatten lays the edges out on a plane.
func (b *belt) flatten() {
	plane, ok := measure.NewPlane(b.near)
	if !ok {
		return
	}
	var edges []flatEdge
	if !eachEdge(b.geometry, func(p, q orb.Point) bool {
		x, y := plane.At(p)
		dx, dy := plane.At(q)
		dx, dy = dx-x, dy-y
		edges = append(edges, flatEdge{x, y, dx, dy, dx*dx + dy*dy})
		return len(edges) <= fewEdges
	}) {
		return
	}
	b.plane, b.edges = plane, edges
	sure, far := (b.bufferM-surely)/(1+plane.Err()), (b.bufferM+surely)/(1-plane.Err())
	b.sure, b.far = -1, far*far
	if sure > 0 {
		b.sure = sure * sure
	}
}

// surely is what is left for the errors of distances and triangle inequalities,
// metres.
const surely = 0.01

// eachEdge calls fn for the edges of g, and for its single points as edges without
// length, until fn returns false; it reports whether fn never did and all kinds of
// g are known.
func eachEdge(g orb.Geometry, fn func(p, q orb.Point) bool) bool {
	chain := func(points []orb.Point) bool {
		for i := range points {
			if i == 0 && len(points) > 1 {
				continue
			}
			if !fn(points[max(i-1, 0)], points[i]) {
				return false
			}
		}
		return true
	}
	switch g := g.(type) {
	case orb.Point:
		return fn(g, g)
	case orb.MultiPoint:
		for _, p := range g {
			if !fn(p, p) {
				return false
			}
		}
	case orb.LineString:
		return chain(g)
	case orb.MultiLineString:
		for _, l := range g {
			if !chain(l) {
				return false
			}
		}
	case orb.Polygon:
		for _, r := range g {
			if !chain(r) {
				return false
			}
		}
	case orb.MultiPolygon:
		for _, p := range g {
			if !eachEdge(p, fn) {
				return false
			}
		}
	default:
		return false
	}
	return true
}

// reach is the square of the distance on the plane from q to the nearest edge.
func (b *belt) reach(q orb.Point) float64 {
	x, y := b.plane.At(q)
	best := math.Inf(1)
	for i := range b.edges {
		e := &b.edges[i]
		u, v := x-e.x, y-e.y
		if t := u*e.dx + v*e.dy; t >= e.length2 {
			u, v = u-e.dx, v-e.dy
		} else if t > 0 {
			t /= e.length2
			u, v = u-t*e.dx, v-t*e.dy
		}
		best = min(best, u*u+v*v)
	}
	return best
}

// contains reports whether q is at most the buffer away from the geometry.
func (b *belt) contains(q orb.Point) bool {
	if b.edges != nil {
		if !b.near.Contains(q) {
			return false
		}
		switch d := b.reach(q); {
		case d <= b.sure:
			return true
		case d > b.far:
			return b.shape.Locate(q) != predicate.Outside
		}
	}
	return b.shape.Locate(q) != predicate.Outside || measure.DistanceTo(q, b.geometry) <= b.bufferM
}

// relate gives the relation of the closed box to the belt.
func (b *belt) relate(box orb.Bound) predicate.BoxRelation {
	if b.pad[0] < 180 {
		if !b.near.Intersects(box) {
			return predicate.BoxOutside
		}
		grown := orb.Bound{Min: orb.Point{box.Min[0] - b.pad[0], box.Min[1] - b.pad[1]}, Max: orb.Point{box.Max[0] + b.pad[0], box.Max[1] + b.pad[1]}}
		if b.shape.RelateBox(grown) == predicate.BoxOutside {
			return predicate.BoxOutside
		}
	}
	if b.shape.RelateBox(box) == predicate.BoxInside {
		return predicate.BoxInside
	}
	if b.edges == nil || !b.near.Contains(box.Min) || !b.near.Contains(box.Max) {
		return predicate.BoxCrosses
	}
	// No place of the box is farther from its centre than a corner is.
	centre := box.Center()
	x, y := b.plane.At(centre)
	cx, cy := b.plane.At(box.Max)
	half, d := math.Hypot(cx-x, cy-y), math.Sqrt(b.reach(centre))
	switch {
	case d+half >= 0 && (d+half)*(d+half) <= b.sure:
		return predicate.BoxInside
	case d > half && (d-half)*(d-half) > b.far && b.shape.RelateBox(box) == predicate.BoxOutside:
		return predicate.BoxOutside
	}
	return predicate.BoxCrosses
}
