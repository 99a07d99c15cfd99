package live

import (
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// table is one layer at one sequence number. It is immutable.
type table struct {
	layer   *layers.Layer
	parts   []part // largest first
	delta   *delta
	seq     uint64    // last change that touched the layer
	updated time.Time // of that change, zero when not known
}

// part is a segment with the rows of it that are still current.
type part struct {
	seg  *segment
	dead deadRows
	gone int // dead rows
}

func (p *part) rows() int { return p.seg.n - p.gone }

// rowCount is the number of current rows.
func (t *table) rowCount() int {
	n := t.delta.byID.Len()
	for i := range t.parts {
		n += t.parts[i].rows()
	}
	return n
}

// lookup finds the current row of id.
func (t *table) lookup(id string) (rowRef, bool) {
	if row, ok := t.delta.byID.Get(id); ok {
		return rowRef{part: -1, row: row}, true
	}
	for i := range t.parts {
		p := &t.parts[i]
		if row, ok := p.seg.ids.find(id); ok && !p.dead.has(row) {
			return rowRef{part: i, row: row}, true
		}
	}
	return rowRef{}, false
}

// rowRef names a row of a table: of a segment, or of the delta when part is -1.
type rowRef struct {
	part int
	row  uint32
}

// extent is the box of all current rows that have a geometry. Rows deleted
// from a segment count until the segment is merged.
func (t *table) extent() (orb.Bound, bool) {
	b := emptyBound()
	for i := range t.parts {
		if t.parts[i].rows() > 0 && t.parts[i].seg.shaped > 0 {
			b = b.Union(t.parts[i].seg.extent)
		}
	}
	t.delta.byID.Scan(func(_ string, row uint32) bool {
		if g := t.delta.rows[row].feature.Shape; g != nil {
			b = b.Union(g.Bound())
		}
		return true
	})
	return b, !boundEmpty(b)
}

// writer is the next state of a table. It is guarded by Catalog.mu.
type writer struct {
	layer   *layers.Layer
	parts   []part
	owned   []bool // the list of dead rows of the part is ours to change
	delta   *delta
	seq     uint64
	updated time.Time
	merged  bool // a merge changed the parts since the last view
}

func newWriter(l *layers.Layer) *writer { return &writer{layer: l, delta: newDelta()} }

// apply changes the next state and returns the feature that was replaced or
// deleted, nil if there was none.
func (w *writer) apply(c *layers.Change) *layers.Feature {
	old := w.take(c.ID)
	if c.Op == layers.Put {
		w.delta.put(c.Feature)
	}
	w.seq, w.updated = c.Seq, c.At
	return old
}

// take removes the current row of id and returns it as a feature.
func (w *writer) take(id string) *layers.Feature {
	if f := w.delta.take(id); f != nil {
		return f
	}
	for i := range w.parts {
		p := &w.parts[i]
		row, ok := p.seg.ids.find(id)
		if !ok || p.dead.has(row) {
			continue
		}
		if !w.owned[i] {
			p.dead, w.owned[i] = p.dead.clone(p.seg.n), true
		}
		p.dead.add(row)
		p.gone++
		return p.seg.feature(row)
	}
	return nil
}

// freeze publishes the next state as an immutable table.
func (w *writer) freeze() *table {
	t := &table{layer: w.layer, parts: append([]part(nil), w.parts...), delta: w.delta.freeze(), seq: w.seq, updated: w.updated}
	clear(w.owned)
	return t
}

// addSegment puts a segment into the list, largest first.
func (w *writer) addSegment(p part) {
	i := 0
	for i < len(w.parts) && w.parts[i].seg.n >= p.seg.n {
		i++
	}
	w.parts = append(w.parts[:i:i], append([]part{p}, w.parts[i:]...)...)
	w.owned = make([]bool, len(w.parts))
}

// feature copies a row out of the segment, so that holding it does not hold the
// segment.
func (s *segment) feature(row uint32) *layers.Feature {
	f := &layers.Feature{Key: s.ids.id(row), Shape: s.geometry(row), Version: s.versions.at(row),
		Values: make([]layers.Value, len(s.columns))}
	for i := range s.columns {
		f.Values[i] = s.columns[i].value(row)
	}
	f.ValidFrom, f.ValidTo = s.validAt(row)
	f.KeepTexts()
	return f
}
