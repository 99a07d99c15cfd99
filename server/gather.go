package server

import (
	"bytes"
	"context"
	"io"
	"net"
)

// gatherer hands out connections that send an answer whose length is known in one
// piece. net/http fills a buffer of 4 kB, sends it, and sends the rest: two system
// calls and two packets to wake the client for. A tile of 9 kB costs a quarter less
// of the processor so.
type gatherer struct{ net.Listener }

// Accept waits for the next connection. Those that are no plain TCP come as they
// are: what lies over TLS is gathered there.
func (g gatherer) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if plain, ok := c.(*net.TCPConn); ok && err == nil {
		return &gathered{TCPConn: plain}, nil
	}
	return c, err
}

// gathered is such a connection. Answers are written by one goroutine at a time.
type gathered struct {
	*net.TCPConn
	body int64  // length of the body behind the header that is written next; 0: unknown
	held []byte // written by net/http, not sent yet
	left int64  // of the answer that is held
}

// mostHeld bounds what is held: more than the buffer of net/http only when a
// handler writes in small parts.
const mostHeld = 64 << 10

type gatheredKey struct{}

// withConn makes the connection known to its requests.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if g, ok := c.(*gathered); ok {
		return context.WithValue(ctx, gatheredKey{}, g)
	}
	return ctx
}

// gather says that the answer to a request has a body of so many bytes, all of which
// follow: called before its header is written.
func gather(ctx context.Context, body int64) {
	if g, ok := ctx.Value(gatheredKey{}).(*gathered); ok {
		g.body = body
	}
}

// scatter lets what was written so far go out, and what follows at once.
func scatter(ctx context.Context) error {
	if g, ok := ctx.Value(gatheredKey{}).(*gathered); ok {
		return g.release()
	}
	return nil
}

// Write sends, or holds what an answer begins with until the rest comes.
func (g *gathered) Write(p []byte) (int, error) {
	switch {
	case g.body > 0:
		end := bytes.Index(p, []byte("\r\n\r\n"))
		left := int64(end+4) + g.body - int64(len(p))
		g.body = 0
		if end < 0 || left <= 0 || len(p) > mostHeld {
			return g.TCPConn.Write(p)
		}
		g.held, g.left = append(g.held, p...), left
		return len(p), nil
	case len(g.held) == 0:
		return g.TCPConn.Write(p)
	}
	g.left -= int64(len(p))
	if g.left > 0 && len(g.held)+len(p) <= mostHeld {
		g.held = append(g.held, p...)
		return len(p), nil
	}
	parts := net.Buffers{g.held, p}
	n, err := parts.WriteTo(g.TCPConn)
	n -= int64(len(g.held))
	g.drop()
	return int(max(n, 0)), err
}

// ReadFrom sends from a file without copying.
func (g *gathered) ReadFrom(r io.Reader) (int64, error) {
	if err := g.release(); err != nil {
		return 0, err
	}
	return g.TCPConn.ReadFrom(r)
}

func (g *gathered) release() error {
	g.body = 0
	if len(g.held) == 0 {
		return nil
	}
	_, err := g.TCPConn.Write(g.held)
	g.drop()
	return err
}

// drop forgets what was held. Room of the usual size is kept for the next answer.
func (g *gathered) drop() {
	if g.left = 0; cap(g.held) > 8<<10 {
		g.held = nil
	}
	g.held = g.held[:0]
}
