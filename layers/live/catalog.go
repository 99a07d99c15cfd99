package live

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
)

// Options of a Catalog. The zero value follows only what is applied through it.
type Options struct {
	// Only, when not nil, names the layers that are loaded; the others do not exist
	// in views. For programs that need a few layers once, not for servers.
	Only []string
	// OnLoad, when not nil, is called after each layer is loaded.
	OnLoad func(layer string, rows int)
	// OnError, when not nil, is told what goes wrong in the background: a poll
	// that fails. The catalog goes on with the state it has.
	OnError func(error)
	// Poll is how often to look for commits of other processes; 0 never.
	Poll time.Duration
	// Publish is how often releases of personal layers take up what has changed;
	// 0 means a minute.
	Publish time.Duration
	// Backlog is how many changes are kept for listeners that are behind; who is further
	// behind in a layer is reset. 0 means DefaultBacklog.
	Backlog int
	// Snapshot, when not nil, keeps the loaded segments in a file for the next start.
	Snapshot *Snapshot
}

// DefaultBacklog is the number of changes kept for listeners.
const DefaultBacklog = 16384

// Catalog keeps a store's layers resident and follows its changes. All methods
// are safe for concurrent use.
type Catalog struct {
	store    layers.Store
	opts     Options
	view     atomic.Pointer[View]
	areas    *areaIndex
	feed     *feed
	watch    *watch
	releases *releases
	snap     *snapshots // nil: there is no file
	// what is kept of questions about cells
	aggregates *aggregates

	mu     sync.Mutex // serialises writers; taken before feed.mu
	tables map[string]*writer
	seq    uint64

	stop       context.CancelFunc
	background sync.WaitGroup
	mergeNow   chan struct{} // holds a token while merges may be due
	followNow  chan struct{} // holds a token while the aggregates are to follow
}

// Open loads every layer of the store and starts to follow it. It costs a read
// of the whole city. The store stays the caller's: Close the catalog first.
func Open(ctx context.Context, store layers.Store, o Options) (*Catalog, error) {
	if o.Backlog <= 0 {
		o.Backlog = DefaultBacklog
	}
	c := &Catalog{store: store, opts: o, tables: make(map[string]*writer),
		areas: &areaIndex{sets: make(map[layers.Level]*areaSet)}, watch: newWatch(), mergeNow: make(chan struct{}, 1), followNow: make(chan struct{}, 1)}
	c.releases = newReleases(c, o.Publish)
	c.snap = newSnapshots(o.Snapshot)
	if err := c.load(ctx); err != nil {
		return nil, err
	}
	c.feed = newFeed(o.Backlog, c.seq)
	c.aggregates = newAggregates(c.feed)
	c.publish()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	c.background.Go(func() { c.mergeLoop(background) })
	c.background.Go(func() { c.followLoop(background) })
	c.background.Go(func() { c.releaseLoop(background) })
	if c.snap != nil {
		c.mergeNow <- struct{}{} // what was replayed may be much
		c.background.Go(func() { c.snapshotLoop(background) })
		if len(c.snap.taken) > 0 && o.Snapshot.Random != nil {
			c.background.Go(func() { c.verifyLoop(background, c.snap.taken) })
		}
	}
	if o.Poll > 0 {
		c.background.Go(func() { c.pollLoop(background) })
	}
	return c, nil
}

// Close stops following and waits for background work, and writes the snapshot
// file if much has changed since it was written. Views stay usable. Listeners end
// with Unavailable.
func (c *Catalog) Close() error {
	c.stop()
	c.background.Wait()
	if c.snap != nil {
		c.snap.last.Do(func() { c.snap.keep(context.Background(), c) })
	}
	c.feed.close()
	return nil
}

// View returns the current snapshot. It never blocks.
func (c *Catalog) View() *View {
	if c.watch.asked.Load() && c.mu.TryLock() { // a new scope wants its version; writers publish it otherwise
		if c.watch.asked.Load() {
			c.publish()
		}
		c.mu.Unlock()
	}
	return c.view.Load()
}

// Store returns the store the catalog follows, for records, which are not
// resident. Changes of features go through Apply.
func (c *Catalog) Store() layers.Store { return c.store }

