package cache

import (
	"container/list"
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"wutu/layers"
)

// DefaultMaxBytes is the room of a Cache when Options name none.
const DefaultMaxBytes = 128 << 20

// Options of a Cache.
type Options struct {
	MaxBytes int64 // room for packed tiles and keys; 0 means DefaultMaxBytes
}

// Cache keeps the entries used last within its room. It is safe for many
// goroutines.
type Cache struct {
	maxBytes int64
	packer   Packer

	mu      sync.Mutex // guards what follows
	entries map[Key]*list.Element
	order   *list.List // of *kept, used last in front
	tags    *tags
	bytes   int64 // of entries and tags
	flights map[Key]*flight
	stats   Stats
}

type kept struct {
	key    Key
	entry  *Entry
	weight int64
}

// Stats counts what a Cache did.
type Stats struct {
	Hits    uint64 // answered from memory
	Renders uint64 // rendered
	Shared  uint64 // waited for another's render
	Told    uint64 // answered from the tag of a tile that was dropped
	Entries int    // now
	Tags    int    // of tiles that were dropped, now
	Bytes   int64  // now
}

// New makes a cache.
func New(o Options) *Cache {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	return &Cache{maxBytes: o.MaxBytes, entries: map[Key]*list.Element{}, order: list.New(), tags: newTags(), flights: map[Key]*flight{}}
}

// flight is a render that runs; those who want its result are counted.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int // guarded by Cache.mu
	entry   *Entry
	err     error
}

// Answer answers for the tile of k without rendering: from its entry, or, when that
// was dropped to make room, from the tag that is remembered, if that is enough. ok is
// false when it is not. The error is that of Entry.Respond.
func (c *Cache) Answer(k *Key, asked Conditions) (r Response, ok bool, err error) {
	c.mu.Lock()
	if e, ok := c.find(k); ok {
		c.mu.Unlock()
		r, err = e.Respond(asked)
		return r, true, err
	}
	was, known := c.tags.find(k)
	c.mu.Unlock()
	if !known {
		return r, false, nil
	}
	if r, ok = was.respond(asked); ok {
		c.mu.Lock()
		c.stats.Told++
		c.mu.Unlock()
	}
	return r, ok, nil
}

// find returns the entry of k when it is kept; c.mu is held.
func (c *Cache) find(k *Key) (*Entry, bool) {
	e, ok := c.entries[*k]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	c.stats.Hits++
	return e.Value.(*kept).entry, true
}

// Get returns the entry of k, rendering it when it is not there. Of many who
// ask at once one render serves all; it runs until it ends or nobody waits for
// it any more, and its context carries the values of the first. Errors are those
// of ctx and of render; they are not kept.
func (c *Cache) Get(ctx context.Context, k Key, render func(ctx context.Context) (Tile, error)) (*Entry, error) {
	c.mu.Lock()
	if e, ok := c.find(&k); ok {
		c.mu.Unlock()
		return e, nil
	}
	f, running := c.flights[k]
	if running {
		c.stats.Shared++
	} else {
		c.stats.Renders++
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight{done: make(chan struct{}), cancel: cancel}
		c.flights[k] = f
		go c.fly(own, k, f, render)
	}
	f.waiters++
	c.mu.Unlock()

	select {
	case <-f.done:
		return f.entry, f.err
	case <-ctx.Done():
		c.mu.Lock()
		if f.waiters--; f.waiters == 0 {
			f.cancel()
			if c.flights[k] == f { // the next to ask starts afresh
				delete(c.flights, k)
			}
		}
		c.mu.Unlock()
		return nil, ctx.Err()
	}
}

func (c *Cache) fly(ctx context.Context, k Key, f *flight, render func(ctx context.Context) (Tile, error)) {
	defer f.cancel()
	f.entry, f.err = c.guarded(ctx, render)
	err := f.err
	c.mu.Lock()
	if c.flights[k] == f {
		delete(c.flights, k)
	}
	if err == nil {
		c.keep(k, f.entry)
	}
	c.mu.Unlock()
	close(f.done)
}

// guarded renders an entry. A panic becomes an error: here no caller's stack
// could catch it.
func (c *Cache) guarded(ctx context.Context, render func(ctx context.Context) (Tile, error)) (e *Entry, err error) {
	defer func() {
		if p := recover(); p != nil {
			e, err = nil, &layers.Error{Kind: layers.Internal, Op: "cache.Get", Err: fmt.Errorf("render: %v\n%s", p, debug.Stack())}
		}
	}()
	t, err := render(ctx)
	if err != nil {
		return nil, err
	}
	return c.packer.NewEntry(t)
}

// keep adds an entry and makes room. c.mu is held.
func (c *Cache) keep(k Key, entry *Entry) {
	if _, ok := c.entries[k]; ok {
		return
	}
	v := &kept{key: k, entry: entry, weight: int64(len(entry.gzip.body) + entrySize + k.size())}
	if v.weight > c.maxBytes {
		return
	}
	c.bytes -= c.tags.drop(&k)
	c.entries[k] = c.order.PushFront(v)
	entry.grew = func(bytes int) { c.grow(k, entry, int64(bytes)) }
	c.bytes += v.weight
	c.shrink()
}

// grow takes note of more bytes of an entry, if it is still kept.
func (c *Cache) grow(k Key, entry *Entry, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[k]; ok && e.Value.(*kept).entry == entry {
		e.Value.(*kept).weight += bytes
		c.bytes += bytes
		c.shrink()
	}
}

// shrink drops what was used least recently until the rest has room: entries, of
// which the tags stay, and then tags, which have an eighth of the room. c.mu is held.
func (c *Cache) shrink() {
	for c.bytes > c.maxBytes {
		oldest := c.order.Back()
		if oldest == nil || c.tags.bytes > c.maxBytes/8 {
			c.bytes -= c.tags.dropOldest()
			continue
		}
		v := oldest.Value.(*kept)
		c.drop(oldest)
		c.bytes += c.tags.add(&v.key, v.entry)
	}
}

func (c *Cache) drop(e *list.Element) {
	v := c.order.Remove(e).(*kept)
	delete(c.entries, v.key)
	c.bytes -= v.weight
}

// Invalidate forgets the entries for which stale says so: room is free at once
// instead of when it is needed. It costs O(entries).
func (c *Cache) Invalidate(stale func(Key) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.order.Front(); e != nil; {
		next := e.Next()
		if stale(e.Value.(*kept).key) {
			c.drop(e)
		}
		e = next
	}
	c.bytes -= c.tags.forget(stale)
}

// Stats returns the counts so far.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Entries, s.Tags, s.Bytes = len(c.entries), len(c.tags.known), c.bytes
	return s
}
