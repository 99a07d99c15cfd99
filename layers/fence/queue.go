package fence

import (
	"container/heap"
	"sync"
)

// queue holds objects by the instant at which the next of their visits has lasted
// the dwell time. An object may stand in it for an instant that is no longer the
// right one: never for one that is later.
type queue struct {
	mu    sync.Mutex
	items queueItems
}

type queueItem struct {
	entry *entry
	at    int64
}

// add puts an object in, for an instant before the one it stands there for.
func (q *queue) add(e *entry, at int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e.queue = at
	heap.Push(&q.items, queueItem{e, at})
}

// take takes out the objects that stand there for an instant up to now, each once.
func (q *queue) take(now int64) (out []*entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) > 0 && q.items[0].at <= now {
		x := heap.Pop(&q.items).(queueItem)
		if x.entry.queue == x.at { // otherwise it came in again, earlier, and went
			x.entry.queue = never
			out = append(out, x.entry)
		}
	}
	return out
}

// queueItems is a heap.
type queueItems []queueItem

func (q queueItems) Len() int           { return len(q) }
func (q queueItems) Less(i, j int) bool { return q[i].at < q[j].at }
func (q queueItems) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queueItems) Push(x any)        { *q = append(*q, x.(queueItem)) }
func (q *queueItems) Pop() any {
	old := *q
	x := old[len(old)-1]
	old[len(old)-1] = queueItem{}
	*q = old[:len(old)-1]
	return x
}
