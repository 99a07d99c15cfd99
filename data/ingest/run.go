package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/layers"
)

// Run imports src into t and returns what happened. Rejected records do not
// stop it. The error is a *BrokenOff for a file that breaks off, that of
// the store, NotFound for a layer that does not exist without Create, Invalid
// for options that fit neither; the summary is right in every case, and counts
// as stored only what is durable.
func Run(ctx context.Context, t Target, src Source, o Options) (Summary, error) {
	im := &importer{o: o, target: t, hash: newHasher(), layers: map[string]*destination{},
		sum: Summary{Layers: map[string]Count{}, Ignored: map[string]int64{}, Rules: map[string]int64{}}}
	err := im.run(ctx, src)
	im.total()
	return im.sum, err
}

// destination is a layer being filled.
type destination struct {
	layer  *layers.Layer
	count  Count
	source map[string]int // source field → index in the layer
}

type importer struct {
	o      Options
	system crs.System
	target Target
	hash   *hasher
	layers map[string]*destination // by Raw.Layer

	batch   layers.Batch
	pending []*destination // of each change in batch
	bytes   int
	most    int // features of a batch at present
	read    int64
	stored  int64
	sum     Summary
}

func (im *importer) run(ctx context.Context, src Source) error {
	if err := im.o.withDefaults(); err != nil {
		return err
	}
	if im.most = im.o.BatchFeatures; im.o.Elapsed != nil {
		im.most = min(im.most, firstBatch)
	}
	if err := im.prepare(ctx, src); err != nil {
		return err
	}
	dec, err := src.Open(ctx)
	if err != nil {
		return err
	}
	defer dec.Close() //nolint:errcheck // nothing was written
	for {
		r, err := dec.Next(ctx)
		if err != nil {
			return im.finish(ctx, dec, err)
		}
		im.read++
		if im.o.Progress != nil && im.read%1024 == 0 {
			im.o.Progress(im.read)
		}
		if err := im.record(ctx, &r); err != nil {
			return err
		}
	}
}

// finish makes the last batch durable; cause is why the records ended.
func (im *importer) finish(ctx context.Context, dec Decoder, cause error) error {
	if c, ok := dec.(Counter); ok {
		im.sum.Objects = c.Counts()
	}
	if err := im.flush(ctx); err != nil {
		return err
	}
	if im.o.Progress != nil {
		im.o.Progress(im.read)
	}
	switch {
	case errors.Is(cause, io.EOF):
		return nil
	case ctx.Err() != nil:
		return cause
	}
	return &BrokenOff{Err: cause}
}

// BrokenOff says that a file could not be read to its end. What was read before
// is kept.
type BrokenOff struct{ Err error }

// Error is the decoder's reason.
func (b *BrokenOff) Error() string { return b.Err.Error() }

// Unwrap returns the decoder's reason.
func (b *BrokenOff) Unwrap() error { return b.Err }

// prepare finds or creates the layers and the coordinate system.
func (im *importer) prepare(ctx context.Context, src Source) error {
	existing := map[string]*layers.Layer{}
	ls, err := im.target.Layers(ctx)
	if err != nil {
		return err
	}
	for _, l := range ls {
		existing[l.ID] = l
	}
	var wanted []*layers.Layer
	if d, ok := src.(Declarer); ok {
		for _, decl := range d.Declare() {
			l := *decl
			l.ID = im.o.Layer + "_" + decl.ID
			l.Title = layers.Title{ZH: im.o.Layer + " " + decl.Title.ZH, EN: im.o.Layer + " " + decl.Title.EN}
			if err := im.open(existing, decl.ID, l.ID, func() (*layers.Layer, error) { return &l, nil }, &wanted); err != nil {
				return err
			}
		}
	} else {
		infer := func() (*layers.Layer, error) {
			if im.o.Element == 0 {
				return nil, &layers.Error{Kind: layers.Invalid, Op: "import", Layer: im.o.Layer, Field: "element",
					Err: errors.New("a created layer needs an element")}
			}
			if im.o.Schema != nil {
				return im.o.defined()
			}
			return Infer(ctx, src, im.o)
		}
		if err := im.open(existing, "", im.o.Layer, infer, &wanted); err != nil {
			return err
		}
	}
	if len(wanted) > 0 {
		if _, err := im.target.Apply(ctx, layers.Batch{Actor: im.o.Actor, At: im.o.Now(), Layers: wanted}); err != nil {
			return err
		}
	}
	return im.locate(ctx, src)
}

