package usage

import (
	"context"
	"encoding/hex"
	"hash/maphash"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
)

// Bucket is the bucket of the hourly rows.
const Bucket = "usage"

const (
	shards       = 16
	defaultCells = 8192
	defaultEvery = 5 * time.Second
	// kept is how long rows are kept: the six months that the Cybersecurity Law,
	// article 21, asks of network logs, and a year to compare with.
	kept = 400 * 24 * time.Hour
	// batch bounds the records of one commit.
	batch = 2000
	// closing bounds the last write when the server stops.
	closing = 10 * time.Second
)

// Store is what a Meter needs of the city's store.
type Store interface {
	layers.Reader
	layers.Writer
}

// Options configures a Meter; Store, Now and Rand are required.
type Options struct {
	Store Store
	Now   func() time.Time
	Rand  io.Reader      // for the name of this run
	Log   *slog.Logger   // nil: discards
	Every time.Duration  // between writes; 0: 5 s
	Cells int            // distinct cells of one hour in memory; 0: 8192
	Zone  *time.Location // of the days of quotas; nil: China
}

// Meter counts entries and keeps quotas. Safe for concurrent use.
type Meter struct {
	o      Options
	run    string
	seed   maphash.Seed
	quotas *quotas
	shards [shards]shard

	floor atomic.Int64 // the oldest hour still counted; earlier entries count there

	mu    sync.Mutex    // guards cells; taken after a shard's
	cells map[int64]int // hour to its number of cells

	writing sync.Mutex // one Flush at a time; taken before a shard's
}

type shard struct {
	mu    sync.Mutex
	cells map[cell]*counts
	_     [40]byte // keeps neighbours on other cache lines
}

// New returns a Meter. The error is Invalid for missing options, Internal when
// Rand fails.
func New(o Options) (*Meter, error) {
	if o.Store == nil || o.Now == nil || o.Rand == nil {
		return nil, layers.Invalidf("usage", "options", "Store, Now and Rand are required")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Every <= 0 {
		o.Every = defaultEvery
	}
	if o.Cells <= 0 {
		o.Cells = defaultCells
	}
	var id [6]byte
	if _, err := io.ReadFull(o.Rand, id[:]); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "usage", Err: err}
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Shanghai", 8*60*60) // China has one zone and no summer time
	}
	m := &Meter{o: o, quotas: newQuotas(&o), run: hex.EncodeToString(id[:]), seed: maphash.MakeSeed(), cells: make(map[int64]int)}
	for i := range m.shards {
		m.shards[i].cells = make(map[cell]*counts)
	}
	return m, nil
}

// Count adds an entry. It keeps no reference to e; the strings it keeps.
func (m *Meter) Count(e *Entry) {
	c := cell{hour: hourOf(e.At), key: e.key(), layer: e.Layer, route: e.Route, role: e.Role}
	if m.add(&c, e) {
		return
	}
	c.key, c.layer = Rest, Rest
	if e.Layer == "" {
		c.layer = ""
	}
	m.add(&c, e)
}

// add counts e in c. It returns false when c is new and the hour has no room;
// cells of the rest always have room: routes and roles are declared.
func (m *Meter) add(c *cell, e *Entry) bool {
	s := m.shard(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.hour = max(c.hour, m.floor.Load())
	n := s.cells[*c]
	if n == nil {
		if !m.room(c) {
			return false
		}
		n = new(counts)
		s.cells[*c] = n
	}
	n.add(e)
	return true
}

// shard is where c lives, whatever its hour.
func (m *Meter) shard(c *cell) *shard {
	return &m.shards[(maphash.String(m.seed, c.key)+maphash.String(m.seed, c.route))%shards]
}

func (m *Meter) room(c *cell) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cells[c.hour] >= m.o.Cells && c.key != Rest {
		return false
	}
	m.cells[c.hour]++
	return true
}

// Run writes what was counted every Options.Every until ctx ends, and then once
// more.
func (m *Meter) Run(ctx context.Context) {
	tick := time.NewTicker(m.o.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
			defer cancel()
			m.flush(last)
			return
		case <-tick.C:
			m.flush(ctx)
		}
	}
}

func (m *Meter) flush(ctx context.Context) {
	if err := m.Flush(ctx); err != nil && ctx.Err() == nil {
		m.o.Log.Error("usage is not written; it is tried again", "err", err)
	}
}
