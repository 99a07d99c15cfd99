package cache

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// turns lets as few tiles be drawn at once as there are processors, first come, first
// served. Drawings do nothing but compute: eight of ten milliseconds, each a little
// at a time on two processors, would all take forty; in turn they take ten to forty.
// Nearly all tiles are quick, so that to wait for those in front costs the dear ones
// little, and they do not lose time to those behind.
type turns struct {
	taken chan struct{}
}

// longTurn is how long a drawing may keep others waiting. One that takes longer, by a
// filter over millions of rows, goes on beside the next.
const longTurn = 20 * time.Millisecond

func newTurns(n int) turns {
	if n <= 0 {
		n = min(runtime.NumCPU(), runtime.GOMAXPROCS(0)) // a server may let more goroutines run than that
	}
	return turns{taken: make(chan struct{}, n)}
}

// take waits for a turn. The caller calls done when it has drawn. The error is that of
// ctx.
func (t turns) take(ctx context.Context) (done func(), err error) {
	select {
	case t.taken <- struct{}{}: // in the order in which they came
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	end := sync.OnceFunc(func() { <-t.taken })
	late := time.AfterFunc(longTurn, end)
	return func() {
		late.Stop()
		end()
	}, nil
}
