package memstore

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
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

// ownership returns the test whether a feature is within what access leaves of
// the layer: its interior point belongs to every area of the decision, borders
// and margin included, it began in time, and the policy's condition holds. An
// area that does not exist at t (now, for the zero time) owns nothing.
func (s *Store) ownership(d *access.Decision, l *layers.Layer, t time.Time) func(*layers.Feature) bool {
	var areas []orb.Geometry
	for _, code := range d.Regions {
		area := s.area(code, t)
		if area == nil {
			return func(*layers.Feature) bool { return false }
		}
		areas = append(areas, area)
	}
	rows, err := cql2.Compile(d.Rows, l)
	if err != nil {
		return func(*layers.Feature) bool { return false }
	}
	return func(f *layers.Feature) bool {
		for _, area := range areas {
			if f.Shape == nil {
				return false
			}
			at := predicate.InteriorPoint(f.Shape)
			if !predicate.Intersects(at, area) && !(d.MarginM > 0 && measure.DistanceTo(at, area) <= d.MarginM) {
				return false
			}
		}
		return d.Began(f.ValidFrom) && rows.Match(f)
	}
}

// area is the shape that the area with a code had at t, or has now for the zero
// time, of the largest level that has one.
func (s *Store) area(code string, t time.Time) orb.Geometry {
	for _, level := range layers.Levels() {
		for _, table := range s.tables {
			r, ok := table.rows[code]
			if !ok || table.layer.Level != level {
				continue
			}
			if f := r.at(t); f != nil && f.Shape != nil {
				return f.Shape
			}
		}
	}
	return nil
}
