package live

import (
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
)

// Row is one feature of a View as a query sees it: fields the subject may not
// see read as null. It is valid until the iteration that yielded it goes on;
// Feature copies it. What its methods return belongs to the View and must not be
// changed.
type Row struct {
	seg    *segment // nil for a row of the delta
	row    uint32
	delta  *deltaRow
	hidden []bool // by field; nil when nothing is hidden
	fields int    // fields of the layer
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

// Value is the value of field i, null when hidden from the subject.
func (r *Row) Value(i int) layers.Value {
	if r.hidden != nil && i >= 0 && i < len(r.hidden) && r.hidden[i] {
		return layers.Value{}
	}
	if r.seg != nil {
		return r.seg.value(r.row, i)
	}
	return r.delta.feature.Value(i)
}

// Version is the sequence of the change that made this state.
func (r *Row) Version() uint64 {
	if r.seg != nil {
		return r.seg.versions[r.row]
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

// Feature copies the row, without the hidden fields.
func (r *Row) Feature() layers.Feature {
	f := layers.Feature{Key: r.ID(), Shape: r.Geometry(), Version: r.Version(), Values: make([]layers.Value, r.fields)}
	f.ValidFrom, f.ValidTo = r.Validity()
	for i := range f.Values {
		f.Values[i] = r.Value(i)
	}
	return f
}

func (r *Row) cell(res int) hexgrid.Cell {
	if r.seg != nil {
		return r.seg.cellColumn(res)[r.row]
	}
	if hasPoint(r.delta.point) {
		return hexgrid.At(r.delta.point, res)
	}
	return 0
}
