package search

import (
	"context"
	"runtime"
	"slices"
)

// Seq is the sequence up to which the index has followed the city.
func (x *Index) Seq() uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.seq
}

// Built lists the layers whose texts are there, in order.
func (x *Index) Built() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out []string
	for id, l := range x.layers {
		if l.mu.Lock(); l.built {
			out = append(out, id)
		}
		l.mu.Unlock()
	}
	slices.Sort(out)
	return out
}

// FollowForTest follows the city up to a sequence.
func (x *Index) FollowForTest(ctx context.Context, until uint64) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		x.follow(ctx)
	}()
	for x.Seq() < until && ctx.Err() == nil {
		runtime.Gosched()
	}
	stop()
	<-done
}
