package layers

import "fmt"

// CheckSuccessor reports whether a store that holds features of l may take next
// as its new definition: the fields of l come first, unchanged in name, type and
// order, new ones behind them; the geometry type is the same or a wider one; a
// closed list of codes keeps its values. Titles, access, owner and the rest are
// free. The error is Conflict and names the field.
func (l *Layer) CheckSuccessor(next *Layer) error {
	fail := func(field, format string, args ...any) error {
		return &Error{Kind: Conflict, Op: "redefine", Layer: l.ID, Field: field, Err: fmt.Errorf(format, args...)}
	}
	if l.ID != next.ID {
		return fail("id", "%q is another layer", next.ID)
	}
	if !next.Geometry.includes(l.Geometry) {
		return fail("geometry", "a layer of %s cannot become one of %s", l.Geometry, next.Geometry)
	}
	for i := range l.Fields {
		was := &l.Fields[i]
		if i >= len(next.Fields) || next.Fields[i].Name != was.Name {
			return fail(was.Name, "is missing at its place %d; new fields go behind the old ones", i)
		}
		is := &next.Fields[i]
		if is.Type != was.Type {
			return fail(was.Name, "a %s cannot become a %s", was.Type, is.Type)
		}
		if len(is.Codes) == 0 {
			continue
		}
		if len(was.Codes) == 0 {
			return fail(was.Name, "free values cannot become a closed list of codes")
		}
		for _, c := range was.Codes {
			if !hasCode(is.Codes, c.Value) {
				return fail(was.Name, "loses its code %.80q", c.Value)
			}
		}
	}
	return nil
}

// includes reports whether every geometry of type u is one of type t.
func (t GeometryType) includes(u GeometryType) bool {
	if t == u || t == AnyGeometry && u != NoGeometry {
		return true
	}
	switch t {
	case MultiPoint:
		return u == Point
	case MultiLineString:
		return u == LineString
	case MultiPolygon:
		return u == Polygon
	case NoGeometry, Point, LineString, Polygon, AnyGeometry:
	}
	return false
}
