package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Snapshot says that a catalog keeps its segments in a file, from which the next
// start takes them instead of reading the whole store.
type Snapshot struct {
	// Path is the file. It is written beside its name and then renamed, so it is
	// whole or not there. Nobody but its owner can read it.
	Path string
	// Keys seal the file as a whole; they are those of the store. nil: the file is
	// plain, and layers with sealed fields are left out of it.
	Keys *keyring.Ring
	// Random names files: crypto/rand.Reader outside tests. nil: the file is used but
	// never written.
	Random io.Reader
	// Every is how often to look whether the file should be written anew; 0 means every
	// half hour.
	Every time.Duration
	// Worn is after how many changes it should; 0 means WornChanges, or what a
	// 128th of the features are if that is more.
	Worn int
	// Pace is how often some thousand of the features that were taken from the file are
	// compared with the store, until all have been; 0 means ten times a second.
	Pace time.Duration
	// Note, when not nil, is told what became of the file: that it was written or
	// compared with the store, and what of it was not used or not written, and why.
	Note func(text string, err error)
}

// WornChanges is after how many changes a snapshot file is written anew: to replay so
// many takes less than half a second.
const WornChanges = 16384

const (
	snapshotEvery = 30 * time.Minute
	snapshotPace  = 100 * time.Millisecond

	// replayLeast and replayShare bound the changes that are replayed over a snapshot:
	// a put is read from the store by its number, which costs some ten times what it
	// costs in a scan.
	replayLeast = 65536
	replayShare = 64
	wornShare   = 128

	// snapshotBucket and snapshotKey are the record with the names of the latest files.
	snapshotBucket = "live"
	snapshotKey    = "snapshots"
	namesKept      = 4
)

// snapshots is the file of a catalog and what is known about it.
type snapshots struct {
	o Snapshot

	mu     sync.Mutex              // one writing at a time
	held   bool                    // there is a file that the store would accept,
	seq    uint64                  // of this state,
	key    string                  // sealed with this key, "" for none,
	stale  bool                    // but it should be written anew
	traces map[string]layers.Trace // of the store before what is resident was read, by layer; nil: others cannot write into it

	wrong map[string]bool // layers that are not as the store has them
	taken []string        // layers that were taken from the file

	last sync.Once // the writing when the catalog is closed
}

// newSnapshots returns nil when there is to be no file.
func newSnapshots(o *Snapshot) *snapshots {
	if o == nil {
		return nil
	}
	s := &snapshots{o: *o}
	if s.o.Every <= 0 {
		s.o.Every = snapshotEvery
	}
	if s.o.Pace <= 0 {
		s.o.Pace = snapshotPace
	}
	return s
}

// keeps reports whether the layer may be in the file: without keys, none with
// sealed fields may.
func (s *snapshots) keeps(l *layers.Layer) bool {
	return s.o.Keys != nil || !slices.ContainsFunc(l.Fields, func(f layers.Field) bool { return f.Sealed })
}

func (s *snapshots) note(err error, format string, args ...any) {
	if s.o.Note != nil {
		s.o.Note(fmt.Sprintf(format, args...), err)
	}
}

// kept is what a snapshot file gave at the start.
type kept struct {
	seq     uint64
	writers map[string]*writer
	traced  uint64 // state of the store that snapshots.traces are of
}

// take returns the table of a layer, nil when it must be read from the store.
func (k *kept) take(id string) *writer {
	if k == nil {
		return nil
	}
	return k.writers[id]
}

