package usage

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// pending is a cell's state on its way into the store.
type pending struct {
	cell   cell
	counts counts
}

// Flush writes the cells and the counters of the day that changed since the last
// one, and forgets the cells of hours that are over. What fails to be written is kept for the next Flush.
// Errors are those of the store. Cost: linear in the cells in memory.
func (m *Meter) Flush(ctx context.Context) error {
	m.writing.Lock()
	defer m.writing.Unlock()
	changed := m.snapshot(func(n *counts) bool { return n.requests != n.saved })
	now := m.o.Now()
	for part := range slices.Chunk(changed, batch) {
		b := layers.Batch{Actor: "system", At: now}
		for i := range part {
			p := &part[i]
			data, err := json.Marshal(p.cell.row(&p.counts))
			if err != nil {
				return &layers.Error{Kind: layers.Internal, Op: "usage", Err: err}
			}
			b.Records = append(b.Records, layers.Record{Bucket: Bucket, Key: p.cell.name(m.run), Data: data,
				Expires: time.Unix(p.cell.hour*3600, 0).UTC().Add(kept)})
		}
		if _, err := m.o.Store.Apply(ctx, b); err != nil {
			return err
		}
		for i := range part {
			m.saved(&part[i])
		}
	}
	m.forget(hourOf(now) - 1)
	return m.quotas.flush(ctx)
}

// snapshot copies the cells that want admits, in order of time, key, route,
// layer and role.
func (m *Meter) snapshot(want func(*counts) bool) []pending {
	var out []pending
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		for c, n := range s.cells {
			if want(n) {
				out = append(out, pending{c, *n})
			}
		}
		s.mu.Unlock()
	}
	slices.SortFunc(out, func(a, b pending) int { return compare(&a.cell, &b.cell) })
	return out
}

func compare(a, b *cell) int {
	if a.hour != b.hour {
		return int(a.hour - b.hour)
	}
	if d := strings.Compare(a.key, b.key); d != 0 {
		return d
	}
	if d := strings.Compare(a.route, b.route); d != 0 {
		return d
	}
	if d := strings.Compare(a.layer, b.layer); d != 0 {
		return d
	}
	return int(a.role) - int(b.role)
}

// saved notes what the store knows of a cell.
func (m *Meter) saved(p *pending) {
	s := m.shard(&p.cell)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.cells[p.cell]; n != nil {
		n.saved = p.counts.requests
	}
}

// forget drops what is written of the hours before hour. Entries that come late
// for them count in hour, so that no row is begun twice.
func (m *Meter) forget(hour int64) {
	m.floor.Store(max(m.floor.Load(), hour)) // only Flush moves it, one at a time
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		for c, n := range s.cells {
			if c.hour < hour && n.requests == n.saved {
				delete(s.cells, c)
			}
		}
		s.mu.Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for h := range m.cells {
		if h < hour {
			delete(m.cells, h)
		}
	}
}
