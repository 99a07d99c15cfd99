package layers

import (
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"
)

// Query asks for features of one layer. The parts that are set are joined by
// AND. The zero value of every part but Subject and Layer means "no condition".
type Query struct {
	Subject Subject
	Layer   string

	IDs    []string    // only these ids; nil: all. An empty non-nil list matches nothing
	Boxes  []orb.Bound // geometry intersects one of these, borders included; a box over the antimeridian is two
	Region *Region
	Filter Expr
	At     time.Time // state as of this instant; zero: the current state

	Sort   []SortKey // then by id; nil: by id
	After  *Cursor   // only rows behind this place in the order
	Offset int       // rows to leave out after After
	Limit  int       // at most this many rows; 0: all
}

// Region is an area drawn or named in a query.
type Region struct {
	Geometry orb.Geometry
	Within   bool    // features must lie within it (Simple Features); otherwise intersecting is enough
	BufferM  float64 // metres on the ellipsoid, inclusive: features at most this far away match; 0 for none
}

// SortKey orders by a field's value; nulls come first, last when Desc.
type SortKey struct {
	Field string
	Desc  bool
}

// Cursor is a place in the order of a query: the sort values and id of the last
// row seen. It is meaningful only with the same Sort.
type Cursor struct {
	Values []Value // one per SortKey
	ID     string
}

// Check reports the first impossible part of q, as an Invalid error naming it.
// It does not know the layer: field names are checked by whoever runs the query.
func (q *Query) Check() error {
	fail := func(field, format string, args ...any) error {
		return &Error{Kind: Invalid, Op: "query", Layer: q.Layer, Field: field, Err: fmt.Errorf(format, args...)}
	}
	if err := CheckLayerID(q.Layer); err != nil {
		return err
	}
	if q.Limit < 0 {
		return fail("limit", "%d is negative", q.Limit)
	}
	if q.Offset < 0 {
		return fail("offset", "%d is negative", q.Offset)
	}
	if q.After != nil && len(q.After.Values) != len(q.Sort) {
		return fail("cursor", "has %d values for %d sort keys", len(q.After.Values), len(q.Sort))
	}
	for _, b := range q.Boxes {
		for _, x := range [...]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fail("bbox", "holds a number that is not finite")
			}
		}
		if b.Min[0] > b.Max[0] || b.Min[1] > b.Max[1] {
			return fail("bbox", "minimum %v exceeds maximum %v", b.Min, b.Max)
		}
	}
	if r := q.Region; r != nil {
		if r.Geometry == nil {
			return fail("geometry", "is missing")
		}
		if !(r.BufferM >= 0) || math.IsInf(r.BufferM, 0) {
			return fail("buffer", "%v is not a distance", r.BufferM)
		}
	}
	return nil
}
