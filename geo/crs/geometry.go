package crs

import (
	"fmt"

	"github.com/paulmach/orb"
)

// ConvertGeometry returns a new geometry: g, whose coordinates are in from, in
// WGS 84 lon/lat. The given geometry is not changed and nothing is shared with
// it. A bound becomes the bound of its four corners, a nil geometry stays nil. It
// fails with the *Error of the first coordinate outside the domain.
func ConvertGeometry(g orb.Geometry, from System) (orb.Geometry, error) {
	return Transform(g, from, WGS84)
}

// Transform is ConvertGeometry between any two systems.
func Transform(g orb.Geometry, from, to System) (orb.Geometry, error) {
	switch g := g.(type) {
	case nil:
		return nil, nil
	case orb.Point:
		return asGeometry(Convert(g, from, to))
	case orb.MultiPoint:
		return asGeometry(points(g, from, to))
	case orb.LineString:
		return asGeometry(points(g, from, to))
	case orb.Ring:
		return asGeometry(points(g, from, to))
	case orb.MultiLineString:
		return asGeometry(lists(g, from, to, points[orb.LineString]))
	case orb.Polygon:
		return asGeometry(polygon(g, from, to))
	case orb.MultiPolygon:
		return asGeometry(lists(g, from, to, polygon))
	case orb.Collection:
		return asGeometry(lists(g, from, to, Transform))
	case orb.Bound:
		if g.IsEmpty() {
			return g, nil
		}
		ring, err := points(g.ToRing(), from, to)
		if err != nil {
			return nil, err
		}
		return ring.Bound(), nil
	}
	return nil, fmt.Errorf("cannot convert coordinates of a %T", g)
}

func asGeometry[G orb.Geometry](g G, err error) (orb.Geometry, error) {
	if err != nil {
		return nil, err
	}
	return g, nil
}

func points[L ~[]orb.Point](in L, from, to System) (L, error) {
	return lists(in, from, to, Convert)
}

func polygon(in orb.Polygon, from, to System) (orb.Polygon, error) {
	return lists(in, from, to, points[orb.Ring])
}

func lists[L ~[]E, E any](in L, from, to System, each func(E, System, System) (E, error)) (L, error) {
	out := make(L, len(in))
	for i, e := range in {
		var err error
		if out[i], err = each(e, from, to); err != nil {
			return nil, err
		}
	}
	return out, nil
}
