package main

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// run lets the clients ask until the end, and a while for the last answers.
func (c *crowd) run(ctx context.Context) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if c.queue, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	c.by, c.scratch = map[int32]*member{}, make([]byte, 256<<10)
	defer func() {
		for fd := range c.by {
			syscall.Close(int(fd))
		}
		syscall.Close(c.queue)
	}()
	events := make([]syscall.EpollEvent, 256)
	for ctx.Err() == nil {
		now := time.Now()
		over := now.After(c.until)
		if over && (c.busy == 0 || now.After(c.until.Add(lastAnswers))) {
			return nil
		}
		wait := 100
		for !over && len(c.due) > 0 {
			if d := c.due[0].at.Sub(now); d > 0 {
				wait = min(wait, int(d.Milliseconds())+1)
				break
			}
			if err := c.begin(heap.Pop(&c.due).(*member), now); err != nil {
				return err
			}
			now = time.Now()
		}
		n, err := syscall.EpollWait(c.queue, events, wait)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		for _, e := range events[:max(0, n)] {
			c.read(c.by[e.Fd])
		}
	}
	return ctx.Err()
}

// lastAnswers is how long the crowd waits for answers at the end.
const lastAnswers = 10 * time.Second

// begin sends what a client asks.
func (c *crowd) begin(m *member, now time.Time) error {
	m.ask = m.actor.next(m.rng, m.buf[:0])
	if m.ask.request == nil {
		c.wait(m, now)
		return nil
	}
	m.buf, m.body = m.ask.request, m.body[:0]
	if m.fd < 0 {
		fd, err := connect(c.addr)
		if err != nil {
			return fmt.Errorf("%s: %w", m.ask.kind, err)
		}
		if err := syscall.EpollCtl(c.queue, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}); err != nil {
			return err
		}
		m.polled = polled{fd: fd}
		c.by[int32(fd)] = m
	}
	m.sink = func(b []byte) {
		switch {
		case m.status > 299:
			m.body = append(m.body, b[:min(len(b), 300-min(300, len(m.body)))]...)
		case m.ask.endless:
			_ = m.ask.then(m.status, "", b) // a piece has no fault of its own
		case m.ask.then != nil:
			m.body = append(m.body, b...)
		}
	}
	if !now.Before(c.from) {
		since := m.at
		if m.free.After(since) {
			since = m.free
		}
		c.late = append(c.late, float64(now.Sub(since).Microseconds())/1000)
	}
	m.busy = true
	c.busy++
	if m.ask.endless {
		c.busy-- // nobody waits for its end
	}
	n, err := syscall.Write(m.fd, m.ask.request)
	if err == nil && n < len(m.ask.request) {
		err = errors.New("a request does not fit into the socket's buffer")
	}
	if err != nil {
		c.fail(m, err)
	}
	return nil
}

// read takes what has come for a client.
func (c *crowd) read(m *member) {
	if m == nil || m.fd < 0 {
		return
	}
	k, err := syscall.Read(m.fd, c.scratch)
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return
	case err == nil && k == 0:
		err = errors.New("the server closed the connection")
	}
	if !m.busy {
		c.close(m) // idle for too long: the next request opens another
		return
	}
	if err != nil {
		c.fail(m, err)
		return
	}
	done, err := m.feed(c.scratch[:k])
	if err != nil {
		c.fail(m, err)
		return
	}
	if done {
		c.done(m, nil)
		if m.last {
			c.close(m)
		}
	}
}

func (c *crowd) fail(m *member, err error) {
	c.close(m)
	c.done(m, err)
}

func (c *crowd) close(m *member) {
	if m.fd < 0 {
		return
	}
	syscall.Close(m.fd) // leaves the queue too
	delete(c.by, int32(m.fd))
	m.polled = polled{fd: -1}
}
