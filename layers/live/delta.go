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
	tree *index.Delta               // live rows with geometry
}

// deltaRow is one feature with its point; the feature is immutable.
type deltaRow struct {
	feature *layers.Feature
	point   orb.Point
}

func newDelta() *delta {
	return &delta{byID: new(btree.Map[string, uint32]), tree: index.NewDelta()}
}

// freeze returns a copy that later changes of d do not touch. Only the writer
// may call it.
func (d *delta) freeze() *delta {
	return &delta{rows: d.rows[:len(d.rows):len(d.rows)], byID: d.byID.Copy(), tree: d.tree.Snapshot()}
}

func (d *delta) put(f *layers.Feature) {
	d.remove(f.Key)
	row := uint32(len(d.rows))
	d.rows = append(d.rows, deltaRow{feature: f, point: pointOf(f.Shape)})
	d.byID.Set(f.Key, row)
	if f.Shape != nil {
		d.tree.Insert(f.Shape.Bound(), row)
	}
}

func (d *delta) remove(id string) {
	row, ok := d.byID.Get(id) // to delete what is not there would copy the way to it
	if !ok {
		return
	}
	d.byID.Delete(id)
	if g := d.rows[row].feature.Shape; g != nil {
		d.tree.Delete(g.Bound(), row)
	}
}
