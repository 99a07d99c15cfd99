package live

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sort"
	"sync"
	"time"

	"wutu/layers"
)

// Delta is one change as listeners see it: what was and what is.
type Delta struct {
	Seq   uint64
	At    time.Time
	Op    layers.Op
	Layer string
	ID    string          // "" for Define
	Old   *layers.Feature // state before, nil if there was none
	New   *layers.Feature // state after, nil for Delete and Define
	Def   *layers.Layer   // for Define
}

// ErrReset tells a listener that changes it has not seen are no longer kept: it
// must read the current state anew. Its kind is Conflict.
var ErrReset error = &layers.Error{Kind: layers.Conflict, Op: "listen", Err: errors.New("changes were missed: read the state anew")}

var errClosed error = &layers.Error{Kind: layers.Unavailable, Op: "listen", Err: errors.New("the city is being closed")}

// feed keeps the latest deltas for listeners. When it is full the oldest of the layers
// that have the most go, so that an import into one layer does not push out the changes
// of others; whoever has not seen them is reset. Deltas are put into it before the view
// that shows them is published, and told to listeners after: whoever has a view finds
// here all that led to it, and whoever is told of a change finds a view with it.
type feed struct {
	mu      sync.RWMutex
	deltas  []Delta           // ascending Seq
	limit   int               // of deltas, which are a quarter more at times
	dropped uint64            // up to this sequence, some changes are not kept
	began   uint64            // what was before is not known
	gone    map[string]uint64 // last change of each layer that is not kept, of those since then
	newest  uint64            // sequence of the last change that was put
	latest  uint64            // sequence of the last change listeners are told of
	news    chan struct{}     // closed and replaced when deltas arrive
	closed  bool
}

func newFeed(limit int, seq uint64) *feed {
	return &feed{limit: limit, dropped: seq, began: seq, gone: make(map[string]uint64), newest: seq, latest: seq, news: make(chan struct{})}
}

// put adds deltas without telling anybody. It costs O(deltas): the oldest are moved
// out of the way once in a quarter of the limit, not each time.
func (f *feed) put(deltas []Delta) {
	if len(deltas) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.newest = deltas[len(deltas)-1].Seq
	if f.deltas = append(f.deltas, deltas...); len(f.deltas) > f.limit+f.limit/4 {
		f.forget()
	}
}

// forget lets the oldest deltas of the layers that have the most go. The caller holds mu.
func (f *feed) forget() {
	count := make(map[string]int)
	for i := range f.deltas {
		count[f.deltas[i].Layer]++
	}
	share := fairShare(slices.Sorted(maps.Values(count)), f.limit)
	kept := make([]Delta, 0, f.limit+f.limit/2)
	for i := range f.deltas {
		d := &f.deltas[i]
		if count[d.Layer] <= share {
			kept = append(kept, *d)
			continue
		}
		count[d.Layer]--
		f.gone[d.Layer] = d.Seq
		f.dropped = max(f.dropped, d.Seq)
	}
	f.deltas = kept
}

// fairShare is how many each may have so that all have no more than a limit together,
// of counts in ascending order: those with less leave the rest to the others.
func fairShare(counts []int, limit int) int {
	share := limit
	for i, n := range counts {
		if share = limit / (len(counts) - i); n > share {
			break
		}
		limit -= n
	}
	return share
}

// tell lets listeners have what was put.
func (f *feed) tell() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.newest == f.latest {
		return
	}
	f.latest = f.newest
	if !f.closed {
		close(f.news)
		f.news = make(chan struct{})
	}
}

// between returns the deltas behind from, up to to; false when some are no longer
// kept.
func (f *feed) between(from, to uint64) ([]Delta, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if from < f.dropped {
		return nil, false
	}
	return f.span(from, to), true
}

// span is the deltas behind from, up to to. The caller holds mu.
func (f *feed) span(from, to uint64) []Delta {
	i := sort.Search(len(f.deltas), func(i int) bool { return f.deltas[i].Seq > from })
	j := i + sort.Search(len(f.deltas)-i, func(k int) bool { return f.deltas[i+k].Seq > to })
	return f.deltas[i:j:j]
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed = true
		close(f.news)
	}
}