// restore reads the snapshot file. Whatever is wrong with it, or with one of its
// layers, leads to less being taken from it, and is noted; the error is that of
// the context or of the store.
//
// That the file belongs to this store, and to its past, is proved by its name: it
// was written into the store after the state that the file holds, so a store that
// knows the name has been in that state. A copy of a city has its past, too, and a
// city that was restored from a backup of before does not know the name.
func (c *Catalog) restore(ctx context.Context, seq uint64, defs []*layers.Layer) (*kept, error) {
	s := c.snap
	if s == nil {
		return nil, nil
	}
	r, file, err := s.openFile(ctx, c.store, seq)
	if err == nil {
		defer file.Close()
	}
	var before map[string]layers.Trace
	if r != nil {
		before = r.traces(defs)
	}
	var traced uint64
	var work errgroup.Group
	work.Go(func() (err error) {
		traced, s.traces, err = tracesOf(ctx, c.store, before)
		return err
	})
	var k *kept
	if r != nil {
		if err = r.bearable(ctx, c.store, seq); err == nil {
			k, err = s.readLayers(ctx, r, defs)
		}
	}
	if looked := work.Wait(); looked != nil {
		return nil, looked
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		s.note(err, "the city is read from the store: the snapshot %s is not used", s.o.Path)
		return nil, nil
	}
	s.held, s.seq, s.key = true, r.Seq, r.Key
	k.traced = traced
	for id := range k.writers {
		if !s.traces[id].Follows(before[id]) {
			s.foreign(id)
			delete(k.writers, id)
		}
	}
	s.taken = slices.Sorted(maps.Keys(k.writers))
	if len(s.taken) < len(r.Layers) {
		runtime.GC() // what is not used gives way to what is read from the store
	}
	s.stale = s.stale || slices.ContainsFunc(defs, func(l *layers.Layer) bool { return k.writers[l.ID] == nil && s.keeps(l) })
	return k, nil
}

// openFile opens the file and asserts that it is one of the store's past.
func (s *snapshots) openFile(ctx context.Context, store layers.Reader, seq uint64) (*snapshotReader, *os.File, error) {
	f, err := os.Open(s.o.Path)
	if err != nil {
		return nil, nil, err
	}
	r, err := func() (*snapshotReader, error) {
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		r, err := openDirectory(f, info.Size(), s.o.Keys)
		if err != nil {
			return nil, err
		}
		names, err := snapshotNames(ctx, store)
		switch {
		case err != nil:
			return nil, err
		case !slices.Contains(names, r.Name):
			return nil, errors.New("it is not of this city, or of a state that the city has not been in")
		case r.Seq > seq:
			return nil, fmt.Errorf("it holds change %d, and the store has only %d", r.Seq, seq)
		}
		return r, nil
	}()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return r, f, nil
}

// snapshotNames returns the names of the latest snapshots, the newest first.
func snapshotNames(ctx context.Context, store layers.Reader) ([]string, error) {
	data, err := layers.RecordOf(ctx, store, snapshotBucket, snapshotKey)
	return strings.Fields(string(data)), err
}

// tracesOf takes the traces of a store, nil when other programs cannot write into it.
func tracesOf(ctx context.Context, store layers.Store, before map[string]layers.Trace) (uint64, map[string]layers.Trace, error) {
	if t, ok := store.(layers.Tracer); ok {
		return t.Traces(ctx, before)
	}
	return 0, nil, nil
}

// traces returns what the file says of the layers that are defined as in it.
func (r *snapshotReader) traces(defs []*layers.Layer) map[string]layers.Trace {
	out := make(map[string]layers.Trace)
	for i := range r.Layers {
		if l := definedAs(defs, r.Layers[i].Definition); l != nil {
			out[l.ID] = r.Layers[i].Trace
		}
	}
	return out
}

