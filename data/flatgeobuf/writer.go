package flatgeobuf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Options says how features are written. The zero value writes every field, in
// lon/lat.
type Options struct {
	Fields []int         // indexes of the fields written; nil: all
	Sights layers.Sights // hidden fields are left out, masked ones written as they are shown; nil: all whole
	// To gives the coordinates of a lon/lat point, x first; nil: as it is.
	To   func(orb.Point) (x, y float64)
	EPSG int    // of those coordinates; 0: 4326, taken as lon/lat
	Org  string // of EPSG; "": EPSG. "-": the file says nothing of its system
	Bare bool   // geometries are left out

	Count int // features that follow; 0: not known
}

// Writer writes the features of one layer. It is for one goroutine.
type Writer struct {
	o      Options
	layer  *layers.Layer
	fields []int
	kind   uint64 // of geometry, geoUnknown for any
	f      builder
	props  []byte
	ends   []uint32
	bound  *orb.Bound // of the feature just written, for the index
}

// NewWriter returns a writer for features of a layer.
func NewWriter(l *layers.Layer, o Options) *Writer {
	w := &Writer{o: o, layer: l, kind: geometryType(l.Geometry)}
	for i := range l.Fields {
		if o.Sights.Of(i) != layers.Hidden {
			w.fields = append(w.fields, i)
		}
	}
	if o.Fields != nil {
		w.fields = w.fields[:0]
		for _, i := range o.Fields {
			if o.Sights.Of(i) != layers.Hidden {
				w.fields = append(w.fields, i)
			}
		}
	}
	return w
}

// Head appends the magic bytes and the header of a file without index.
func (w *Writer) Head(dst []byte) []byte { return w.head(dst, w.o.Count, nil, 0) }

func (w *Writer) head(dst []byte, count int, envelope *orb.Bound, nodeSize uint64) []byte {
	f := &w.f
	f.reset()
	var name, env, columns, crs, title slot
	fields := []field{reference(headName, &name), scalar(headGeometryType, 1, w.kind), reference(headColumns, &columns),
		scalar(headCount, 8, uint64(count)), scalar(headNodeSize, 2, nodeSize)}
	if envelope != nil {
		fields = append(fields, reference(headEnvelope, &env))
	}
	if w.o.Org != "-" {
		fields = append(fields, reference(headCRS, &crs))
	}
	if w.layer.Title.ZH != "" {
		fields = append(fields, reference(headTitle, &title))
	}
	f.table(root, fields...)
	f.text(name, w.layer.ID)
	if w.layer.Title.ZH != "" {
		f.text(title, w.layer.Title.ZH)
	}
	if envelope != nil {
		f.vector(env, 4, 8)
		for _, x := range [...]float64{envelope.Min[0], envelope.Min[1], envelope.Max[0], envelope.Max[1]} {
			f.double(x)
		}
	}
	if w.o.Org != "-" {
		w.system(crs)
	}
	w.columns(columns)
	return append(append(dst, magic...), f.finish()...)
}

func (w *Writer) system(at slot) {
	org, code := w.o.Org, w.o.EPSG
	if org == "" {
		org = "EPSG"
	}
	if code == 0 {
		code = 4326
	}
	var name slot
	w.f.table(at, reference(crsOrg, &name), scalar(crsCode, 4, uint64(uint32(code))))
	w.f.text(name, org)
}

// columns declares the id and the fields. A field that is called id as well gets a
// trailing underscore.
func (w *Writer) columns(at slot) {
	places := w.f.slots(at, 1+len(w.fields))
	var name slot
	w.f.table(places[0], reference(colName, &name), scalar(colType, 1, colString), scalar(colNullable, 1, 0),
		scalar(colUnique, 1, 1), scalar(colPrimaryKey, 1, 1))
	w.f.text(name, "id")
	taken := map[string]bool{"id": true}
	for n, i := range w.fields {
		field := &w.layer.Fields[i]
		called := field.Name
		for taken[called] {
			called += "_"
		}
		taken[called] = true
		var title slot
		w.f.table(places[n+1], reference(colName, &name), reference(colTitle, &title), scalar(colType, 1, columnType(field.Type)))
		w.f.text(name, called)
		w.f.text(title, field.Title.ZH)
	}
}

// Append appends a feature. The error is Internal for a geometry of a type that
// the format does not have.
func (w *Writer) Append(dst []byte, row layers.Row) ([]byte, error) {
	f := &w.f
	f.reset()
	g := row.Geometry()
	if w.o.Bare {
		g = nil
	}
	var place, values slot
	fields := []field{reference(featProperties, &values)}
	if g != nil {
		fields = append(fields, reference(featGeometry, &place))
	}
	f.table(root, fields...)
	if g != nil {
		if err := w.geometry(place, w.promote(g)); err != nil {
			return dst, err
		}
	}
	w.properties(row)
	f.vector(values, len(w.props), 1)
	f.b = append(f.b, w.props...)
	return append(dst, f.finish()...), nil
}

// Tail is nothing.
func (w *Writer) Tail(dst []byte) []byte { return dst }