// Apply commits a batch to the store and shows it: when it returns without
// error the batch is durable and part of View. Errors as layers.Writer. The
// batch is kept even if ctx ends while it is being shown.
func (c *Catalog) Apply(ctx context.Context, b layers.Batch) (uint64, error) {
	seq, err := c.store.Apply(ctx, b)
	if err != nil {
		return 0, err
	}
	return seq, c.sync(context.WithoutCancel(ctx), seq)
}

// syncChunk bounds the changes shown at once, so that following a large import
// neither holds it in memory whole nor keeps merges out for long.
const syncChunk = 8192

// Sync shows all that is committed in the store, by whichever process. Views
// between its first and last change may show a part of it.
func (c *Catalog) Sync(ctx context.Context) error { return c.sync(ctx, math.MaxUint64) }

// sync shows what is committed until a change is shown, or all of it. Of many who
// wait for their commits one reads the store for all.
func (c *Catalog) sync(ctx context.Context, until uint64) error {
	for c.View().seq < until {
		n, err := c.syncSome(ctx, until)
		if err != nil || n < syncChunk {
			return err
		}
	}
	return nil
}

// syncSome shows the next syncChunk changes at most and says how many it took. It
// does nothing when the change that is waited for has been shown meanwhile.
func (c *Catalog) syncSome(ctx context.Context, until uint64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seq >= until {
		return 0, nil
	}
	var deltas []Delta
	var err error
	n := 0
	for change, e := range c.store.Changes(ctx, c.seq) {
		if e != nil {
			err = e
			break
		}
		if d, ok := c.apply(&change); ok {
			deltas = append(deltas, d)
		}
		c.seq = change.Seq
		if n++; n == syncChunk {
			break
		}
	}
	if n > 0 {
		before := c.View()
		c.watch.see(before, deltas)
		c.feed.put(deltas)
		c.publish()
		c.feed.tell()
		if c.mergeDue(before) {
			wake(c.mergeNow)
		}
		if c.aggregates.behind(c.seq) {
			wake(c.followNow)
		}
	}
	return n, err
}

// wake puts a token into a channel that holds one.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // there is one already
	}
}

// mergeDue reports whether what has changed since a view makes a merge due.
func (c *Catalog) mergeDue(before *View) bool {
	now := c.view.Load()
	for id, t := range now.tables {
		if t == before.tables[id] {
			continue
		}
		if _, due := planMerge(t); due {
			return true
		}
	}
	return false
}

// followLoop moves the aggregates along when they fall behind.
func (c *Catalog) followLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.followNow:
			c.aggregates.follow(c.View())
		}
	}
}

// apply changes the next state. The caller holds mu.
func (c *Catalog) apply(change *layers.Change) (Delta, bool) {
	d := Delta{Seq: change.Seq, At: change.At, Op: change.Op, Layer: change.Layer, ID: change.ID}
	w := c.tables[change.Layer]
	switch {
	case change.Op == layers.Define:
		if w == nil {
			w = newWriter(change.Def)
			c.tables[change.Layer] = w
		}
		w.layer, w.seq, w.updated = change.Def, change.Seq, change.At
		d.Def = change.Def
	case w == nil: // a layer this version of the program cannot know
		return d, false
	default:
		d.Old, d.New = w.apply(change), change.Feature
	}
	return d, true
}

// publish makes the next state the current view. The caller holds mu. It costs
// O(layers) and a copy of the lists of segments.
func (c *Catalog) publish() {
	v := &View{seq: c.seq, tables: make(map[string]*table, len(c.tables)), areas: c.areas,
		watch: c.watch, releases: c.releases, versions: c.watch.versions(c.seq)}
	before := c.view.Load()
	for id, w := range c.tables {
		if before != nil {
			if t := before.tables[id]; t != nil && t.seq == w.seq && !w.merged {
				v.tables[id] = t
				continue
			}
		}
		w.merged = false
		v.tables[id] = w.freeze()
	}
	c.view.Store(v)
}

func (c *Catalog) pollLoop(ctx context.Context) {
	ticker := time.NewTicker(c.opts.Poll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		seq, err := c.store.Seq(ctx)
		if err == nil && seq > c.View().seq {
			err = c.Sync(ctx)
		}
		if err != nil && ctx.Err() == nil && c.opts.OnError != nil {
			c.opts.OnError(err)
		}
	}
}
