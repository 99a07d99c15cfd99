package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
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
