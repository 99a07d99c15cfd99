package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// wire is an HTTP/1.1 connection that costs a few microseconds a request, so that
// beside a server on the same cores it is the server that is measured.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(ctx context.Context, addr string) (*wire, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// wireAnswer is what came back. The body is read and dropped.
type wireAnswer struct {
	status int
	bytes  int64
	etag   string
}

// getRequest appends a request to buf.
func getRequest(buf []byte, path string, header ...string) []byte {
	buf = append(append(append(buf, "GET "...), path...), " HTTP/1.1\r\nHost: 127.0.0.1\r\n"...)
	return append(endHeader(buf, header), "\r\n"...)
}

// postRequest appends a request with a JSON body to buf.
func postRequest(buf []byte, path, body string, header ...string) []byte {
	buf = append(append(append(buf, "POST "...), path...), " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "...)
	buf = append(strconv.AppendInt(buf, int64(len(body)), 10), "\r\n"...)
	return append(append(endHeader(buf, header), "\r\n"...), body...)
}

func endHeader(buf []byte, header []string) []byte {
	for _, h := range header {
		buf = append(append(buf, h...), "\r\n"...)
	}
	return buf
}

// send sends a request and reads its answer, copying the body into body unless it
// is nil.
func (w *wire) send(request []byte, body io.Writer) (wireAnswer, error) {
	var a wireAnswer
	if _, err := w.conn.Write(request); err != nil {
		return a, err
	}
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return a, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return a, fmt.Errorf("%q is no status line", line)
	}
	a.status, _ = strconv.Atoi(string(line[9:12]))
	length, chunked := int64(0), false
	for {
		if line, err = w.in.ReadSlice('\n'); err != nil {
			return a, err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(line[:len(line)-2], []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, _ = strconv.ParseInt(string(value), 10, 64)
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		case bytes.EqualFold(name, []byte("Etag")):
			a.etag = string(value)
		}
	}
	if a.status == 304 || a.status == 204 {
		return a, nil
	}
	if chunked {
		return a, w.chunks(&a, body)
	}
	a.bytes = length
	return a, w.take(length, body)
}

func (w *wire) take(n int64, body io.Writer) error {
	if body != nil {
		_, err := io.CopyN(body, w.in, n)
		return err
	}
	for n > 0 {
		k, err := w.in.Discard(int(min(n, 1<<30)))
		n -= int64(k)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *wire) chunks(a *wireAnswer, body io.Writer) error {
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil {
			return err
		}
		a.bytes += n
		if err := w.take(n, body); err != nil {
			return err
		}
		if err := w.take(2, nil); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

// wireLoad is requests from several connections, each waiting for its answer.
type wireLoad struct {
	addr   string
	conns  int
	length time.Duration // of the measurement, after a tenth more to warm up; 0: until next is nil
	seed   uint64
	// next appends the next request to buf, or returns nil when there is none. It
	// is called from all connections, each with its own source.
	next func(r *rand.Rand, buf []byte) []byte
}

// each sends the requests from a goroutine for each connection.
func (l *wireLoad) each(ctx context.Context, name string) (loadResult, error) {
	type tally struct {
		times  []float64
		errors int
		err    error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tallies := make([]tally, l.conns)
	start := time.Now()
	counted := start.Add(l.length / 10)
	end := counted.Add(l.length)
	var work sync.WaitGroup
	for i := range l.conns {
		work.Go(func() {
			t, r := &tallies[i], rand.New(rand.NewPCG(l.seed, uint64(i)))
			w, err := dial(ctx, l.addr)
			if err != nil {
				t.err = err
				cancel()
				return
			}
			defer w.conn.Close()
			stop := context.AfterFunc(ctx, func() { w.conn.Close() })
			defer stop()
			var buf []byte
			for {
				if buf = l.next(r, buf[:0]); buf == nil {
					return
				}
				began := time.Now()
				if l.length > 0 && began.After(end) {
					return
				}
				a, err := w.send(buf, nil)
				if err != nil {
					t.err = err
					cancel()
					return
				}
				if a.status >= 400 {
					t.errors++
				}
				if !began.Before(counted) {
					t.times = append(t.times, float64(time.Since(began).Nanoseconds())/1e6)
				}
			}
		})
	}
	work.Wait()
	took := time.Since(counted)
	res := loadResult{Name: name}
	var all []float64
	for _, t := range tallies {
		all = append(all, t.times...)
		res.Errors += t.errors
		if t.err != nil && !errors.Is(t.err, context.Canceled) {
			return res, fmt.Errorf("%s: %w", name, t.err)
		}
	}
	slices.Sort(all)
	res.Requests, res.PerSecond = len(all), float64(len(all))/took.Seconds()
	if len(all) > 0 {
		at := func(q float64) float64 { return all[min(int(q*float64(len(all))), len(all)-1)] }
		res.P50, res.P95, res.P99 = at(0.5), at(0.95), at(0.99)
	}
	return res, ctx.Err()
}
