package fence

import (
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Batch works out what a number of fixes mean, without changing its tracker before
// Commit. It is for one goroutine. A tracker whose batch is given up stays as it was.
type Batch struct {
	tracker *Tracker
	changed []*entry
	sorted  bool     // changed is in order of id
	writing *writing // what Segment handed out; nil: nothing
}

// Begin opens a batch.
func (t *Tracker) Begin() *Batch { return &Batch{tracker: t} }

// Objects lists the objects whose state the batch changes, in order of id.
func (b *Batch) Objects() []string {
	b.sort()
	out := make([]string, len(b.changed))
	for i, e := range b.changed {
		out[i] = e.id
	}
	return out
}

// Len is the number of objects whose state the batch changes.
func (b *Batch) Len() int { return len(b.changed) }

func (b *Batch) sort() {
	if !b.sorted {
		slices.SortFunc(b.changed, func(x, y *entry) int { return strings.Compare(x.id, y.id) })
		b.sorted = true
	}
}

// Commit makes the new states those of the tracker. What Segment handed out must be
// stored by then; batches of a tracker that keeps a journal come one after another.
func (b *Batch) Commit() {
	for _, e := range b.changed {
		if e.batch != b {
			continue
		}
		if e.keeps {
			b.tracker.set(e, &e.next)
		} else {
			b.tracker.journal.gone(e)
			b.tracker.set(e, nil)
		}
		e.batch, e.keeps, e.next = nil, false, object{}
	}
	if b.writing != nil {
		b.tracker.journal.wrote(b.writing)
	}
	b.changed, b.sorted, b.writing = b.changed[:0], false, nil
}

// become makes o the state of an entry in the batch, nil for none.
func (b *Batch) become(e *entry, o *object, changed []*entry) []*entry {
	if e.batch != b {
		e.batch = b
		changed = append(changed, e)
	}
	if e.keeps = o != nil; e.keeps {
		e.next = *o
	} else {
		e.next = object{}
	}
	return changed
}

// few is the number of fixes that one processor does sooner than two.
const few = 256

// Move takes fixes in the order they were made and returns what they mean, fix by
// fix; within a fix by kind, then fence. Fixes that are not newer than the object's
// last, that are too inaccurate or say no place, mean nothing; taken is the number
// of the others. Many fixes are shared among the processors. A fix near the one
// before it costs O(log edges of fences + edges near); any other O(log fences +
// fences near).
func (b *Batch) Move(fixes []Fix) (out []Transition, taken int) {
	t := b.tracker
	t.fences.settle()
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	workers := runtime.GOMAXPROCS(0)
	if len(fixes) < few {
		workers = 1
	}
	crew := make([]*mover, workers)
	for w := range crew {
		crew[w] = t.mover()
		defer crew[w].done()
	}
	work := func(w int) {
		m := crew[w]
		for i := range fixes {
			shard := t.shardOf(fixes[i].Object)
			if workers == 1 || int(shard)%workers == w {
				m.move(b, shard, i, &fixes[i])
			}
		}
	}
	var group sync.WaitGroup
	for w := 1; w < workers; w++ {
		group.Go(func() { work(w) })
	}
	work(0)
	group.Wait()
	for _, m := range crew {
		taken += m.taken
		b.changed = append(b.changed, m.changed...)
	}
	b.sorted = false
	return inOrder(crew), taken
}

// mover takes the fixes of some objects.
type mover struct {
	stepper
	changed []*entry
	taken   int
	spans   []span // what each fix meant, in order of fixes
}

// span is the transitions of one fix.
type span struct{ fix, from, to int }

// mover returns one that has taken nothing.
func (t *Tracker) mover() *mover {
	if m, ok := t.movers.Get().(*mover); ok {
		return m
	}
	return &mover{stepper: stepper{tracker: t}}
}

// done gives a mover back when what it found has been copied.
func (m *mover) done() {
	clear(m.out) // texts and entries may go
	clear(m.changed)
	m.out, m.changed, m.spans, m.taken, m.next = m.out[:0], m.changed[:0], m.spans[:0], 0, object{}
	m.tracker.movers.Put(m)
}

func (m *mover) move(b *Batch, shard uint64, i int, f *Fix) {
	r := &m.tracker.rules
	if !f.valid() || r.MaxAccuracyM > 0 && f.AccuracyM > r.MaxAccuracyM {
		return
	}
	e := m.tracker.find(shard, f.Object, true)
	o := e.as(b)
	if o != nil && f.At.UnixMicro() <= o.at {
		return
	}
	from := len(m.out)
	next := m.step(o, f)
	m.changed = b.become(e, &next, m.changed)
	m.taken++
	if len(m.out) > from {
		m.spans = append(m.spans, span{i, from, len(m.out)})
	}
}

// inOrder copies what several movers found in the order of the fixes: each has its own
// in order.
func inOrder(crew []*mover) []Transition {
	total := 0
	rest := make([][]span, len(crew))
	for w, m := range crew {
		total += len(m.out)
		rest[w] = m.spans
	}
	out := make([]Transition, 0, total)
	for len(out) < total {
		next := -1
		for w := range rest {
			if len(rest[w]) > 0 && (next < 0 || rest[w][0].fix < rest[next][0].fix) {
				next = w
			}
		}
		s := rest[next][0]
		rest[next] = rest[next][1:]
		out = append(out, crew[next].out[s.from:s.to]...)
	}
	return out
}
