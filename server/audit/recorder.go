package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"wutu/layers"
	trail "wutu/layers/audit"
)

// Store is what the package needs of the city's store.
type Store interface {
	layers.Writer
	trail.Source

	// VerifyAudit judges the whole trail. It costs a scan of it.
	VerifyAudit(ctx context.Context) (trail.Report, error)
}

// Options configures a Recorder. Store and Now are required.
type Options struct {
	Store  Store
	Now    func() time.Time
	Signer trail.Signer  // signs files; nil: there are none
	City   string        // name of the city in files
	Every  time.Duration // between batches; 0: 200 ms
	Queue  int           // lines that may wait; 0: 4096
}

const (
	defaultEvery = 200 * time.Millisecond
	defaultQueue = 4096
)

// Recorder gathers lines about reads and writes them in batches. Safe for
// concurrent use. Make one with New and end it with Close.
type Recorder struct {
	o     Options
	heavy chan struct{} // held by who reads the whole trail

	wake    chan struct{} // something is queued, or the recorder is closing
	stop    context.CancelFunc
	stopped chan struct{}

	mu      sync.Mutex
	queue   []layers.AuditLine // that no batch has taken
	inHand  int                // lines of the batch being written
	queued  uint64             // lines taken so far
	stored  uint64             // of them, those that are in the store
	failing error              // why the last batch failed, nil if it did not
	closing bool
	moved   chan struct{} // closed and made anew when any of the above changes for the better
}

// New starts a recorder. The error is Invalid for missing options.
func New(o Options) (*Recorder, error) {
	if o.Store == nil || o.Now == nil {
		return nil, layers.Invalidf("audit", "options", "Store and Now are required")
	}
	if o.Every <= 0 {
		o.Every = defaultEvery
	}
	if o.Queue <= 0 {
		o.Queue = defaultQueue
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Recorder{o: o, heavy: make(chan struct{}, 1), wake: make(chan struct{}, 1), stop: stop,
		stopped: make(chan struct{}), moved: make(chan struct{})}
	go r.loop(ctx)
	return r, nil
}

// Line makes the line of a read: action is "read.items" or the like, layer what
// was read, filter how it was asked for, and rows how many features were handed
// out.
func (r *Recorder) Line(s *layers.Subject, action, layer, filter string, rows int) layers.AuditLine {
	return layers.AuditLine{At: r.o.Now(), Actor: s.ID, Role: s.Role.String(), From: s.Origin, Action: action, Object: layer,
		Filter: filter, Rows: rows, Result: layers.AuditDone, Purpose: s.Purpose}
}

// Ready returns nil when lines are taken, and Unavailable while the store refuses
// them and after Close.
func (r *Recorder) Ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closing:
		return unavailable(errors.New("the server is stopping"))
	case r.failing != nil:
		return unavailable(r.failing)
	}
	return nil
}

// Record queues a line; it is in the store after the next batch. It waits while
// the queue is full. Errors, all of which mean that the line was not taken and
// the read must not be answered: Unavailable while the store refuses lines and
// after Close; the context's.
func (r *Recorder) Record(ctx context.Context, line layers.AuditLine) error {
	for {
		r.mu.Lock()
		switch {
		case r.closing:
			r.mu.Unlock()
			return unavailable(errors.New("the server is stopping"))
		case r.failing != nil:
			err := r.failing
			r.mu.Unlock()
			return unavailable(err)
		case len(r.queue)+r.inHand < r.o.Queue:
			r.queue = append(r.queue, line)
			r.queued++
			r.mu.Unlock()
			r.notify()
			return nil
		}
		moved := r.moved
		r.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Settle waits until every line queued before the call is in the store. Errors:
// Unavailable when the store refuses them; the context's.
func (r *Recorder) Settle(ctx context.Context) error {
	r.mu.Lock()
	want := r.queued
	for r.stored < want {
		if r.failing != nil {
			err := r.failing
			r.mu.Unlock()
			return unavailable(err)
		}
		moved := r.moved
		r.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
		r.mu.Lock()
	}
	r.mu.Unlock()
	return nil
}

// Close writes what is queued and ends the recorder. When ctx ends first, or the
// store refuses the last batch for as long, the error says how many lines were
// not written. Further calls do nothing.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	r.closing = true
	r.move()
	r.mu.Unlock()
	r.notify()
	select {
	case <-r.stopped:
	case <-ctx.Done():
		r.stop()
		<-r.stopped
	}
	r.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if lost := r.queued - r.stored; lost > 0 {
		return unavailable(errors.Join(fmt.Errorf("%d lines were not written", lost), r.failing))
	}
	return nil
}

func unavailable(err error) error {
	return &layers.Error{Kind: layers.Unavailable, Op: "audit", Err: fmt.Errorf("what is read cannot be recorded: %w", err)}
}

func (r *Recorder) notify() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// move wakes everybody who waits for a change. The mutex is held.
func (r *Recorder) move() {
	close(r.moved)
	r.moved = make(chan struct{})
}