// now is the sequence of the last change the catalog has seen.
func (f *feed) now() uint64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.latest
}

// after returns the deltas behind seq, or a channel that closes when there are
// some. Of layers that are not in only, some may be missing; nil: all are there.
func (f *feed) after(seq uint64, only []string) ([]Delta, <-chan struct{}, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	switch {
	case f.closed:
		return nil, nil, errClosed
	case f.missed(seq, only), seq > f.latest:
		return nil, nil, ErrReset
	}
	return f.span(seq, f.latest), f.news, nil
}

// missed reports whether changes behind seq are not kept, of some layers if only is not
// nil. The caller holds mu.
func (f *feed) missed(seq uint64, only []string) bool {
	if only == nil || seq >= f.dropped || seq < f.began {
		return seq < f.dropped
	}
	return slices.ContainsFunc(only, func(layer string) bool { return f.gone[layer] > seq })
}

// Listener follows a catalog from one sequence on. It holds no resources: a
// listener nobody asks costs nothing, and is reset when it asks too late.
type Listener struct {
	feed *feed
	seq  uint64
	only []string // layers; nil: all
}

// Listen returns a listener for the changes with sequence numbers above since,
// or for those that come from now on when since is 0. A sequence the catalog has
// not reached yet cannot come from it (the city was restored from a backup): the
// first Next resets.
func (c *Catalog) Listen(since uint64) *Listener {
	if since == 0 {
		since = c.feed.now()
	}
	return &Listener{feed: c.feed, seq: since}
}

// Of lets the listener be told of some layers, and returns it. It does not wake for
// changes of others and is not reset by them: an import into one layer, which may bring
// more changes than are kept, is nothing to those who follow another. What Pending and
// Next return may still have changes of others between. The slice must not be changed.
func (l *Listener) Of(layers []string) *Listener {
	l.only = layers
	return l
}

// Seq is the sequence up to which the listener has returned changes, or from which
// it began.
func (l *Listener) Seq() uint64 { return l.seq }

// Missed reports whether changes behind the listener's sequence are no longer
// kept: Next would return ErrReset.
func (l *Listener) Missed() bool {
	_, _, err := l.feed.after(l.seq, l.only)
	return errors.Is(err, ErrReset)
}

// Pending is Next for changes that have happened already: it does not wait, and
// returns none when there are none.
func (l *Listener) Pending() ([]Delta, error) {
	deltas, _, err := l.feed.after(l.seq, l.only)
	if err != nil || len(deltas) == 0 {
		return nil, err
	}
	l.seq = deltas[len(deltas)-1].Seq
	return deltas, nil
}

// Wait waits until there are changes to return. Errors as Next.
func (l *Listener) Wait(ctx context.Context) error {
	for {
		deltas, news, err := l.feed.after(l.seq, l.only)
		if err != nil || l.some(deltas) {
			return err
		}
		if n := len(deltas); n > 0 {
			l.seq = deltas[n-1].Seq
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// some reports whether there are changes of the listener's layers.
func (l *Listener) some(deltas []Delta) bool {
	if l.only == nil {
		return len(deltas) > 0
	}
	for i := range deltas {
		if layer := deltas[i].Layer; (i == 0 || layer != deltas[i-1].Layer) && slices.Contains(l.only, layer) {
			return true
		}
	}
	return false
}

// Next waits for changes and returns them in order. The slice must not be
// changed. Errors: ErrReset, Unavailable when the catalog closes, and those of
// ctx. After ErrReset the listener must not be used.
func (l *Listener) Next(ctx context.Context) ([]Delta, error) {
	for {
		if err := l.Wait(ctx); err != nil {
			return nil, err
		}
		if deltas, err := l.Pending(); err != nil || len(deltas) > 0 {
			return deltas, err
		}
	}
}
