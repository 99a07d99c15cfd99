package crew_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wutu/server/crew"
)

type job struct {
	id      string
	version int
}

// table is records, and who works for them.
type table struct {
	mu      sync.Mutex
	jobs    []job
	err     error
	failed  int
	working map[job]int
	most    int // members at once for one id
}

type worker struct {
	table *table
	job   job
}

func (w *worker) Fits(j *job) bool { return *j == w.job }

func (w *worker) Run(ctx context.Context) {
	t := w.table
	t.count(w.job, 1)
	<-ctx.Done()
	time.Sleep(time.Minute) // what it still has to store
	t.count(w.job, -1)
}

func (t *table) count(j job, by int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.working[j] += by; t.working[j] == 0 {
		delete(t.working, j)
	}
	same := 0
	for k, n := range t.working {
		if k.id == j.id {
			same += n
		}
	}
	t.most = max(t.most, same)
}

func (t *table) set(err error, jobs ...job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.jobs, t.err = jobs, err
}

func (t *table) crew() *crew.Crew[job, *worker] {
	return crew.New(crew.Options[job, *worker]{
		Records: func(context.Context) ([]job, error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			return slices.Clone(t.jobs), t.err
		},
		ID:     func(j *job) string { return j.id },
		Hire:   func(j job) *worker { return &worker{t, j} },
		Failed: func(error) { t.failed++ },
	})
}

// wants fails unless exactly some jobs are worked at, by one each.
func (t *table) wants(tb testing.TB, jobs ...job) {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, j := range jobs {
		if t.working[j] != 1 {
			tb.Errorf("%d work at %v", t.working[j], j)
		}
	}
	if len(t.working) != len(jobs) || t.most > 1 {
		tb.Errorf("at work: %v, want %v; at most %d for one record", t.working, jobs, t.most)
	}
}

func TestOneMemberForEachRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		work := &table{working: map[job]int{}}
		c := work.crew()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); c.Run(ctx) }()
		settle := func() {
			c.Changed()
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		a, b := job{"a", 1}, job{"b", 1}
		work.set(nil, a, b)
		settle()
		work.wants(t, a, b)

		a.version = 2 // another takes over, when the first has ended
		work.set(nil, a, b)
		settle()
		work.wants(t, a, b)
		if m := c.Member("a"); m == nil || m.job != a || c.Member("c") != nil {
			t.Error("the members are not those of the records")
		}

		work.set(errors.New("broken"), a)
		settle()
		work.wants(t, a, b) // nothing is known: all go on
		if work.failed < 100 {
			t.Errorf("read again %d times in an hour", work.failed)
		}
		work.set(nil, a, b)
		settle()

		resume := c.Stop("b")
		work.wants(t, a)
		settle() // the record is still there, but about to go
		work.wants(t, a)
		resume()
		settle()
		work.wants(t, a, b)
		c.Stop("b")
		work.set(nil, a)
		settle()
		work.wants(t, a)
		work.set(nil, a, b) // a new one of the same id
		settle()
		work.wants(t, a, b)
		c.Stop("nobody")()

		cancel()
		<-ended
		work.wants(t)
	})
}
