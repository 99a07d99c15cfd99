package auth

import (
	"context"
	"encoding/json"
	"iter"
	"sync"
	"time"

	"wutu/layers"
)

// remembered bounds the records a Gate keeps, and keep how long: what another
// process changes is in force within keep. What is asked for in the second half of that
// time is read again meanwhile, so that those who ask often do not wait for the store.
const (
	remembered = 8192
	keep       = 500 * time.Millisecond
)

// memory keeps records that were looked up. What this process changes is
// forgotten at once: a lookup that began before the change is not kept.
type memory struct {
	mu      sync.Mutex
	known   map[place]remembrance
	changes uint64 // counts forget
}

type place struct{ bucket, key string }

type remembrance struct {
	data    []byte // nil: there is no such record
	until   time.Time
	renewed bool // it is being read again
	decoded any  // nil: nobody asked for it yet
}

func (m *memory) init() { m.known = make(map[place]remembrance) }

// forget drops everything. Changes are rare beside lookups.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.known)
	m.changes++
}

// recent returns a record's data, at most keep old; nil when there is none.
func (g *Gate) recent(ctx context.Context, bucket, key string) ([]byte, error) {
	r, err := g.recall(ctx, place{bucket, key})
	return r.data, err
}

// recentAs is recent, decoded once for all who ask: nobody may change it. id names
// the record in errors.
func recentAs[T any](ctx context.Context, g *Gate, bucket, key, id string) (*T, error) {
	at := place{bucket, key}
	r, err := g.recall(ctx, at)
	if err != nil || r.data == nil {
		return nil, err
	}
	if v, ok := r.decoded.(*T); ok {
		return v, nil
	}
	v := new(T)
	if err := decode(bucket, id, r.data, v); err != nil {
		return nil, err
	}
	g.memory.mu.Lock()
	defer g.memory.mu.Unlock()
	if known := g.memory.known[at]; len(known.data) > 0 && &known.data[0] == &r.data[0] { // the same reading
		known.decoded = v
		g.memory.known[at] = known
	}
	return v, nil
}

// recall returns a record as it is remembered, or reads it.
func (g *Gate) recall(ctx context.Context, at place) (remembrance, error) {
	m, now := &g.memory, g.o.Now()
	m.mu.Lock()
	known, ok := m.known[at]
	changes := m.changes
	ok = ok && now.Before(known.until)
	renew := ok && !known.renewed && known.until.Sub(now) < keep/2
	if renew {
		known.renewed = true
		m.known[at] = known
	}
	m.mu.Unlock()
	if renew {
		go g.read(context.WithoutCancel(ctx), at, now, changes) //nolint:errcheck // who asks when it is too old will be told
	}
	if ok {
		return known, nil
	}
	data, err := g.read(ctx, at, now, changes)
	return remembrance{data: data}, err
}

// read reads a record and keeps it, unless something was changed since the count of
// changes was taken, at now.
func (g *Gate) read(ctx context.Context, at place, now time.Time, changes uint64) ([]byte, error) {
	data, err := fetch(ctx, g.o.Store, at.bucket, at.key)
	if err != nil {
		return nil, err
	}
	m := &g.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.changes != changes {
		return data, nil
	}
	if len(m.known) >= remembered {
		clear(m.known)
	}
	if until := now.Add(keep); until.After(m.known[at].until) {
		m.known[at] = remembrance{data: data, until: until}
	}
	return data, nil
}

// Records is where records are read.
type Records interface {
	Records(ctx context.Context, bucket, prefix string) iter.Seq2[layers.Record, error]
}

// fetch returns the data of one record, nil when there is none.
func fetch(ctx context.Context, r Records, bucket, key string) ([]byte, error) {
	for rec, err := range r.Records(ctx, bucket, key) {
		if err != nil {
			return nil, err
		}
		if rec.Key == key {
			return rec.Data, nil
		}
		break // in order of key: the exact one comes first
	}
	return nil, nil
}

// decode reads a record's JSON. The error is Internal: the store holds what this
// package has not written.
func decode(bucket, key string, data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "auth", ID: bucket + "/" + key, Err: err}
	}
	return nil
}
