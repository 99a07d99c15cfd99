package auth

import (
	"context"
	"iter"
	"runtime"
	"testing"
	"time"

	"wutu/layers"
)

// oneRecord is a store of one record, which says when it is read.
type oneRecord struct {
	Store
	data string
	read chan struct{}
}

func (s *oneRecord) Records(context.Context, string, string) iter.Seq2[layers.Record, error] {
	return func(yield func(layers.Record, error) bool) {
		yield(layers.Record{Key: "k", Data: []byte(s.data)}, nil)
		s.read <- struct{}{}
	}
}

// Who asks often does not wait for the store, and sees what another process changed
// within the time that records are kept for.
func TestRecordsAreReadAgainMeanwhile(t *testing.T) {
	start := time.Unix(1e9, 0)
	now := start
	store := &oneRecord{data: "old", read: make(chan struct{}, 1)}
	g := &Gate{o: Options{Store: store, Now: func() time.Time { return now }}}
	g.memory.init()
	ask := func(after time.Duration, want string, reads bool) {
		t.Helper()
		now = start.Add(after)
		data, err := g.recent(t.Context(), "b", "k")
		if err != nil || string(data) != want {
			t.Fatalf("after %v %q, %v, want %q", after, data, err, want)
		}
		if reads {
			<-store.read
		}
		g.memory.mu.Lock()
		defer g.memory.mu.Unlock()
		if !reads && len(store.read) > 0 {
			t.Fatalf("after %v the store was read", after)
		}
	}
	kept := func(until time.Duration) {
		t.Helper()
		for g.memoryUntil("b", "k") != start.Add(until) && t.Context().Err() == nil {
			runtime.Gosched() // to the goroutine that reads
		}
	}
	ask(0, "old", true)
	ask(keep/4, "old", false)
	store.data = "new"
	ask(keep*3/4, "old", true) // and reads again
	kept(keep*3/4 + keep)
	ask(keep, "new", false)
	ask(keep*3/4+keep, "new", true) // nobody asked for long: this one waits
	kept(keep*3/4 + 2*keep)
	g.memory.forget()
	ask(keep*2, "new", true)
}

func (g *Gate) memoryUntil(bucket, key string) time.Time {
	g.memory.mu.Lock()
	defer g.memory.mu.Unlock()
	return g.memory.known[place{bucket, key}].until
}