// open registers the layer id as the destination of records of suffix.
func (im *importer) open(existing map[string]*layers.Layer, suffix, id string, define func() (*layers.Layer, error), wanted *[]*layers.Layer) error {
	l := existing[id]
	if l == nil {
		if !im.o.Create {
			return &layers.Error{Kind: layers.NotFound, Op: "import", Layer: id, Err: errors.New("does not exist; --create makes it")}
		}
		var err error
		if l, err = define(); err != nil {
			return err
		}
		*wanted = append(*wanted, l)
	}
	d := &destination{layer: l, source: make(map[string]int, len(l.Fields))}
	for i := range l.Fields {
		name := l.Fields[i].Name
		if im.o.Mapping != nil {
			if name = im.o.Mapping[name]; name == "" {
				continue
			}
		}
		d.source[name] = i
	}
	for _, target := range slices.Sorted(maps.Keys(im.o.Mapping)) {
		if l.FieldIndex(target) < 0 {
			return &layers.Error{Kind: layers.Invalid, Op: "mapping", Layer: id, Field: target, Err: errors.New("the layer has no such field")}
		}
	}
	im.layers[suffix] = d
	return nil
}

// locate settles the coordinate system of the file.
func (im *importer) locate(ctx context.Context, src Source) error {
	if im.o.CRS != nil {
		im.system = *im.o.CRS
		return nil
	}
	g, ok := src.(Georeferenced)
	if !ok {
		return nil
	}
	name, err := g.CRS(ctx)
	if err != nil || name == "" {
		return err
	}
	if im.system, err = crs.Parse(name); err != nil {
		return &layers.Error{Kind: layers.Unsupported, Op: "import", Field: "crs", Err: fmt.Errorf("the file says: %w", err)}
	}
	return nil
}

// record turns r into a change or a reject.
func (im *importer) record(ctx context.Context, r *Raw) error {
	d := im.layers[r.Layer]
	if d == nil {
		return fmt.Errorf("ingest: a record of the undeclared layer %q", r.Layer)
	}
	d.count.Read++
	f, size, rej := im.feature(d, r)
	if rej != nil {
		d.count.Rejected++
		im.sum.Rules[rej.Rule]++
		rej.Record, rej.At, rej.Layer = r.Record, r.At, d.layer.ID
		if im.o.Rejected != nil {
			return im.o.Rejected(*rej)
		}
		return nil
	}
	im.batch.Changes = append(im.batch.Changes, layers.Change{Op: layers.Put, Layer: d.layer.ID, ID: f.Key, Feature: f})
	im.pending = append(im.pending, d)
	if im.bytes += size; len(im.pending) >= im.most || im.bytes >= im.o.BatchBytes {
		return im.flush(ctx)
	}
	return nil
}

// flush commits the batch.
func (im *importer) flush(ctx context.Context) error {
	if len(im.pending) == 0 {
		return nil
	}
	im.batch.Actor, im.batch.At = im.o.Actor, im.o.Now()
	var from time.Duration
	if im.o.Elapsed != nil {
		from = im.o.Elapsed()
	}
	if _, err := im.target.Apply(ctx, im.batch); err != nil {
		return err
	}
	if im.o.Elapsed != nil {
		im.pace(len(im.pending), im.o.Elapsed()-from)
	}
	for _, d := range im.pending {
		d.count.Stored++
	}
	im.stored += int64(len(im.pending))
	im.batch, im.pending, im.bytes = layers.Batch{}, im.pending[:0], 0
	if im.o.Committed != nil {
		im.o.Committed(im.stored)
	}
	return nil
}

// A batch keeps others from writing while it is stored: it is to take batchTime. What a
// feature costs is not known before: new ones cost half of what changed ones do, and
// when the processors are wanted elsewhere, everything costs more.
const (
	batchTime  = 100 * time.Millisecond
	firstBatch = 1024
	leastBatch = 256 // smaller ones cost more than they hold
)

// pace sets the size of the next batch by what the last one took. It goes to the double
// or the half at most: one batch may have waited for others.
func (im *importer) pace(n int, took time.Duration) {
	next := 2 * n
	if took > batchTime/2 {
		next = max(int(int64(n)*int64(batchTime)/int64(took)), n/2)
	}
	im.most = max(min(next, im.o.BatchFeatures), min(leastBatch, im.o.BatchFeatures))
}

// total sums the counts. Records of a batch that failed were read and neither
// stored nor rejected: they are taken back, so that the sums hold.
func (im *importer) total() {
	for _, suffix := range slices.Sorted(maps.Keys(im.layers)) {
		d := im.layers[suffix]
		d.count.Read = d.count.Stored + d.count.Rejected
		im.sum.Layers[d.layer.ID] = d.count
		im.sum.Read += d.count.Read
		im.sum.Stored += d.count.Stored
		im.sum.Rejected += d.count.Rejected
	}
}

// sizeOf estimates the bytes of a geometry in a batch.
func sizeOf(g orb.Geometry) int { return 16 * vertices(g) }
