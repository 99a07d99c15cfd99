package layers

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// MaxIDLength bounds feature ids, in bytes.
const MaxIDLength = 255

// Row is the reading side of a feature, as filters and encoders need it. It is
// implemented by *Feature and by the rows of resident tables. A Row is valid
// only as long as the snapshot or iteration that yielded it.
type Row interface {
	// ID is the feature's id, unique in its layer.
	ID() string
	// Geometry is the feature's geometry in lon/lat degrees, nil if it has none.
	// The caller must not change it.
	Geometry() orb.Geometry
	// Value is the value of the schema's field i, null when out of range.
	Value(i int) Value
}

// Feature is one thing of a layer.
type Feature struct {
	Key       string       // the id: unique in the layer, stable for ever
	Shape     orb.Geometry // lon/lat degrees; nil if it has none
	Values    []Value      // in the order of the layer's fields; missing ones are null
	ValidFrom time.Time    // inclusive; zero: since ever
	ValidTo   time.Time    // exclusive; zero: until further notice
	Version   uint64       // sequence of the change that made this state; 0 before it is stored
}

var _ Row = (*Feature)(nil)

// ID returns Key.
func (f *Feature) ID() string { return f.Key }

// Geometry returns Shape.
func (f *Feature) Geometry() orb.Geometry { return f.Shape }

// Value returns the value of field i, null when the feature has fewer.
func (f *Feature) Value(i int) Value {
	if i < 0 || i >= len(f.Values) {
		return Value{}
	}
	return f.Values[i]
}

// KeepTexts gives f copies of its id and texts, all in one piece of memory: for one
// whose texts lie in memory that is used again, or that is not to be held.
func (f *Feature) KeepTexts() {
	size := len(f.Key)
	for i := range f.Values {
		size += len(f.Values[i].str)
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(f.Key)
	for i := range f.Values {
		b.WriteString(f.Values[i].str)
	}
	texts, n := b.String(), len(f.Key)
	f.Key, texts = texts[:n], texts[n:]
	for i := range f.Values {
		n = len(f.Values[i].str)
		f.Values[i].str, texts = texts[:n], texts[n:]
	}
}

// CheckAgainst reports the first way in which f does not fit layer l: id, number and
// types of values, codes, geometry type, validity interval. Geometry validity
// (rings, ranges) is the business of geo/valid. The error is Invalid and names
// the field.
func (f *Feature) CheckAgainst(l *Layer) error {
	fail := func(field, format string, args ...any) error {
		return &Error{Kind: Invalid, Op: "feature", Layer: l.ID, ID: f.Key, Field: field, Err: fmt.Errorf(format, args...)}
	}
	switch {
	case f.Key == "":
		return fail("id", "is empty")
	case len(f.Key) > MaxIDLength:
		return fail("id", "%d bytes, at most %d", len(f.Key), MaxIDLength)
	case !utf8.ValidString(f.Key):
		return fail("id", "is not UTF-8")
	case len(f.Values) > len(l.Fields):
		return fail("", "%d values for %d fields", len(f.Values), len(l.Fields))
	case !f.ValidTo.IsZero() && !f.ValidFrom.Before(f.ValidTo):
		return fail("valid_to", "is not after valid_from")
	}
	for i, v := range f.Values {
		d := &l.Fields[i]
		if !v.IsNull() && v.Type() != d.Type && !(d.Type == Number && v.Type() == Integer) {
			return fail(d.Name, "%.80q is a %s, the field is a %s", v, v.Type(), d.Type)
		}
		if v.Type() == String && !utf8.ValidString(v.Str()) {
			return fail(d.Name, "is not UTF-8")
		}
		if len(d.Codes) > 0 && !v.IsNull() && !hasCode(d.Codes, v.Str()) {
			return fail(d.Name, "%.80q is not one of its codes", v.Str())
		}
	}
	if !l.Geometry.Admits(f.Shape) {
		return fail("geometry", "%s in a layer of %s", geometryName(f.Shape), l.Geometry)
	}
	return nil
}

// Admits reports whether a layer of type t may hold g. nil is always admitted
// (a feature whose place is not known); a multi-geometry type admits its single
// kind.
func (t GeometryType) Admits(g orb.Geometry) bool {
	if g == nil {
		return true
	}
	switch t {
	case NoGeometry:
		return false
	case AnyGeometry:
		return true
	case Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon:
	}
	name := g.GeoJSONType()
	return name == t.String() || "Multi"+name == t.String()
}

func hasCode(codes []Code, s string) bool {
	for i := range codes {
		if codes[i].Value == s {
			return true
		}
	}
	return false
}

func geometryName(g orb.Geometry) string {
	if g == nil {
		return "none"
	}
	return g.GeoJSONType()
}
