package csvfile

import (
	"bytes"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"wutu/layers"
	"wutu/layers/geojson"
)

// Format says how rows are written. The zero value writes every field, and
// calls the coordinates lon and lat.
type Format struct {
	Sights layers.Sights // hidden fields are left out, masked ones written as they are shown; nil: all whole
	Plane  bool          // coordinates are metres: the columns are x and y
}

// AppendHeader appends the row of column names of l: id, the coordinates (lon and
// lat, or wkt where the layer is not of points; neither for a layer without
// geometry), and the fields. A name that a column before has already gets a
// trailing underscore.
func AppendHeader(dst []byte, l *layers.Layer, f Format) []byte {
	names := []string{"id"}
	switch {
	case l.Geometry == layers.NoGeometry:
	case l.Geometry != layers.Point:
		names = append(names, "wkt")
	case f.Plane:
		names = append(names, "x", "y")
	default:
		names = append(names, "lon", "lat")
	}
	seen := map[string]bool{}
	for _, n := range names {
		seen[n] = true
	}
	for i := range l.Fields {
		if f.Sights.Of(i) == layers.Hidden {
			continue
		}
		name := l.Fields[i].Name
		for seen[name] {
			name += "_"
		}
		seen[name] = true
		names = append(names, name)
	}
	for i, n := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, n)
	}
	return append(dst, '\n')
}

// AppendRow appends row, a feature of l, under the columns of AppendHeader.
func AppendRow(dst []byte, l *layers.Layer, row layers.Row, f Format) []byte {
	dst = appendCell(dst, row.ID())
	g := row.Geometry()
	switch {
	case l.Geometry == layers.NoGeometry:
	case l.Geometry != layers.Point:
		dst = append(dst, ',')
		dst = appendCell(dst, text(g))
	default:
		p, ok := g.(orb.Point)
		for _, c := range p {
			dst = append(dst, ',')
			if ok {
				dst = geojson.AppendCoordinate(dst, c)
			}
		}
	}
	for i := range l.Fields {
		if f.Sights.Of(i) == layers.Hidden {
			continue
		}
		dst = append(dst, ',')
		dst = appendCell(dst, f.Sights.Value(l, i, row.Value(i)).String())
	}
	return append(dst, '\n')
}

// appendCell appends s, in quotes where RFC 4180 asks for them.
func appendCell(dst []byte, s string) []byte {
	special := false
	for i := range len(s) {
		if c := s[i]; c == ',' || c == '"' || c == '\n' || c == '\r' {
			special = true
			break
		}
	}
	if !special {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	dst = append(dst, bytes.ReplaceAll([]byte(s), []byte{'"'}, []byte(`""`))...)
	return append(dst, '"')
}

// text is the well-known text of g, "" for nil.
func text(g orb.Geometry) string {
	if g == nil {
		return ""
	}
	return wkt.MarshalString(g)
}
