package live

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/release"
)

// releaseBucket holds the published state of each layer's release, by layer id.
const releaseBucket = "releases"

// publishEvery is how often the releases take up what has changed.
const publishEvery = time.Minute

// releases keeps the releases of the layers that somebody may only count. A
// release is made when it is first asked for and follows the catalog from then
// on. Safe for concurrent use.
type releases struct {
	city  *Catalog
	every time.Duration

	mu    sync.Mutex
	known map[string]*released
}

// released is the release of one layer.
type released struct {
	mu     sync.Mutex // held while the release is made or publishes
	rel    *release.Release
	frame  uint64 // FrameSeq of the areas its owner function uses
	def    *layers.Layer
	seq    uint64 // changes of the catalog up to here are in it
	shadow atomic.Pointer[shadow]
}

// shadow is the published state as a table: a row per block, at its anchor, with
// values in the dimensions only. Queries run on it as on the layer itself.
type shadow struct {
	table  *table
	blocks []release.Block // by row of the table's one segment
	dims   []int
	sums   []int
	seq    uint64
}

func newReleases(c *Catalog, every time.Duration) *releases {
	if every <= 0 {
		every = publishEvery
	}
	return &releases{city: c, every: every, known: make(map[string]*released)}
}

// ReleaseSeq counts the publications of a layer's release: what a subject in mode
// Counts is told is the same as long as it is. 0: nobody has asked yet.
func (v *View) ReleaseSeq(layer string) uint64 {
	v.releases.mu.Lock()
	r := v.releases.known[layer]
	v.releases.mu.Unlock()
	if r == nil {
		return 0
	}
	if s := r.shadow.Load(); s != nil {
		return s.seq
	}
	return 0
}

