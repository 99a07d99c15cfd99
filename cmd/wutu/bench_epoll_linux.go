package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strconv"
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

// polled is a connection and how far its answer has been read.
type polled struct {
	fd     int
	began  time.Time
	part   part
	line   []byte // the header, or a chunk's size, as far as it has come
	status int
	left   int64 // of the body or chunk
}

// part is a part of an answer.
type part uint8

const (
	header part = iota
	wholeBody
	chunkSize
	chunkBody
	trailer
)

// feed takes bytes as they come and reports whether the answer is complete.
func (c *polled) feed(data []byte) (done bool, err error) {
	for len(data) > 0 {
		switch c.part {
		case wholeBody, chunkBody:
			n := min(c.left, int64(len(data)))
			c.left -= n
			data = data[n:]
			if c.left > 0 {
				return false, nil
			}
			if c.part == wholeBody {
				return c.end(data)
			}
			c.part = chunkSize
		case header:
			from := max(0, len(c.line)-3)
			c.line = append(c.line, data...)
			at := bytes.Index(c.line[from:], []byte("\r\n\r\n"))
			if at < 0 {
				return false, nil
			}
			at += from
			data = data[len(data)-(len(c.line)-at-4):]
			if err := c.head(c.line[:at+2]); err != nil {
				return false, err
			}
			c.line = c.line[:0]
			if c.part == wholeBody && c.left == 0 {
				return c.end(data)
			}
		case chunkSize, trailer:
			at := bytes.IndexByte(data, '\n')
			if at < 0 {
				c.line = append(c.line, data...)
				return false, nil
			}
			c.line = append(c.line, data[:at]...)
			data = data[at+1:]
			text := string(bytes.TrimSpace(c.line))
			c.line = c.line[:0]
			if c.part == trailer {
				return c.end(data)
			}
			if c.left, err = strconv.ParseInt(text, 16, 64); err != nil {
				return false, err
			}
			if c.part = chunkBody; c.left == 0 {
				c.part = trailer
			}
			c.left += 2 // the line's end
		}
	}
	return false, nil
}

func (c *polled) end(rest []byte) (bool, error) {
	if len(rest) > 0 {
		return false, fmt.Errorf("%d bytes behind the answer", len(rest))
	}
	c.part = header
	return true, nil
}

// head reads the status and what the body's length is told by.
func (c *polled) head(text []byte) error {
	if len(text) < 12 || !bytes.HasPrefix(text, []byte("HTTP/1.1 ")) {
		return fmt.Errorf("%q is no answer", text[:min(len(text), 20)])
	}
	var err error
	if c.status, err = strconv.Atoi(string(text[9:12])); err != nil {
		return err
	}
	c.part, c.left = wholeBody, 0
	if c.status == 304 || c.status == 204 {
		return nil
	}
	if _, rest, ok := bytes.Cut(text, []byte("\r\nContent-Length: ")); ok {
		value, _, _ := bytes.Cut(rest, []byte("\r\n"))
		c.left, err = strconv.ParseInt(string(value), 10, 64)
		return err
	}
	if bytes.Contains(text, []byte("\r\nTransfer-Encoding: chunked\r\n")) {
		c.part = chunkSize
	}
	return nil
}
