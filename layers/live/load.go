package live

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"wutu/layers"
)

// segmentRows bounds the rows of one loaded segment, and segmentText the bytes of
// its texts in one field, so that loading a layer of many millions does not hold its
// columns twice, and four bytes point into the texts.
const (
	segmentRows = 1 << 20
	segmentText = 1 << 30
)

// load makes the tables, from the snapshot where it has them and otherwise from the
// store. Changes committed meanwhile are taken again from the feed: applying a change
// twice leaves the same state.
func (c *Catalog) load(ctx context.Context) error {
	seq, err := c.store.Seq(ctx)
	if err != nil {
		return err
	}
	defs, err := c.store.Layers(ctx)
	if err != nil {
		return err
	}
	if c.opts.Only != nil {
		defs = slices.DeleteFunc(slices.Clone(defs), func(l *layers.Layer) bool { return !slices.Contains(c.opts.Only, l.ID) })
	}
	kept, err := c.restore(ctx, seq, defs)
	if err != nil {
		return err
	}
	var missing []*layers.Layer
	for _, l := range defs {
		if w := kept.take(l.ID); w != nil {
			c.tables[l.ID] = w
		} else {
			missing = append(missing, l)
		}
	}
	if err := c.read(ctx, missing, seq); err != nil {
		return err
	}
	c.seq = seq
	if kept != nil {
		c.seq = kept.seq
		if err := c.catchUp(ctx, kept); err != nil {
			return err
		}
	}
	for _, l := range defs {
		w := c.tables[l.ID]
		w.seq, w.updated = c.seq, time.Time{} // as if all of it had been read now
		if c.opts.OnLoad != nil {
			c.opts.OnLoad(l.ID, w.rowCount())
		}
	}
	return nil
}

// read makes the tables of layers from the store, as many segments at a time as there
// are processors: more would take memory and no less time. What is newer than seq is
// left out, and must be applied afterwards.
func (c *Catalog) read(ctx context.Context, defs []*layers.Layer, seq uint64) error {
	readings, err := c.readings(ctx, defs, seq)
	if err != nil {
		return err
	}
	bySize := slices.Clone(readings) // the largest first, so that none is left for the end
	slices.SortStableFunc(bySize, func(a, b *reading) int { return cmp.Compare(b.piece.Width(), a.piece.Width()) })
	var next atomic.Int64
	work, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), runtime.NumCPU(), len(readings)) {
		work.Go(func() error {
			b := new(segmentBuilder)
			for i := int(next.Add(1)) - 1; i < len(bySize); i = int(next.Add(1)) - 1 {
				if err := bySize[i].run(ctx, b); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for _, l := range defs {
		c.tables[l.ID] = newWriter(l)
	}
	for _, r := range readings {
		for _, seg := range r.segments {
			c.tables[r.layer.ID].addSegment(part{seg: seg})
		}
	}
	return nil
}

// reading is the way of a layer, or of a piece of it, from the store into segments.
type reading struct {
	layer    *layers.Layer
	store    layers.Store
	bulk     layers.BulkReader // nil: the whole layer is read from store
	piece    layers.Piece
	seq      uint64
	segments []*segment // that were made
}

// readings divides the reading of layers; those of one layer come together.
func (c *Catalog) readings(ctx context.Context, defs []*layers.Layer, seq uint64) ([]*reading, error) {
	var out []*reading
	bulk, ok := c.store.(layers.BulkReader)
	for _, l := range defs {
		if !ok {
			out = append(out, &reading{layer: l, store: c.store, seq: seq})
			continue
		}
		pieces, err := bulk.Pieces(ctx, l.ID, segmentRows)
		if err != nil {
			return nil, err
		}
		for _, p := range pieces {
			out = append(out, &reading{layer: l, bulk: bulk, piece: p, seq: seq})
		}
	}
	return out, nil
}

// run reads the rows and makes segments of them, with a builder that has served
// before.
func (r *reading) run(ctx context.Context, b *segmentBuilder) error {
	b.reset(r.layer, int(min(r.piece.Width(), segmentRows)))
	flush := func() {
		if b.rows() > 0 {
			seg, _ := b.build()
			r.segments = append(r.segments, seg)
		}
		b.reset(r.layer, 0)
	}
	add := func(f *layers.Feature) error {
		if f.Version > r.seq {
			return nil
		}
		b.add(f)
		if b.full() {
			flush()
		}
		return nil
	}
	if r.bulk != nil {
		if err := r.bulk.ReadPiece(ctx, r.layer.ID, r.piece, add); err != nil {
			return err
		}
		flush()
		return nil
	}
	for f, err := range r.store.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: r.layer.ID}) {
		if err != nil {
			return err
		}
		if err := add(&f); err != nil {
			return err
		}
	}
	flush()
	return nil
}