// Prepare makes the releases of all personal layers, so that nobody has to wait
// for them. Errors are those of the store.
func (c *Catalog) Prepare(ctx context.Context) error {
	v := c.View()
	for _, l := range v.Layers() {
		if l.Access == layers.PersonalAccess {
			if _, err := c.releases.of(ctx, l.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// of returns the shadow of a layer's release, making it first when there is none.
func (x *releases) of(ctx context.Context, layer string) (*shadow, error) {
	x.mu.Lock()
	r := x.known[layer]
	if r == nil {
		r = new(released)
		x.known[layer] = r
	}
	x.mu.Unlock()
	if s := r.shadow.Load(); s != nil {
		return s, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.shadow.Load(); s != nil {
		return s, nil
	}
	if err := x.make(ctx, r, layer); err != nil {
		return nil, err
	}
	return r.shadow.Load(), nil
}

// make reads the layer into a release, going on from the stored state if there is
// one. r.mu is held.
func (x *releases) make(ctx context.Context, r *released, layer string) error {
	v := x.city.View()
	t, ok := v.tables[layer]
	if !ok {
		return &layers.Error{Kind: layers.NotFound, Op: "release", Layer: layer}
	}
	c := v.releaseConfig(t.layer)
	kept, err := x.stored(ctx, layer)
	if err != nil {
		return err
	}
	if kept != nil {
		r.rel, err = release.Resume(c, kept, v.releaseRows(t, c.Owner))
	} else {
		r.rel = release.New(c, v.releaseRows(t, c.Owner))
	}
	if err != nil {
		return err
	}
	r.frame, r.def, r.seq = v.FrameSeq(), t.layer, v.seq
	return x.publish(ctx, r)
}

func (x *releases) stored(ctx context.Context, layer string) (*release.State, error) {
	for rec, err := range x.city.store.Records(ctx, releaseBucket, layer) {
		if err != nil {
			return nil, err
		}
		if rec.Key == layer {
			return release.Decode(rec.Data)
		}
	}
	return nil, nil
}

// publish takes up what has changed, if it is enough. The state is stored before
// it is shown: what was shown is never forgotten. r.mu is held.
func (x *releases) publish(ctx context.Context, r *released) error {
	if r.rel.Due() {
		if next, ok := r.rel.Next(); ok {
			rec := layers.Record{Bucket: releaseBucket, Key: r.def.ID, Data: next.Encode()}
			if _, err := x.city.store.Apply(ctx, layers.Batch{Actor: "system", Records: []layers.Record{rec}}); err != nil {
				return err
			}
			if err := r.rel.Adopt(next); err != nil {
				return err
			}
		}
	}
	if s := r.shadow.Load(); s == nil || s.seq != r.rel.Seq() || s.table.layer != r.def {
		r.shadow.Store(newShadow(r.rel, r.def))
	}
	return nil
}

// Publish brings every release in use up to date with the city and publishes what
// is due. The catalog does so by itself every minute.
func (c *Catalog) Publish(ctx context.Context) error {
	x := c.releases
	x.mu.Lock()
	all := make(map[string]*released, len(x.known))
	for id, r := range x.known {
		all[id] = r
	}
	x.mu.Unlock()
	var failed []error
	for id, r := range all {
		if err := x.follow(ctx, r, id); err != nil {
			failed = append(failed, fmt.Errorf("release of %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

// follow applies the changes since the last time. When they are not kept any
// more, or areas or the layer changed, the release is resumed from its state.
func (x *releases) follow(ctx context.Context, r *released, layer string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shadow.Load() == nil {
		return nil // nobody has it
	}
	v := x.city.View()
	deltas, _, err := x.city.feed.after(r.seq, []string{layer})
	if err != nil && !errors.Is(err, ErrReset) {
		return err
	}
	t, ok := v.tables[layer]
	if !ok {
		return nil
	}
	if err != nil || v.FrameSeq() != r.frame || t.layer != r.def {
		return x.make(ctx, r, layer)
	}
	c := v.releaseConfig(t.layer)
	for i := range deltas {
		d := &deltas[i]
		if d.Layer == layer {
			if err := r.rel.Apply(releaseRow(d.Old, c.Owner), releaseRow(d.New, c.Owner)); err != nil {
				return x.make(ctx, r, layer)
			}
		}
		r.seq = d.Seq
	}
	return x.publish(ctx, r)
}

func (c *Catalog) releaseLoop(ctx context.Context) {
	ticker := time.NewTicker(c.releases.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := c.Publish(ctx); err != nil && ctx.Err() == nil && c.opts.OnError != nil {
			c.opts.OnError(err)
		}
	}
}

func (v *View) releaseConfig(l *layers.Layer) release.Config {
	var sets [layers.Grid]*areaSet
	c := release.Config{Layer: l, K: access.Threshold(l)}
	for i, level := range layers.Levels() {
		sets[i] = v.areasOf(level)
		for _, a := range sets[i].areas {
			c.Codes[i] = append(c.Codes[i], a.Code)
		}
	}
	c.Owner = func(p orb.Point) (out [4]uint32) {
		for i, set := range sets {
			out[i] = set.owner(p)
		}
		return out
	}
	return c
}

// releaseRows yields the rows of a table for a release.
func (v *View) releaseRows(t *table, owner func(orb.Point) [4]uint32) iter.Seq[release.Row] {
	return func(yield func(release.Row) bool) {
		t.scan(func(r *Row) bool {
			row := release.Row{Values: r}
			if row.Point, row.Has = r.Point(); row.Has {
				row.Areas = owner(row.Point)
			}
			return yield(row)
		})
	}
}

func releaseRow(f *layers.Feature, owner func(orb.Point) [4]uint32) *release.Row {
	if f == nil {
		return nil
	}
	row := &release.Row{Values: f, Point: pointOf(f.Shape)}
	if row.Has = hasPoint(row.Point); row.Has {
		row.Areas = owner(row.Point)
	}
	return row
}

// newShadow makes the table of the published blocks. It costs O(n log n).
func newShadow(rel *release.Release, l *layers.Layer) *shadow {
	blocks := rel.Blocks()
	s := &shadow{dims: rel.Dimensions(), sums: rel.Measures(), seq: rel.Seq(), blocks: blocks}
	points := *l // blocks are points, whatever the layer's features are
	points.Geometry = layers.Point
	b := newSegmentBuilder(&points, len(blocks))
	for i := range blocks {
		f := layers.Feature{Key: strconv.Itoa(i), Values: make([]layers.Value, len(l.Fields))}
		if blocks[i].Has {
			f.Shape = blocks[i].Anchor
		}
		for j, field := range s.dims {
			f.Values[field] = blocks[i].Dims[j]
		}
		b.add(&f)
	}
	seg, order := b.build()
	s.blocks = permute(blocks, order)
	s.table = &table{layer: l, delta: newDelta().freeze()}
	if seg.n > 0 {
		s.table.parts = []part{{seg: seg}}
	}
	return s
}
