package geojson

import (
	"bytes"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Decimals is the number of decimals written of a coordinate: 1e-9 degrees is
// 0.1 mm on the ground, finer than any survey.
const Decimals = 9

// Format says how features are written. The zero value writes every field, and
// coordinates in lon/lat.
type Format struct {
	Sights layers.Sights                  // hidden fields are left out, masked ones written as they are shown; nil: all whole
	Fields []int                          // indexes of the fields to write, in this order; nil: all
	To     func(orb.Point) (x, y float64) // coordinates to write for a lon/lat point; nil: lon, lat
	More   func(dst []byte) []byte        // appends further members, each with a comma before it; nil: none
}

// AppendFeature appends row, a feature of layer l, as a Feature object: type,
// id, geometry, then the properties in the order of the schema, nulls included.
func AppendFeature(dst []byte, l *layers.Layer, row layers.Row, f Format) []byte {
	dst = append(dst, `{"type":"Feature","id":`...)
	dst = layers.AppendJSONText(dst, row.ID())
	dst = append(dst, `,"geometry":`...)
	dst = appendGeometry(dst, row.Geometry(), f.To)
	dst = append(dst, `,"properties":{`...)
	first := true
	field := func(i int) {
		if f.Sights.Of(i) == layers.Hidden {
			return
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = layers.AppendJSONText(dst, l.Fields[i].Name)
		dst = append(dst, ':')
		dst = f.Sights.Value(l, i, row.Value(i)).AppendJSON(dst)
	}
	if f.Fields != nil {
		for _, i := range f.Fields {
			field(i)
		}
	} else {
		for i := range l.Fields {
			field(i)
		}
	}
	dst = append(dst, '}')
	if f.More != nil {
		dst = f.More(dst)
	}
	return append(dst, '}')
}

// AppendGeometry appends g as a geometry object, null for nil.
func AppendGeometry(dst []byte, g orb.Geometry) []byte { return appendGeometry(dst, g, nil) }

func appendGeometry(dst []byte, g orb.Geometry, to func(orb.Point) (x, y float64)) []byte {
	switch t := g.(type) {
	case nil:
		return append(dst, "null"...)
	case orb.Bound:
		g = t.ToPolygon()
	case orb.Ring:
		g = orb.Polygon{t}
	case orb.Collection:
		dst = append(dst, `{"type":"GeometryCollection","geometries":`...)
		dst = appendList(dst, t, func(dst []byte, m orb.Geometry) []byte { return appendGeometry(dst, m, to) })
		return append(dst, '}')
	}
	dst = append(dst, `{"type":"`...)
	dst = append(dst, g.GeoJSONType()...)
	dst = append(dst, `","coordinates":`...)
	point := func(dst []byte, p orb.Point) []byte {
		x, y := p[0], p[1]
		if to != nil {
			x, y = to(p)
		}
		dst = append(dst, '[')
		dst = AppendCoordinate(dst, x)
		dst = append(dst, ',')
		dst = AppendCoordinate(dst, y)
		return append(dst, ']')
	}
	line := func(dst []byte, l orb.LineString) []byte { return appendList(dst, l, point) }
	ring := func(dst []byte, r orb.Ring) []byte { return appendList(dst, r, point) }
	polygon := func(dst []byte, p orb.Polygon) []byte { return appendList(dst, p, ring) }
	switch g := g.(type) {
	case orb.Point:
		dst = point(dst, g)
	case orb.MultiPoint:
		dst = appendList(dst, g, point)
	case orb.LineString:
		dst = line(dst, g)
	case orb.MultiLineString:
		dst = appendList(dst, g, line)
	case orb.Polygon:
		dst = polygon(dst, g)
	case orb.MultiPolygon:
		dst = appendList(dst, g, polygon)
	}
	return append(dst, '}')
}

// AppendCoordinate appends f with at most Decimals decimals and without
// trailing zeros; a number that is not finite becomes null.
func AppendCoordinate(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', Decimals, 64)
	dst = bytes.TrimRight(dst, "0")
	dst = bytes.TrimSuffix(dst, []byte("."))
	if string(dst[from:]) == "-0" {
		dst = append(dst[:from], '0')
	}
	return dst
}

func appendList[T any](dst []byte, list []T, one func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, list[i])
	}
	return append(dst, ']')
}
