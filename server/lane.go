package server

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"wutu/server/problem"
)

// lane lets a few heavy requests run at a time and a few more wait for a while, so
// that light ones find the machine free however many heavy ones come. First come,
// first served. Safe for concurrent use; entering and leaving cost a lock.
type lane struct {
	slots int           // that run at a time
	queue int           // that wait
	wait  time.Duration // at most

	mu      sync.Mutex
	running int
	line    []chan struct{} // of those who wait, each closed when its turn has come
}

func newLane(c Crowd) *lane { return &lane{slots: c.Running, queue: c.Waiting, wait: c.Wait} }

// errBusy is the refusal of a lane that is full.
func (l *lane) errBusy() error {
	return &problem.Status{Code: http.StatusServiceUnavailable, Kind: "busy", After: max(l.wait/2, time.Second),
		Detail: fmt.Sprintf("%d heavy questions are being answered and %d wait, which is as many as this server takes", l.slots, l.queue)}
}

// enter waits for a turn. leave must be called once the work is done. Errors: busy
// with Retry-After when too many wait or the wait lasts too long, those of ctx.
func (l *lane) enter(ctx context.Context) (leave func(), err error) {
	l.mu.Lock()
	if l.running < l.slots {
		l.running++
		l.mu.Unlock()
		return l.leave, nil
	}
	if len(l.line) >= l.queue {
		l.mu.Unlock()
		return nil, l.errBusy()
	}
	turn := make(chan struct{})
	l.line = append(l.line, turn)
	l.mu.Unlock()
	patience := time.NewTimer(l.wait)
	defer patience.Stop()
	select {
	case <-turn:
		return l.leave, nil
	case <-patience.C:
		err = l.errBusy()
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, t := range l.line {
		if t == turn {
			l.line = append(l.line[:i], l.line[i+1:]...)
			return nil, err
		}
	}
	return l.leave, nil // the turn came at the same time
}

// leave gives the turn to whoever waits longest.
func (l *lane) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.line) == 0 {
		l.running--
		return
	}
	turn := l.line[0]
	l.line = l.line[1:]
	close(turn)
}

// load is how many run and wait.
func (l *lane) load() (running, waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running, len(l.line)
}
