package live

import (
	"context"
	"errors"
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

// feed keeps the latest deltas for listeners. When it is full the oldest go;
// whoever has not seen them is reset. Deltas are put into it before the view that
// shows them is published, and told to listeners after: whoever has a view finds
// here all that led to it, and whoever is told of a change finds a view with it.
type feed struct {
	mu      sync.Mutex
	deltas  []Delta // ascending Seq; at most limit of them count, the last ones
	limit   int
	dropped uint64        // changes up to this sequence are not kept
	latest  uint64        // sequence of the last change listeners are told of
	news    chan struct{} // closed and replaced when deltas arrive
	closed  bool
}

func newFeed(limit int, seq uint64) *feed {
	return &feed{limit: limit, dropped: seq, latest: seq, news: make(chan struct{})}
}

// put adds deltas without telling anybody. It costs O(deltas): the oldest are moved
// out of the way once in a quarter of the limit, not each time.
func (f *feed) put(deltas []Delta) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deltas = append(f.deltas, deltas...)
	over := len(f.deltas) - f.limit
	if over <= 0 {
		return
	}
	f.dropped = f.deltas[over-1].Seq
	if over > f.limit/4 {
		kept := make([]Delta, f.limit, f.limit+f.limit/2)
		copy(kept, f.deltas[over:])
		f.deltas = kept
	}
}

// tell lets listeners have what was put.
func (f *feed) tell() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.deltas); n == 0 || f.deltas[n-1].Seq == f.latest {
		return
	}
	f.latest = f.deltas[len(f.deltas)-1].Seq
	if !f.closed {
		close(f.news)
		f.news = make(chan struct{})
	}
}

// between returns the deltas behind from, up to to; false when some are no longer
// kept.
func (f *feed) between(from, to uint64) ([]Delta, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
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
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest
}

// after returns the deltas behind seq, or a channel that closes when there are
// some.
func (f *feed) after(seq uint64) ([]Delta, <-chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return nil, nil, errClosed
	case seq < f.dropped, seq > f.latest:
		return nil, nil, ErrReset
	}
	return f.span(seq, f.latest), f.news, nil
}

// Listener follows a catalog from one sequence on. It holds no resources: a
// listener nobody asks costs nothing, and is reset when it asks too late.
type Listener struct {
	feed *feed
	seq  uint64
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

// Seq is the sequence up to which the listener has returned changes, or from which
// it began.
func (l *Listener) Seq() uint64 { return l.seq }

// Missed reports whether changes behind the listener's sequence are no longer
// kept: Next would return ErrReset.
func (l *Listener) Missed() bool {
	_, _, err := l.feed.after(l.seq)
	return errors.Is(err, ErrReset)
}

// Pending is Next for changes that have happened already: it does not wait, and
// returns none when there are none.
func (l *Listener) Pending() ([]Delta, error) {
	deltas, _, err := l.feed.after(l.seq)
	if err != nil || len(deltas) == 0 {
		return nil, err
	}
	l.seq = deltas[len(deltas)-1].Seq
	return deltas, nil
}

// Wait waits until there are changes to return. Errors as Next.
func (l *Listener) Wait(ctx context.Context) error {
	for {
		deltas, news, err := l.feed.after(l.seq)
		if err != nil || len(deltas) > 0 {
			return err
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
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
