package gpkg

import (
	"database/sql/driver"
	"fmt"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// slabRows is how many features share one allocation of values at most. A feature that
// is kept keeps its slab, so it is small enough to waste little, and the first ones of a
// decoder are smaller: of those who read one feature many do.
const slabRows = 64

// decoder turns rows of one table into features.
type decoder struct {
	table *table
	slab  []layers.Value
	rows  int // of the last slab
	seal  sealing
}

// feature decodes the columns of a row in the order of table.all. The feature
// belongs to the caller.
func (d *decoder) feature(columns []driver.Value) (layers.Feature, error) {
	l := d.table.layer
	id, ok := columns[colID].(string)
	if !ok {
		return layers.Feature{}, fmt.Errorf("layer %s: row %v has no id", l.ID, columns[colFID])
	}
	f := layers.Feature{Key: id}
	fail := func(field string, err error) (layers.Feature, error) {
		return layers.Feature{}, &layers.Error{Kind: layers.Internal, Op: "gpkg.Read", Layer: l.ID, ID: id, Field: field, Err: err}
	}
	version, _ := columns[colVersion].(int64) // NULL when another program made the row
	f.Version = uint64(version)
	var err error
	if columns[colFrom] != nil || columns[colTo] != nil {
		if f.ValidFrom, err = moment(columns[colFrom]); err != nil {
			return fail("valid_from", err)
		}
		if f.ValidTo, err = moment(columns[colTo]); err != nil {
			return fail("valid_to", err)
		}
	}
	switch g := columns[colGeom].(type) {
	case nil:
	case []byte:
		if f.Shape, err = d.geometry(g); err != nil {
			return fail("geometry", err)
		}
	default:
		return fail("geometry", fmt.Errorf("a %T is no geometry", g))
	}
	n := len(l.Fields)
	if len(d.slab) < n {
		d.rows = min(max(2*d.rows, 1), slabRows)
		d.slab = make([]layers.Value, d.rows*n)
	}
	f.Values, d.slab = d.slab[:n:n], d.slab[n:]
	for i := range f.Values {
		if f.Values[i], err = value(columns[fixedColumns+i], l.Fields[i].Type); err != nil {
			return fail(l.Fields[i].Name, err)
		}
	}
	for i := range d.table.sealed {
		s := &d.table.sealed[i]
		v := &f.Values[s.field]
		if v.Type() != layers.String {
			continue
		}
		d.seal.keys = d.table.keys
		text, err := d.seal.open(s, id, v.Str())
		if err != nil {
			return fail(l.Fields[s.field].Name, err)
		}
		*v = layers.Text(text)
	}
	return f, nil
}

// geometry decodes the commonest form, a point as we write it, without a detour.
func (d *decoder) geometry(b []byte) (orb.Geometry, error) {
	if p, ok := plainPoint(b); ok {
		return p, nil
	}
	return decodeGeometry(b)
}
