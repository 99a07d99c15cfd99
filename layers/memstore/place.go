package memstore

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
)

// inBoxes reports whether g touches one of the boxes, borders included.
func inBoxes(boxes []orb.Bound, g orb.Geometry) bool {
	if g == nil {
		return false
	}
	for _, b := range boxes {
		if predicate.Intersects(b, g) {
			return true
		}
	}
	return false
}

// inRegion reports whether g lies in the region as its parts say.
func inRegion(r *layers.Region, g orb.Geometry) bool {
	switch {
	case g == nil:
		return false
	case r.BufferM == 0 && r.Within:
		return predicate.Within(g, r.Geometry)
	case r.BufferM == 0:
		return predicate.Intersects(g, r.Geometry)
	case r.Within:
		return farthestVertex(g, r.Geometry) <= r.BufferM
	}
	if p, ok := g.(orb.Point); ok {
		return measure.DistanceTo(p, r.Geometry) <= r.BufferM
	}
	return predicate.Intersects(g, r.Geometry) || measure.Between(g, r.Geometry) <= r.BufferM
}

// farthestVertex is the distance of the vertex of g that is farthest from the
// region: a buffered region contains g when it contains its vertices, up to the
// sag of its edges. It is infinite for an empty geometry.
func farthestVertex(g, region orb.Geometry) float64 {
	far := math.Inf(1)
	measure.Vertices(g, func(p orb.Point) bool {
		if d := measure.DistanceTo(p, region); math.IsInf(far, 1) || d > far {
			far = d
		}
		return true
	})
	return far
}

// ownership returns the test whether a geometry belongs to the area the subject
// is limited to: its interior point lies in that area, borders included. An area
// that does not exist owns nothing.
func (s *Store) ownership(subject *layers.Subject, l *layers.Layer) func(orb.Geometry) bool {
	code := access.Decide(subject, l).Region
	if code == "" {
		return func(orb.Geometry) bool { return true }
	}
	for _, level := range layers.Levels() {
		var area *layers.Feature
		for _, t := range s.tables {
			if r, ok := t.rows[code]; ok && t.layer.Level == level && r.current != nil && r.current.Shape != nil {
				area = r.current
			}
		}
		if area == nil {
			continue
		}
		return func(g orb.Geometry) bool {
			return g != nil && predicate.Intersects(predicate.InteriorPoint(g), area.Shape)
		}
	}
	return func(orb.Geometry) bool { return false }
}
