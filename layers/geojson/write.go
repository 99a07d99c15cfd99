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

// jsoner is a row that appends the JSON form of field i faster than by way of its
// value.
type jsoner interface {
	AppendJSON(dst []byte, i int) []byte
}

// AppendFeature appends row, a feature of layer l, as a Feature object: type,
// id, geometry, then the properties in the order of the schema, nulls included.
func AppendFeature(dst []byte, l *layers.Layer, row layers.Row, f Format) []byte {
	dst = append(dst, `{"type":"Feature","id":`...)
	dst = layers.AppendJSONText(dst, row.ID())
	dst = append(dst, `,"geometry":`...)
	dst = appendGeometry(dst, row.Geometry(), f.To)
	dst = append(dst, `,"properties":{`...)
	fast, _ := row.(jsoner)
	n := len(l.Fields)
	if f.Fields != nil {
		n = len(f.Fields)
	}
	start := len(dst)
	for k := range n {
		i := k
		if f.Fields != nil {
			i = f.Fields[k]
		}
		sight := f.Sights.Of(i)
		if sight == layers.Hidden {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = layers.AppendJSONText(dst, l.Fields[i].Name)
		dst = append(dst, ':')
		if fast != nil && sight == layers.Shown {
			dst = fast.AppendJSON(dst, i)
		} else {
			dst = f.Sights.Value(l, i, row.Value(i)).AppendJSON(dst)
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
	w := writer{to: to}
	switch g := g.(type) {
	case orb.Point:
		dst = w.point(dst, g)
	case orb.MultiPoint:
		dst = w.points(dst, g)
	case orb.LineString:
		dst = w.points(dst, g)
	case orb.MultiLineString:
		dst = append(dst, '[')
		for i, l := range g {
			dst = w.points(comma(dst, i), l)
		}
		dst = append(dst, ']')
	case orb.Polygon:
		dst = w.polygon(dst, g)
	case orb.MultiPolygon:
		dst = append(dst, '[')
		for i, p := range g {
			dst = w.polygon(comma(dst, i), p)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// writer appends coordinate arrays.
type writer struct {
	to func(orb.Point) (x, y float64) // nil: lon, lat
}

func (w writer) point(dst []byte, p orb.Point) []byte {
	x, y := p[0], p[1]
	if w.to != nil {
		x, y = w.to(p)
	}
	dst = append(dst, '[')
	dst = AppendCoordinate(dst, x)
	dst = append(dst, ',')
	dst = AppendCoordinate(dst, y)
	return append(dst, ']')
}

func (w writer) points(dst []byte, ps []orb.Point) []byte {
	dst = append(dst, '[')
	for i, p := range ps {
		dst = w.point(comma(dst, i), p)
	}
	return append(dst, ']')
}

func (w writer) polygon(dst []byte, p orb.Polygon) []byte {
	dst = append(dst, '[')
	for i, r := range p {
		dst = w.points(comma(dst, i), r)
	}
	return append(dst, ']')
}

// comma appends a comma unless i is the first.
func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// AppendCoordinate appends f with at most Decimals decimals and without
// trailing zeros; a number that is not finite becomes null.
func AppendCoordinate(dst []byte, f float64) []byte {
	if dst, ok := appendDecimal(dst, f); ok {
		return dst
	}
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

// scale is ten to the power of Decimals.
const scale = 1_000_000_000

// appendDecimal is AppendCoordinate by whole numbers; ok is false where it cannot
// tell how f is rounded.
func appendDecimal(dst []byte, f float64) (_ []byte, ok bool) {
	scaled := math.Abs(f) * scale
	if !(scaled < 1e14) { // the product is off by less than 0.01
		return dst, false
	}
	n := uint64(scaled)
	switch part := scaled - float64(n); {
	case part > 0.52:
		n++
	case part > 0.48:
		return dst, false
	}
	if f < 0 && n > 0 {
		dst = append(dst, '-')
	}
	dst = strconv.AppendUint(dst, n/scale, 10)
	rest := uint32(n % scale)
	if rest == 0 {
		return dst, true
	}
	var digits [1 + Decimals]byte
	digits[0] = '.'
	last := 0
	for i := Decimals; i > 0; i-- {
		d := byte(rest % 10)
		rest /= 10
		if digits[i] = '0' + d; d != 0 && last == 0 {
			last = i
		}
	}
	return append(dst, digits[:last+1]...), true
}

func appendList[T any](dst []byte, list []T, one func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		dst = one(comma(dst, i), list[i])
	}
	return append(dst, ']')
}
