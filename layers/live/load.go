package live

import (
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"wutu/layers"
)

// segmentRows bounds the rows of one loaded segment, so that loading a layer of
// many millions does not hold its columns twice.
const segmentRows = 1 << 20

// load reads the whole store into segments, several layers at a time. Changes
// committed meanwhile are taken again from the feed: applying a change twice
// leaves the same state.
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
	writers := make([]*writer, len(defs))
	work, loading := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range defs {
		if writers[i] = kept.take(l.ID); writers[i] != nil {
			continue
		}
		work.Go(func() error {
			w, err := c.loadLayer(loading, l)
			writers[i] = w
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, l := range defs {
		c.tables[l.ID] = writers[i]
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

func (c *Catalog) loadLayer(ctx context.Context, l *layers.Layer) (*writer, error) {
	w := newWriter(l)
	b := newSegmentBuilder(l, 0)
	flush := func() {
		if seg, _ := b.build(); seg.n > 0 {
			w.addSegment(part{seg: seg})
		}
		b = newSegmentBuilder(l, 0)
	}
	for f, err := range c.store.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}) {
		if err != nil {
			return nil, err
		}
		b.add(&f)
		if len(b.ids) == segmentRows {
			flush()
		}
	}
	flush()
	return w, nil
}
