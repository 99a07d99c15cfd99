package geojson

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Encoder writes features of one layer. The zero value of its options writes
// all fields in lon/lat.
type Encoder struct {
	Layer  *layers.Layer
	Fields []int                          // indexes of the fields written, in this order; nil: all
	Masked bool                           // leave personal fields out
	To     func(orb.Point) (x, y float64) // coordinates written for a lon/lat point; nil: lon, lat
	Extra  func(b []byte, i int) []byte   // appends further top-level members, each with a leading comma; nil: none
}

// Append appends the feature object of row, the i-th of its collection.
func (e *Encoder) Append(b []byte, row layers.Row, i int) []byte {
	b = append(b, `{"type":"Feature","id":`...)
	b = AppendString(b, row.ID())
	b = append(b, `,"geometry":`...)
	b = AppendGeometry(b, row.Geometry(), e.To)
	b = append(b, `,"properties":{`...)
	first := true
	field := func(f int) {
		d := &e.Layer.Fields[f]
		if e.Masked && d.Personal {
			return
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = AppendString(b, d.Name)
		b = append(b, ':')
		b = row.Value(f).AppendJSON(b)
	}
	if e.Fields != nil {
		for _, f := range e.Fields {
			field(f)
		}
	} else {
		for f := range e.Layer.Fields {
			field(f)
		}
	}
	b = append(b, '}')
	if e.Extra != nil {
		b = e.Extra(b, i)
	}
	return append(b, '}')
}

// AppendString appends s as a JSON string.
func AppendString(b []byte, s string) []byte {
	return layers.AppendJSONText(b, s)
}

// AppendFloat appends the shortest decimal that reads back; null for numbers
// JSON does not have.
func AppendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return layers.Float(f).AppendJSON(b)
}

// AppendGeometry appends a geometry object, null for nil. to maps lon/lat to the
// coordinates written; nil writes lon, lat.
func AppendGeometry(b []byte, g orb.Geometry, to func(orb.Point) (x, y float64)) []byte {
	w := writer{b: b, to: to}
	w.geometry(g)
	return w.b
}

type writer struct {
	b  []byte
	to func(orb.Point) (x, y float64)
}

func (w *writer) geometry(g orb.Geometry) {
	if g == nil {
		w.b = append(w.b, "null"...)
		return
	}
	if c, ok := g.(orb.Collection); ok {
		w.b = append(w.b, `{"type":"GeometryCollection","geometries":[`...)
		for i := range c {
			w.comma(i)
			w.geometry(c[i])
		}
		w.b = append(w.b, "]}"...)
		return
	}
	if bound, ok := g.(orb.Bound); ok {
		g = bound.ToPolygon()
	}
	if ring, ok := g.(orb.Ring); ok {
		g = orb.Polygon{ring}
	}
	w.b = append(w.b, `{"type":"`...)
	w.b = append(w.b, g.GeoJSONType()...)
	w.b = append(w.b, `","coordinates":`...)
	switch g := g.(type) {
	case orb.Point:
		w.point(g)
	case orb.MultiPoint:
		w.points(g)
	case orb.LineString:
		w.points(g)
	case orb.MultiLineString:
		w.open()
		for i := range g {
			w.comma(i)
			w.points(g[i])
		}
		w.close()
	case orb.Polygon:
		w.polygon(g)
	case orb.MultiPolygon:
		w.open()
		for i := range g {
			w.comma(i)
			w.polygon(g[i])
		}
		w.close()
	}
	w.b = append(w.b, '}')
}

func (w *writer) polygon(p orb.Polygon) {
	w.open()
	for i := range p {
		w.comma(i)
		w.points(p[i])
	}
	w.close()
}

func (w *writer) points(ps []orb.Point) {
	w.open()
	for i := range ps {
		w.comma(i)
		w.point(ps[i])
	}
	w.close()
}

func (w *writer) point(p orb.Point) {
	x, y := p[0], p[1]
	if w.to != nil {
		x, y = w.to(p)
	}
	w.b = append(w.b, '[')
	w.b = strconv.AppendFloat(w.b, x, 'f', -1, 64)
	w.b = append(w.b, ',')
	w.b = strconv.AppendFloat(w.b, y, 'f', -1, 64)
	w.b = append(w.b, ']')
}

func (w *writer) open()  { w.b = append(w.b, '[') }
func (w *writer) close() { w.b = append(w.b, ']') }

func (w *writer) comma(i int) {
	if i > 0 {
		w.b = append(w.b, ',')
	}
}
