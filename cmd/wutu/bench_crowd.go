package main

import (
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// crowd is many clients in one thread: each has a connection of its own, waits for
// its answer and then until it is due again. It is for one goroutine.
type crowd struct {
	addr  string
	from  time.Time // what is due before is not counted
	until time.Time // nothing is sent after
	kinds map[string]*tally
	late  []float64 // milliseconds that requests were sent after they could have been: the crowd's own fault

	queue   int // of epoll
	due     dueQueue
	by      map[int32]*member
	busy    int
	scratch []byte
}

// tally is what was counted of one kind of request.
type tally struct {
	times  []float64   // milliseconds, from due to answered
	dues   []time.Time // of the same answers
	errors int
	first  string // error
}

// actor is what a client does.
type actor interface {
	// next says what to ask; buf is for the request. A request that is nil is none:
	// the client comes back after the pause.
	next(r *rand.Rand, buf []byte) errand
}

// errand is a request and what is expected of it.
type errand struct {
	kind    string
	request []byte
	endless bool                                             // the answer has no end; then gets its pieces
	also    int                                              // a status above 299 that is as good, besides 304
	then    func(status int, etag string, body []byte) error // gets the answer and may find it wrong; nil: it is dropped
	pause   time.Duration                                    // behind the answer, before the client is due again
	every   time.Duration                                    // or so long after it was due, whatever the answer takes
}

// member is a client of the crowd.
type member struct {
	polled
	actor actor
	rng   *rand.Rand
	at    time.Time // when it is due
	free  time.Time // since when it waits for that
	ask   errand
	busy  bool
	buf   []byte
	body  []byte
}

type dueQueue []*member

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q dueQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dueQueue) Push(x any)        { *q = append(*q, x.(*member)) }
func (q *dueQueue) Pop() any {
	last := len(*q) - 1
	m := (*q)[last]
	*q = (*q)[:last]
	return m
}

// add makes a client that is first due at the given time.
func (c *crowd) add(a actor, at time.Time) {
	heap.Push(&c.due, &member{polled: polled{fd: -1}, actor: a, at: at, rng: rand.New(rand.NewPCG(uint64(len(c.due)), 77))})
}

// done counts an answer and lets the client wait.
func (c *crowd) done(m *member, err error) {
	now := time.Now()
	m.busy = false
	if !m.ask.endless {
		c.busy--
	}
	status := m.status
	if err == nil && m.ask.endless && status < 300 {
		err = errors.New("the server ended the stream")
	}
	if err == nil && (status < 200 || status > 299 && status != 304 && status != m.ask.also) {
		err = fmt.Errorf("%d %.200s", status, m.body)
	}
	if err == nil && m.ask.then != nil && !m.ask.endless {
		err = m.ask.then(status, m.etag, m.body)
	}
	if !m.at.Before(c.from) || err != nil {
		t := c.kinds[m.ask.kind]
		if t == nil {
			t = &tally{}
			c.kinds[m.ask.kind] = t
		}
		if err != nil {
			t.errors++
			if t.first == "" {
				t.first = err.Error()
			}
		} else if !m.ask.endless {
			t.times, t.dues = append(t.times, float64(now.Sub(m.at).Microseconds())/1000), append(t.dues, m.at)
		}
	}
	c.wait(m, now)
}

// wait puts a client where it is due next.
func (c *crowd) wait(m *member, now time.Time) {
	m.free = now
	if m.ask.every > 0 {
		m.at = m.at.Add(m.ask.every)
	} else {
		m.at = now.Add(m.ask.pause)
	}
	heap.Push(&c.due, m)
}

// names are the kinds in order.
func (c *crowd) names() []string {
	var out []string
	for k := range c.kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
