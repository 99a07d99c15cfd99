package gpkg

import (
	"context"
	"errors"
	"sync"
)

// maxIdle is how many reading connections are kept. Each holds a page cache of
// readCacheKiB; more readers at a time open more and close them afterwards.
const (
	maxIdle      = 4
	readCacheKiB = 8 << 10
)

// pool lends connections to readers.
type pool struct {
	open func() (*conn, error)

	mu     sync.Mutex
	closed bool
	idle   []*conn
	lent   sync.WaitGroup
}

// lend runs f with a connection inside a read transaction, which sees one
// committed state. f must not call into the pool's close.
func (p *pool) lend(ctx context.Context, op string, f func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := p.take(op)
	if err != nil {
		return translate(op, err)
	}
	defer p.lent.Done()
	if _, err := c.exec("BEGIN"); err != nil {
		return translate(op, errors.Join(err, c.close()))
	}
	err = f(c)
	if _, end := c.exec("ROLLBACK"); end != nil {
		return translate(op, errors.Join(err, end, c.close()))
	}
	return translate(op, errors.Join(err, p.put(c)))
}

func (p *pool) take(op string) (*conn, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, closedError(op)
	}
	p.lent.Add(1)
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := p.open()
	if err != nil {
		p.lent.Done()
	}
	return c, err
}

func (p *pool) put(c *conn) error {
	p.mu.Lock()
	if !p.closed && len(p.idle) < maxIdle {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
		return nil
	}
	p.mu.Unlock()
	return c.close()
}

// close waits until every connection is back and closes them.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	p.lent.Wait()
	var errs []error
	for _, c := range idle {
		errs = append(errs, c.close())
	}
	return errors.Join(errs...)
}
