package sample

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// batchSize is the number of features handed over at a time.
const batchSize = 8192

// Batch is a part of a layer, with the records that belong to its features: to be
// stored together. It and all it refers to belong to the receiver.
type Batch struct {
	Layer    *layers.Layer
	Features []layers.Feature
	Records  []layers.Record
}

// writer collects the features of one layer into batches. Its first error
// sticks: later calls do nothing, and the maker of the layer looks at err from
// time to time.
type writer struct {
	ctx   context.Context
	yield func(Batch) error
	layer *layers.Layer
	index map[string]int
	batch []layers.Feature
	notes []layers.Record // of the features in batch
	err   error
}

func newWriter(ctx context.Context, l *layers.Layer, yield func(Batch) error) *writer {
	w := &writer{ctx: ctx, yield: yield, layer: l, index: make(map[string]int, len(l.Fields))}
	for i := range l.Fields {
		w.index[l.Fields[i].Name] = i
	}
	return w
}

// row fills the values of a feature.
type row struct {
	w *writer
	f *layers.Feature
}

// feature starts a feature; the row is valid until the next one.
func (w *writer) feature(id string, shape orb.Geometry) row {
	if len(w.batch) == batchSize {
		w.flush()
	}
	w.batch = append(w.batch, layers.Feature{Key: id, Shape: shape, Values: make([]layers.Value, len(w.layer.Fields))})
	return row{w, &w.batch[len(w.batch)-1]}
}

// record adds a record to the feature started last.
func (w *writer) record(r layers.Record) { w.notes = append(w.notes, r) }

func (r row) set(name string, v layers.Value) {
	i, ok := r.w.index[name]
	if !ok {
		if r.w.err == nil {
			r.w.err = &layers.Error{Op: "sample", Layer: r.w.layer.ID, Field: name, Err: fmt.Errorf("the layer has no such field")}
		}
		return
	}
	r.f.Values[i] = v
}

// text sets a text; "" leaves the field null.
func (r row) text(name, s string) {
	if s != "" {
		r.set(name, layers.Text(s))
	}
}

func (r row) integer(name string, i int) { r.set(name, layers.Int(int64(i))) }

// number sets f rounded to the given number of decimals.
func (r row) number(name string, f float64, decimals int) {
	r.set(name, layers.Float(rounded(f, decimals)))
}

func (r row) truth(name string, b bool)        { r.set(name, layers.Bool(b)) }
func (r row) instant(name string, t time.Time) { r.set(name, layers.Instant(t)) }

func (w *writer) flush() {
	if len(w.batch) == 0 {
		return
	}
	full, notes := w.batch, w.notes
	w.notes = nil
	w.batch = make([]layers.Feature, 0, batchSize)
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err == nil {
		w.err = w.yield(Batch{w.layer, full, notes})
	}
}

// finish hands over what is left and returns the first error.
func (w *writer) finish() error {
	w.flush()
	return w.err
}

func rounded(f float64, decimals int) float64 {
	k := 1.0
	for range decimals {
		k *= 10
	}
	if f < 0 {
		return -float64(int64(-f*k+0.5)) / k
	}
	return float64(int64(f*k+0.5)) / k
}