// properties lays out the values that are not null: the number of the column, the
// value.
func (w *Writer) properties(row layers.Row) {
	w.props = appendText(w.props[:0], 0, row.ID())
	for n, i := range w.fields {
		v := w.o.Sights.Value(w.layer, i, row.Value(i))
		if v.IsNull() {
			continue
		}
		column := uint16(n + 1)
		switch w.layer.Fields[i].Type {
		case layers.Integer:
			w.props = binary.LittleEndian.AppendUint64(number(w.props, column), uint64(v.Int()))
		case layers.Number:
			w.props = binary.LittleEndian.AppendUint64(number(w.props, column), math.Float64bits(v.Float()))
		case layers.Boolean:
			b := byte(0)
			if v.Bool() {
				b = 1
			}
			w.props = append(number(w.props, column), b)
		case layers.DateTime:
			w.props = appendText(w.props, column, v.Time().UTC().Format(time.RFC3339Nano))
		case layers.String:
			w.props = appendText(w.props, column, v.String())
		}
	}
}

func number(b []byte, column uint16) []byte { return binary.LittleEndian.AppendUint16(b, column) }

func appendText(b []byte, column uint16, s string) []byte {
	b = binary.LittleEndian.AppendUint32(number(b, column), uint32(len(s)))
	return append(b, s...)
}

// promote makes a single geometry a multiple one in a file of those: the header
// speaks for all features.
func (w *Writer) promote(g orb.Geometry) orb.Geometry {
	switch t := g.(type) {
	case orb.Ring:
		g = orb.Polygon{t}
	case orb.Bound:
		g = t.ToPolygon()
	}
	switch t := g.(type) {
	case orb.Point:
		if w.kind == geoMultiPoint {
			return orb.MultiPoint{t}
		}
	case orb.LineString:
		if w.kind == geoMultiLineString {
			return orb.MultiLineString{t}
		}
	case orb.Polygon:
		if w.kind == geoMultiPolygon {
			return orb.MultiPolygon{t}
		}
	}
	return g
}

// geometry writes a geometry.
func (w *Writer) geometry(at slot, g orb.Geometry) error {
	switch g := g.(type) {
	case orb.Point:
		w.shape(at, geoPoint, [][]orb.Point{{g}})
	case orb.MultiPoint:
		w.shape(at, geoMultiPoint, [][]orb.Point{g})
	case orb.LineString:
		w.shape(at, geoLineString, [][]orb.Point{g})
	case orb.MultiLineString:
		lines := make([][]orb.Point, len(g))
		for i := range g {
			lines[i] = g[i]
		}
		w.shape(at, geoMultiLineString, lines)
	case orb.Polygon:
		rings := make([][]orb.Point, len(g))
		for i := range g {
			rings[i] = g[i]
		}
		w.shape(at, geoPolygon, rings)
	case orb.MultiPolygon:
		parts := make([]orb.Geometry, len(g))
		for i := range g {
			parts[i] = g[i]
		}
		return w.parts(at, geoMultiPolygon, parts)
	case orb.Collection:
		return w.parts(at, geoCollection, g)
	default:
		return &layers.Error{Kind: layers.Internal, Op: "flatgeobuf", Layer: w.layer.ID, Err: fmt.Errorf("a geometry of type %T", g)}
	}
	return nil
}

// shape writes the coordinates of lines one behind the other, and where each ends
// when there are several; readers want the end of the only line of several too.
func (w *Writer) shape(at slot, kind uint64, lines [][]orb.Point) {
	f := &w.f
	var ends, xy slot
	fields := []field{reference(geoXY, &xy), scalar(geoType, 1, kind)}
	several := len(lines) > 1 || kind == geoMultiLineString
	if several {
		fields = append(fields, reference(geoEnds, &ends))
	}
	f.table(at, fields...)
	n := 0
	w.ends = w.ends[:0]
	for _, l := range lines {
		n += len(l)
		w.ends = append(w.ends, uint32(n))
	}
	if several {
		f.vector(ends, len(w.ends), 4)
		for _, end := range w.ends {
			f.b = binary.LittleEndian.AppendUint32(f.b, end)
		}
	}
	f.vector(xy, 2*n, 8)
	for _, l := range lines {
		for _, p := range l {
			x, y := p[0], p[1]
			if w.o.To != nil {
				x, y = w.o.To(p)
			}
			f.double(x)
			f.double(y)
			if w.bound != nil {
				*w.bound = w.bound.Extend(orb.Point{x, y})
			}
		}
	}
}

func (w *Writer) parts(at slot, kind uint64, parts []orb.Geometry) error {
	var list slot
	w.f.table(at, reference(geoParts, &list), scalar(geoType, 1, kind))
	for i, place := range w.f.slots(list, len(parts)) {
		if parts[i] == nil {
			return &layers.Error{Kind: layers.Internal, Op: "flatgeobuf", Layer: w.layer.ID, Err: errors.New("a collection with nothing in it")}
		}
		if err := w.geometry(place, parts[i]); err != nil {
			return err
		}
	}
	return nil
}
