package csvfile

import (
	"bytes"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/geojson"
)

// Format says how rows are written. The zero value writes every field, and
// calls the coordinates lon and lat.
type Format struct {
	Sights layers.Sights // hidden fields are left out, masked ones written as they are shown; nil: all whole
	Fields []int         // indexes of the fields to write, in this order; nil: all
	Plane  bool          // coordinates are metres: the columns are x and y
	Bare   bool          // there are no columns of the place
	// To gives the coordinates to write for a lon/lat point, x first; nil: as they are.
	To func(orb.Point) (x, y float64)

	// Office makes a file for people with spreadsheets: a byte order mark, by which
	// they know UTF-8, CR LF as RFC 4180 has it, and an apostrophe before a text that
	// would be taken for a formula.
	Office bool
}

// shown lists the fields written.
func (f *Format) shown(l *layers.Layer) []int {
	out := make([]int, 0, len(l.Fields))
	if f.Fields != nil {
		for _, i := range f.Fields {
			if f.Sights.Of(i) != layers.Hidden {
				out = append(out, i)
			}
		}
		return out
	}
	for i := range l.Fields {
		if f.Sights.Of(i) != layers.Hidden {
			out = append(out, i)
		}
	}
	return out
}

func (f *Format) end(dst []byte) []byte {
	if f.Office {
		dst = append(dst, '\r')
	}
	return append(dst, '\n')
}

// text appends a text that came from somebody.
func (f *Format) text(dst []byte, s string) []byte {
	if f.Office && s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		s = "'" + s
	}
	return appendCell(dst, s)
}

// AppendHeader appends the row of column names of l: id, the coordinates (lon and
// lat, or wkt where the layer is not of points; neither for a layer without
// geometry), and the fields. A name that a column before has already gets a
// trailing underscore.
func AppendHeader(dst []byte, l *layers.Layer, f Format) []byte {
	if f.Office {
		dst = append(dst, "\uFEFF"...)
	}
	names := []string{"id"}
	switch {
	case l.Geometry == layers.NoGeometry || f.Bare:
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
	for _, i := range f.shown(l) {
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
		dst = f.text(dst, n)
	}
	return f.end(dst)
}

// AppendRow appends row, a feature of l, under the columns of AppendHeader.
func AppendRow(dst []byte, l *layers.Layer, row layers.Row, f Format) []byte {
	dst = f.text(dst, row.ID())
	g := row.Geometry()
	switch {
	case l.Geometry == layers.NoGeometry || f.Bare:
	case l.Geometry != layers.Point:
		dst = append(dst, ',')
		dst = appendQuoted(dst, func(dst []byte) []byte { return appendWKT(dst, g, f.To) })
	default:
		p, ok := g.(orb.Point)
		if ok && f.To != nil {
			p[0], p[1] = f.To(p)
		}
		for _, c := range p {
			dst = append(dst, ',')
			if ok {
				dst = geojson.AppendCoordinate(dst, c)
			}
		}
	}
	for _, i := range f.shown(l) {
		dst = append(dst, ',')
		v := f.Sights.Value(l, i, row.Value(i))
		if v.Type() == layers.String {
			dst = f.text(dst, v.Str())
		} else {
			dst = appendCell(dst, v.String())
		}
	}
	return f.end(dst)
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
