package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"syscall"
	"time"
)

// run sends the requests of all connections from one thread that waits for none
// of them: a request costs three system calls and no change of threads, about as
// much as in wrk with one thread.
func (l *wireLoad) run(ctx context.Context, name string) (loadResult, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	res, err := l.poll(ctx)
	res.Name = name
	if err != nil {
		return res, fmt.Errorf("%s: %w", name, err)
	}
	return res, nil
}

func (l *wireLoad) poll(ctx context.Context) (res loadResult, err error) {
	queue, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return res, err
	}
	defer syscall.Close(queue)
	conns := map[int32]*polled{}
	defer func() {
		for fd := range conns {
			syscall.Close(int(fd))
		}
	}()
	for range l.conns {
		fd, err := connect(l.addr)
		if err != nil {
			return res, err
		}
		conns[int32(fd)] = &polled{fd: fd}
		if err := syscall.EpollCtl(queue, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}); err != nil {
			return res, err
		}
	}
	rng := rand.New(rand.NewPCG(l.seed, 0))
	start := time.Now()
	counted := start.Add(l.length / 10)
	end := counted.Add(l.length)
	var buf []byte
	var times []float64
	busy := 0
	begin := func(c *polled) error {
		now := time.Now()
		if l.length > 0 && now.After(end) {
			return nil
		}
		if buf = l.next(rng, buf[:0]); buf == nil {
			return nil
		}
		busy++
		c.began = now
		n, err := syscall.Write(c.fd, buf)
		if err == nil && n < len(buf) {
			err = errors.New("a request does not fit into the socket's buffer")
		}
		return err
	}
	for _, c := range conns {
		if err := begin(c); err != nil {
			return res, err
		}
	}
	events := make([]syscall.EpollEvent, l.conns)
	scratch := make([]byte, 256<<10)
	for busy > 0 {
		if err := ctx.Err(); err != nil {
			return res, err
		}
		n, err := syscall.EpollWait(queue, events, 1000)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return res, err
		}
		for _, e := range events[:max(0, n)] {
			c := conns[e.Fd]
			k, err := syscall.Read(c.fd, scratch)
			if errors.Is(err, syscall.EAGAIN) {
				continue
			}
			if err == nil && k == 0 {
				err = errors.New("the server closed the connection")
			}
			if err != nil {
				return res, err
			}
			done, err := c.feed(scratch[:k])
			if err != nil {
				return res, err
			}
			if !done {
				continue
			}
			busy--
			if c.status >= 400 {
				res.Errors++
			}
			if !c.began.Before(counted) {
				times = append(times, float64(time.Since(c.began).Nanoseconds())/1e6)
			}
			if err := begin(c); err != nil {
				return res, err
			}
		}
	}
	took := time.Since(counted)
	q := quantilesOf(times)
	res.Requests, res.PerSecond = len(times), float64(len(times))/took.Seconds()
	res.P50, res.P95, res.P99 = q.P50, q.P95, q.P99
	return res, nil
}

func connect(addr string) (int, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return 0, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := errors.Join(syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1), syscall.SetNonblock(fd, true)); err != nil {
		syscall.Close(fd)
		return 0, err
	}
	return fd, nil
}
