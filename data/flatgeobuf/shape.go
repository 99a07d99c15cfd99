package flatgeobuf

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/data/ingest"
	"wutu/layers"
)

// maxParts bounds how deep collections are in one another.
const maxParts = 16

// shapeOf reads a geometry. kind is the header's type, geoUnknown when each geometry
// says its own. left is how many positions it may still have.
func shapeOf(t table, kind byte, depth int, left *int) (orb.Geometry, *layers.Error) {
	if kind == geoUnknown {
		kind = t.byte(geoType, geoUnknown)
	}
	if depth > maxParts {
		return nil, refuse(layers.TooLarge, "a collection more than %d deep", maxParts)
	}
	if kind == geoMultiPolygon || kind == geoCollection {
		return collected(t, kind, depth, left)
	}
	lines, err := linesOf(t, left)
	if err != nil {
		return nil, err
	}
	switch kind {
	case geoPoint:
		if len(lines) != 1 || len(lines[0]) != 1 {
			if len(lines) == 0 || len(lines[0]) == 0 {
				return nil, nil // an empty point
			}
			return nil, refuse(layers.Invalid, "a point of %d positions", len(lines[0]))
		}
		if p := lines[0][0]; math.IsNaN(p[0]) && math.IsNaN(p[1]) {
			return nil, nil
		}
		return lines[0][0], nil
	case geoMultiPoint:
		if len(lines) == 0 {
			return orb.MultiPoint{}, nil
		}
		return orb.MultiPoint(lines[0]), nil
	case geoLineString:
		if len(lines) == 0 {
			return orb.LineString{}, nil
		}
		return orb.LineString(lines[0]), nil
	case geoMultiLineString:
		out := orb.MultiLineString{}
		for _, l := range lines {
			out = append(out, orb.LineString(l))
		}
		return out, nil
	case geoPolygon:
		out := orb.Polygon{}
		for _, l := range lines {
			out = append(out, orb.Ring(l))
		}
		return out, nil
	}
	return nil, refuse(layers.Unsupported, "geometries of type %d are not read", kind)
}

func refuse(kind layers.Kind, format string, args ...any) *layers.Error {
	return &layers.Error{Kind: kind, Op: "flatgeobuf", Field: "geometry", Err: fmt.Errorf(format, args...)}
}

func collected(t table, kind byte, depth int, left *int) (orb.Geometry, *layers.Error) {
	at, n := t.vector(geoParts, 4)
	if n == 0 && kind == geoMultiPolygon { // some writers leave the parts of one polygon out
		p, err := shapeOf(t, geoPolygon, depth+1, left)
		if polygon, ok := p.(orb.Polygon); ok && len(polygon) > 0 {
			return orb.MultiPolygon{polygon}, err
		}
		return orb.MultiPolygon{}, err
	}
	var many orb.MultiPolygon
	var all orb.Collection
	for i := range n {
		part, inner := t.f.tableAt(at+4*i), byte(geoUnknown)
		if kind == geoMultiPolygon {
			inner = geoPolygon
		}
		if *left--; *left < 0 {
			return nil, refuse(layers.TooLarge, "more than %d positions", ingest.MaxVertices)
		}
		g, err := shapeOf(part, inner, depth+1, left)
		if err != nil || t.f.err != nil {
			return nil, err
		}
		if p, ok := g.(orb.Polygon); ok && kind == geoMultiPolygon {
			many = append(many, p)
		} else if g != nil {
			all = append(all, g)
		}
	}
	if kind == geoMultiPolygon {
		return many, nil
	}
	return all, nil
}

// linesOf reads the positions of a geometry, divided where its parts end.
func linesOf(t table, left *int) ([][]orb.Point, *layers.Error) {
	at, n := t.vector(geoXY, 8)
	if t.f.err != nil || n == 0 {
		return nil, nil
	}
	if n%2 != 0 {
		return nil, refuse(layers.Invalid, "%d coordinates are no pairs", n)
	}
	if *left -= n / 2; *left < 0 {
		return nil, refuse(layers.TooLarge, "more than %d positions", ingest.MaxVertices)
	}
	points := make([]orb.Point, n/2)
	for i := range points {
		points[i] = orb.Point{t.f.double(at, 2*i), t.f.double(at, 2*i+1)}
	}
	ends, parts := t.vector(geoEnds, 4)
	if t.f.err != nil || parts == 0 {
		return [][]orb.Point{points}, nil
	}
	var out [][]orb.Point
	from := 0
	for i := range parts {
		end := int64(binary.LittleEndian.Uint32(t.f.b[ends+4*i:]))
		if end < int64(from) || end > int64(len(points)) {
			return nil, refuse(layers.Invalid, "part %d ends at position %d of %d", i, end, len(points))
		}
		out = append(out, points[from:end:end])
		from = int(end)
	}
	if from != len(points) {
		return nil, refuse(layers.Invalid, "%d positions are in no part", len(points)-from)
	}
	return out, nil
}
