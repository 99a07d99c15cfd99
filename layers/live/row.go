package live

import (
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
)

// Row is one feature of a View as a query sees it: fields the subject may not
// see whole read masked or as null. It is valid until the iteration that yielded it goes on;
// Feature copies it. What its methods return belongs to the View and must not be
// changed.
type Row struct {
	seg    *segment // nil for a row of the delta
	row    uint32
	delta  *deltaRow
	layer  *layers.Layer
	sights layers.Sights // nil: every field is shown
}

var _ layers.Row = (*Row)(nil)

// ID is the feature's id.
func (r *Row) ID() string {
	if r.seg != nil {
		return r.seg.ids.id(r.row)
	}
	return r.delta.feature.Key
}

// Key is a 64-bit hash of the id (xxhash), stable for ever.
func (r *Row) Key() uint64 { return xxhash.Sum64String(r.ID()) }

// Geometry is the feature's geometry, nil if it has none.
func (r *Row) Geometry() orb.Geometry {
	if r.seg != nil {
		return r.seg.geometry(r.row)
	}
	return r.delta.feature.Shape
}

// Point is the point by which the feature is counted: its own, or its interior
// point. ok is false when it has no geometry.
func (r *Row) Point() (p orb.Point, ok bool) {
	p = r.point()
	return p, hasPoint(p)
}

func (r *Row) point() orb.Point {
	if r.seg != nil {
		return r.seg.points[r.row]
	}
	return r.delta.point
}

// Value is the value of field i as the subject may see it: whole, masked or null.
func (r *Row) Value(i int) layers.Value {
	if r.sights.Of(i) != layers.Shown {
		return r.sights.Value(r.layer, i, r.stored(i))
	}
	return r.stored(i)
}

// Holds reports whether a test is true of the text of field i as it is stored,
// masked or not: for comparing a masked field whole with what somebody knows
// already. Hidden fields hold nothing.
func (r *Row) Holds(i int, test func(string) bool) bool {
	return r.sights.Of(i) != layers.Hidden && test(r.stored(i).String())
}

func (r *Row) stored(i int) layers.Value {
	if r.seg != nil {
		return r.seg.value(r.row, i)
	}
	return r.delta.feature.Value(i)
}

// Version is the sequence of the change that made this state.
func (r *Row) Version() uint64 {
	if r.seg != nil {
		return r.seg.versions.at(r.row)
	}
	return r.delta.feature.Version
}

// Validity is the interval in which the state is true: from inclusive, to
// exclusive, zero for unbounded.
func (r *Row) Validity() (from, to time.Time) {
	if r.seg != nil {
		return r.seg.validAt(r.row)
	}
	return r.delta.feature.ValidFrom, r.delta.feature.ValidTo
}

// Feature copies the row as the subject may see it.
func (r *Row) Feature() layers.Feature {
	f := layers.Feature{Key: r.ID(), Shape: r.Geometry(), Version: r.Version(), Values: make([]layers.Value, len(r.layer.Fields))}
	f.ValidFrom, f.ValidTo = r.Validity()
	for i := range f.Values {
		f.Values[i] = r.Value(i)
	}
	return f
}
