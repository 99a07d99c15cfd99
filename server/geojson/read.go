package geojson

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// MaxVertices bounds the positions of a geometry in a request. A county border
// in full detail has some 10^4; ten times that is still answered in well under a
// second.
const MaxVertices = 200_000

// maxNesting bounds collections within collections.
const maxNesting = 4

// Parse reads a GeoJSON geometry in lon/lat degrees; a Feature is taken as its
// geometry. pointer is the JSON pointer of data in its document, for errors.
// Errors: Invalid naming the pointer of the member at fault, TooLarge for more
// than MaxVertices positions. Latitudes and longitudes are checked for range,
// rings for four positions and closure.
func Parse(data []byte, pointer string) (orb.Geometry, error) {
	r := reader{left: MaxVertices}
	return r.geometry(data, pointer, 0)
}

type reader struct{ left int }

type object struct {
	Type        string            `json:"type"`
	Coordinates json.RawMessage   `json:"coordinates"`
	Geometries  []json.RawMessage `json:"geometries"`
	Geometry    json.RawMessage   `json:"geometry"`
}

func (r *reader) geometry(data []byte, at string, depth int) (orb.Geometry, error) {
	if depth > maxNesting {
		return nil, fail(at, fmt.Sprintf("collections are nested more than %d deep", maxNesting))
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fail(at, "is not a GeoJSON geometry: "+err.Error())
	}
	switch o.Type {
	case "Feature":
		return r.geometry(o.Geometry, at+"/geometry", depth+1)
	case "GeometryCollection":
		c := make(orb.Collection, 0, len(o.Geometries))
		for i, raw := range o.Geometries {
			g, err := r.geometry(raw, at+"/geometries/"+strconv.Itoa(i), depth+1)
			if err != nil {
				return nil, err
			}
			c = append(c, g)
		}
		if len(c) == 0 {
			return nil, fail(at+"/geometries", "is empty")
		}
		return c, nil
	}
	var v any
	if len(o.Coordinates) > 0 {
		if err := json.Unmarshal(o.Coordinates, &v); err != nil {
			return nil, fail(at+"/coordinates", "is not an array")
		}
	}
	return r.coordinates(o.Type, v, at)
}

func (r *reader) coordinates(kind string, v any, at string) (orb.Geometry, error) {
	in := at + "/coordinates"
	switch kind {
	case "Point":
		return r.point(v, in)
	case "MultiPoint":
		ps, err := r.points(v, in, 1)
		return orb.MultiPoint(ps), err
	case "LineString":
		ps, err := r.points(v, in, 2)
		return orb.LineString(ps), err
	case "MultiLineString":
		var out orb.MultiLineString
		err := each(v, in, func(e any, at string) error {
			ps, err := r.points(e, at, 2)
			out = append(out, ps)
			return err
		})
		return out, err
	case "Polygon":
		return r.polygon(v, in)
	case "MultiPolygon":
		var out orb.MultiPolygon
		err := each(v, in, func(e any, at string) error {
			p, err := r.polygon(e, at)
			out = append(out, p)
			return err
		})
		return out, err
	}
	return nil, fail(at+"/type", fmt.Sprintf("%.40q is not a GeoJSON geometry type", kind))
}

func (r *reader) polygon(v any, at string) (orb.Polygon, error) {
	var out orb.Polygon
	err := each(v, at, func(e any, at string) error {
		ps, err := r.points(e, at, 4)
		if err == nil && ps[0] != ps[len(ps)-1] {
			err = fail(at, "the ring is not closed: its last position differs from its first")
		}
		out = append(out, ps)
		return err
	})
	return out, err
}

func (r *reader) points(v any, at string, least int) ([]orb.Point, error) {
	var out []orb.Point
	err := each(v, at, func(e any, at string) error {
		p, err := r.point(e, at)
		out = append(out, p)
		return err
	})
	if err == nil && len(out) < least {
		err = fail(at, fmt.Sprintf("has %d positions, at least %d are needed", len(out), least))
	}
	return out, err
}

func (r *reader) point(v any, at string) (orb.Point, error) {
	if r.left--; r.left < 0 {
		return orb.Point{}, &layers.Error{Kind: layers.TooLarge, Op: "geometry", Field: at,
			Err: fmt.Errorf("more than %d positions", MaxVertices)}
	}
	a, ok := v.([]any)
	if !ok || len(a) < 2 || len(a) > 4 {
		return orb.Point{}, fail(at, "is not a position of two or three numbers")
	}
	x, okX := a[0].(float64)
	y, okY := a[1].(float64)
	switch {
	case !okX || !okY:
		return orb.Point{}, fail(at, "is not a position of two or three numbers")
	case math.Abs(x) > 180:
		return orb.Point{}, fail(at+"/0", fmt.Sprintf("longitude %v is not between -180 and 180", x))
	case math.Abs(y) > 90:
		return orb.Point{}, fail(at+"/1", fmt.Sprintf("latitude %v is not between -90 and 90", y))
	}
	return orb.Point{x, y}, nil
}

// each calls f for the elements of a non-empty array.
func each(v any, at string, f func(e any, at string) error) error {
	a, ok := v.([]any)
	if !ok || len(a) == 0 {
		return fail(at, "is not an array with elements")
	}
	for i := range a {
		if err := f(a[i], at+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}

func fail(at, message string) error {
	return &layers.Error{Kind: layers.Invalid, Op: "geometry", Field: at, Err: errors.New(message)}
}
