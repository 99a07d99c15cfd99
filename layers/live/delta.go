package live

import (
	"github.com/paulmach/orb"
	"github.com/tidwall/btree"

	"wutu/geo/index"
	"wutu/layers"
)

// delta holds the rows changed since the last merge. The writer owns one
// mutable delta per table; freeze gives readers an immutable copy in O(1).
type delta struct {
	rows []deltaRow                 // append-only; replaced and deleted rows stay until a merge
	byID *btree.Map[string, uint32] // id to row, live rows only
	find map[string]uint32          // the same for the writer, which looks up more than it changes; nil in copies
	tree *index.Delta               // live rows with geometry

	mixed  bool // the shape of some row is not its point
	astray bool // some row lies beyond 180° or 90°, where no box of a circle reaches
}

// deltaRow is one feature with its point; the feature is immutable.
type deltaRow struct {
	feature *layers.Feature
	point   orb.Point
}

func newDelta() *delta {
	return &delta{byID: new(btree.Map[string, uint32]), find: make(map[string]uint32), tree: index.NewDelta()}
}

// freeze returns a copy that later changes of d do not touch. Only the writer
// may call it.
func (d *delta) freeze() *delta {
	return &delta{rows: d.rows[:len(d.rows):len(d.rows)], byID: d.byID.Copy(), tree: d.tree.Snapshot(), mixed: d.mixed, astray: d.astray}
}

// put adds a feature whose id has no live row.
func (d *delta) put(f *layers.Feature) {
	row := uint32(len(d.rows))
	d.rows = append(d.rows, deltaRow{feature: f, point: pointOf(f.Shape)})
	d.byID.Set(f.Key, row)
	d.find[f.Key] = row
	if f.Shape == nil {
		return
	}
	_, isPoint := f.Shape.(orb.Point)
	d.mixed = d.mixed || !isPoint
	b := f.Shape.Bound()
	d.tree.Insert(b, row)
	d.astray = d.astray || !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Max[1] <= 90)
}

// take removes the live row of id and returns its feature, nil when there is none.
func (d *delta) take(id string) *layers.Feature {
	row, ok := d.find[id] // to delete what is not there would copy the way to it
	if !ok {
		return nil
	}
	delete(d.find, id)
	d.byID.Delete(id)
	f := d.rows[row].feature
	if f.Shape != nil {
		d.tree.Delete(f.Shape.Bound(), row)
	}
	return f
}
