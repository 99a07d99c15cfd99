package spatial

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// run is how many items one processor takes at a time: near each other in the order
// of the work, and few enough to look at the context often.
const run = 512

// spread does n items of work on all processors, in runs of neighbours. worker is
// called once for each processor at work and returns what does one item; items of
// one run are done in order by one of them. The error is that of ctx: then some
// items were not done.
func spread(ctx context.Context, n int, worker func() func(i int)) error {
	var next atomic.Int64
	work := func() {
		do := worker()
		for ctx.Err() == nil {
			from := int(next.Add(run)) - run
			if from >= n {
				return
			}
			for i := from; i < min(from+run, n); i++ {
				do(i)
			}
		}
	}
	if n <= run {
		work()
		return ctx.Err()
	}
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+run-1)/run) {
		all.Go(work)
	}
	all.Wait()
	return ctx.Err()
}