// readLayers reads the layers whose definitions are the store's. One whose blocks
// are damaged is left out.
func (s *snapshots) readLayers(ctx context.Context, r *snapshotReader, defs []*layers.Layer) (*kept, error) {
	k := &kept{seq: r.Seq, writers: make(map[string]*writer)}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	broken := make(map[string]error)
	fail := func(id string, err error) {
		mu.Lock()
		defer mu.Unlock()
		if broken[id] == nil {
			broken[id] = err
		}
	}
	parts := make(map[string][]*partCode)
	for i := range r.Layers {
		l := definedAs(defs, r.Layers[i].Definition)
		if l == nil {
			continue // it has changed since
		}
		parts[l.ID] = make([]*partCode, len(r.Layers[i].Parts))
		for j, p := range r.Layers[i].Parts {
			code := newPartCode(l, p.Rows)
			parts[l.ID][j] = code
			blocks := code.blocks()
			if len(blocks) != len(p.Blocks) {
				fail(l.ID, errors.New("it has another number of blocks"))
				continue
			}
			for n, block := range blocks {
				work.Go(func() error {
					if ctx.Err() != nil {
						return ctx.Err()
					}
					if err := r.read(p.Blocks[n], blockContext(r.Name, i, j, n), block); err != nil {
						fail(l.ID, err)
					}
					return nil
				})
			}
		}
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	for _, l := range defs {
		list, ok := parts[l.ID]
		if !ok {
			continue
		}
		w := newWriter(l)
		w.seq = r.Seq
		err := broken[l.ID]
		for _, p := range list {
			if err == nil {
				err = p.finish()
			}
			w.addSegment(*p.part)
		}
		if err != nil {
			s.note(err, "layer %s is read from the store: it is damaged in the snapshot %s", l.ID, s.o.Path)
			continue
		}
		k.writers[l.ID] = w
	}
	if len(k.writers) == 0 && len(defs) > 0 {
		return nil, errors.New("none of its layers is as the store has it")
	}
	return k, nil
}

// definedAs returns the layer that has the definition, nil for none.
func definedAs(defs []*layers.Layer, definition []byte) *layers.Layer {
	for _, l := range defs {
		if is, err := json.Marshal(l); err == nil && bytes.Equal(is, definition) {
			return l
		}
	}
	return nil
}

// bearable asserts that replaying what has changed since costs less than reading the
// store.
func (d *directory) bearable(ctx context.Context, store layers.Store, seq uint64) error {
	rows := 0
	for i := range d.Layers {
		for _, p := range d.Layers[i].Parts {
			rows += p.Rows
		}
	}
	n, err := changesSince(ctx, store, d.Seq, seq)
	if err == nil && n > max(replayLeast, rows/replayShare) {
		err = fmt.Errorf("there are %d changes since, of %d features", n, rows)
	}
	return err
}

// changesSince is how many changes there are between two states of a store.
func changesSince(ctx context.Context, store layers.Store, since, seq uint64) (int, error) {
	if t, ok := store.(layers.Tracer); ok {
		return t.Lines(ctx, since)
	}
	return int(seq - since), nil
}

func (s *snapshots) foreign(layer string) {
	s.stale = true
	s.note(nil, "layer %s is read from the store: another program has written into it", layer)
}

// steadyTries is how often the number of rows is compared anew because somebody
// writes.
const steadyTries = 8

// catchUp replays what was committed since the snapshot and then compares, layer by
// layer, how many rows there are with how many the store has: what other programs
// added or deleted is no change in the log. A layer that differs is read from the
// store.
func (c *Catalog) catchUp(ctx context.Context, k *kept) error {
	traced, traces := k.traced, c.snap.traces
	again := false
	for try := 0; ; try++ {
		if err := c.replay(ctx); err != nil || traces == nil {
			return err
		}
		if traced == c.seq || try == steadyTries {
			break
		}
		var err error
		if traced, traces, err = tracesOf(ctx, c.store, c.snap.traces); err != nil {
			return err
		}
		again = true
	}
	for _, id := range slices.Sorted(maps.Keys(k.writers)) {
		trace := traces[id]
		if traced == c.seq && trace.Rows == c.tables[id].rowCount() && (!again || trace.Follows(c.snap.traces[id])) {
			continue
		}
		c.snap.foreign(id)
		if err := c.read(ctx, []*layers.Layer{c.tables[id].layer}, c.seq); err != nil {
			return err
		}
		c.snap.traces[id] = trace
	}
	return nil
}

// rowCount is the number of current rows.
func (w *writer) rowCount() int {
	n := w.delta.byID.Len()
	for i := range w.parts {
		n += w.parts[i].rows()
	}
	return n
}

// replay applies what was committed since c.seq. Nobody listens yet.
func (c *Catalog) replay(ctx context.Context) error {
	for change, err := range c.store.Changes(ctx, c.seq) {
		if err != nil {
			return err
		}
		c.apply(&change)
		c.seq = change.Seq
	}
	return nil
}
