package crew

import (
	"context"
	"sync"
	"time"
)

// Member does the work of one record of type R.
type Member[R any] interface {
	// Run works until ctx ends or nothing is left to do.
	Run(ctx context.Context)
	// Fits reports whether this member may go on with the record as it is now;
	// otherwise another takes over.
	Fits(r *R) bool
}

// Options configures a Crew; all are required.
type Options[R any, M Member[R]] struct {
	Records func(ctx context.Context) ([]R, error)
	ID      func(r *R) string
	Hire    func(r R) M     // a member that has not begun
	Failed  func(err error) // told when the records cannot be read
}

// Crew is the members at work. Safe for concurrent use.
type Crew[R any, M Member[R]] struct {
	o     Options[R, M]
	wake  chan struct{} // the records have changed
	mu    sync.Mutex
	posts map[string]*post[M]
}

// post is the place of a member.
type post[M any] struct {
	member M
	stop   context.CancelFunc
	done   chan struct{} // closed when the member has ended
}

// New returns a Crew. Nobody works before Run.
func New[R any, M Member[R]](o Options[R, M]) *Crew[R, M] {
	return &Crew[R, M]{o: o, wake: make(chan struct{}, 1), posts: make(map[string]*post[M])}
}

// again is how long after records could not be read they are read again.
const again = 5 * time.Second

// Run keeps a member at work for each record until ctx ends, and waits for all.
func (c *Crew[R, M]) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	for {
		var retry <-chan time.Time
		list, err := c.o.Records(ctx)
		switch {
		case err == nil:
			c.arrange(ctx, &group, list)
		case ctx.Err() == nil:
			c.o.Failed(err)
			retry = time.After(again)
		}
		select {
		case <-c.wake:
		case <-retry:
		case <-ctx.Done():
			return
		}
	}
}

// arrange stops and hires members so that each record has the one that fits.
func (c *Crew[R, M]) arrange(ctx context.Context, group *sync.WaitGroup, list []R) {
	c.mu.Lock()
	defer c.mu.Unlock()
	records := make(map[string]*R, len(list))
	for i := range list {
		records[c.o.ID(&list[i])] = &list[i]
	}
	before := make(map[string]<-chan struct{})
	for id, p := range c.posts {
		if r := records[id]; r == nil || !p.member.Fits(r) {
			p.stop()
			before[id] = p.done
			delete(c.posts, id)
		}
	}
	for i := range list {
		id := c.o.ID(&list[i])
		if c.posts[id] != nil {
			continue
		}
		own, stop := context.WithCancel(ctx)
		p := &post[M]{member: c.o.Hire(list[i]), stop: stop, done: make(chan struct{})}
		c.posts[id] = p
		earlier := before[id]
		group.Go(func() {
			defer close(p.done)
			defer stop()
			if earlier != nil {
				<-earlier
			}
			p.member.Run(own)
		})
	}
}

// Changed makes Run look at the records again.
func (c *Crew[R, M]) Changed() {
	select {
	case c.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Member is the one at work for a record, or whose work is done; the zero M for none.
func (c *Crew[R, M]) Member(id string) (m M) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.posts[id]; p != nil {
		m = p.member
	}
	return m
}

// Stop ends the work for a record, which is about to be deleted, and waits until it
// has ended. Nobody else begins it. If the record stays after all, resume lets another
// member begin.
func (c *Crew[R, M]) Stop(id string) (resume func()) {
	c.mu.Lock()
	p := c.posts[id]
	c.mu.Unlock()
	if p == nil {
		return func() {}
	}
	p.stop()
	<-p.done
	return func() {
		c.mu.Lock()
		if c.posts[id] == p {
			delete(c.posts, id)
		}
		c.mu.Unlock()
		c.Changed()
	}
}
