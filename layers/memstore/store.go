package memstore

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/keyring"
)

// Store keeps a city in memory. Safe for use by many goroutines. Make one with
// New.
type Store struct {
	now func() time.Time

	mu      sync.Mutex
	closed  bool
	tables  map[string]*table
	log     []entry // entry i has sequence i+1
	records map[recordKey]layers.Record
	audit   []audit.Line
	seals   []audit.Seal
	trusted []keyring.Public // may sign seals
	tracks  tracks
}

var _ layers.Store = (*Store)(nil)

// table is one layer: its definition and every version of its features.
type table struct {
	layer   *layers.Layer
	defined uint64             // sequence of the latest definition
	rows    map[string]*record // by feature id, deleted features too
}

// record is the life of one feature.
type record struct {
	current  *layers.Feature // nil when deleted
	versions []version       // in order of Feature.Version
}

// version is one state of a feature; deleted is set when the change after it was
// a deletion.
type version struct {
	feature layers.Feature
	deleted time.Time
}

// entry is one line of the change log.
type entry struct {
	at    time.Time
	op    layers.Op
	layer string
	id    string
}

type recordKey struct{ bucket, key string }

// New makes an empty store that takes the time from the system clock.
func New() *Store { return NewWithClock(time.Now) }

// NewWithClock makes an empty store. now dates batches that carry no time and
// decides which records have expired; it is called with the store locked.
func NewWithClock(now func() time.Time) *Store {
	return &Store{now: now, tables: make(map[string]*table), records: make(map[recordKey]layers.Record)}
}

// lock takes the mutex of an open store.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return &layers.Error{Kind: layers.Unavailable, Op: "memstore", Err: fmt.Errorf("the store is closed")}
	}
	return nil
}

// Close makes every later call fail with Unavailable. The content is lost.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// Layers returns the definitions in order of id.
func (s *Store) Layers(ctx context.Context) ([]*layers.Layer, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []*layers.Layer
	for _, id := range slices.Sorted(maps.Keys(s.tables)) {
		out = append(out, s.tables[id].layer)
	}
	return out, nil
}

// Apply implements layers.Writer. Cost O(size of b).
func (s *Store) Apply(ctx context.Context, b layers.Batch) (uint64, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	tx := &transaction{store: s, now: s.now().UTC().Truncate(time.Microsecond)}
	tx.at = tx.now
	if !b.At.IsZero() {
		tx.at = b.At.UTC().Truncate(time.Microsecond)
	}
	if err := tx.apply(&b); err != nil {
		for _, undo := range slices.Backward(tx.undo) {
			undo()
		}
		return 0, err
	}
	return uint64(len(s.log)), nil
}

// transaction is a batch being applied; undo holds what takes it back.
type transaction struct {
	store *Store
	now   time.Time
	at    time.Time
	undo  []func()
}

func (tx *transaction) apply(b *layers.Batch) error {
	for _, l := range b.Layers {
		if err := tx.define(l); err != nil {
			return err
		}
	}
	for i := range b.Changes {
		if err := tx.change(&b.Changes[i]); err != nil {
			return err
		}
	}
	for _, r := range b.Records {
		if err := tx.record(r); err != nil {
			return err
		}
	}
	n := len(tx.store.audit)
	tx.undo = append(tx.undo, func() { tx.store.audit = tx.store.audit[:n] })
	for _, a := range b.Audit {
		tx.store.appendAudit(audit.Complete(a, b.Actor, tx.at))
	}
	return nil
}

// next appends to the change log and returns the new sequence.
func (tx *transaction) next(op layers.Op, layer, id string) uint64 {
	s := tx.store
	n := len(s.log)
	tx.undo = append(tx.undo, func() { s.log = s.log[:n] })
	s.log = append(s.log, entry{at: tx.at, op: op, layer: layer, id: id})
	return uint64(len(s.log))
}

func (tx *transaction) define(l *layers.Layer) error {
	if l == nil {
		return layers.Invalidf("apply", "layers", "holds a layer that is nil")
	}
	if err := l.Check(); err != nil {
		return err
	}
	s := tx.store
	t, exists := s.tables[l.ID]
	if !exists {
		tx.undo = append(tx.undo, func() { delete(s.tables, l.ID) })
		s.tables[l.ID] = &table{layer: cloneLayer(l), defined: tx.next(layers.Define, l.ID, ""), rows: make(map[string]*record)}
		return nil
	}
	if reflect.DeepEqual(cloneLayer(l), t.layer) {
		return nil // no change
	}
	if err := t.layer.CheckSuccessor(l); err != nil {
		return err
	}
	before, defined := t.layer, t.defined
	tx.undo = append(tx.undo, func() { t.layer, t.defined = before, defined })
	t.layer, t.defined = cloneLayer(l), tx.next(layers.Define, l.ID, "")
	return nil
}

func (tx *transaction) change(c *layers.Change) error {
	t, ok := tx.store.tables[c.Layer]
	if !ok {
		return &layers.Error{Kind: layers.NotFound, Op: "apply", Layer: c.Layer, ID: c.ID, Err: fmt.Errorf("no such layer")}
	}
	switch c.Op {
	case layers.Put:
		return tx.put(t, c)
	case layers.Delete:
		return tx.remove(t, c)
	case layers.Define:
	}
	return &layers.Error{Kind: layers.Invalid, Op: "apply", Layer: c.Layer, ID: c.ID, Field: "op",
		Err: fmt.Errorf("a change is put or delete, not %s", c.Op)}
}

func (tx *transaction) put(t *table, c *layers.Change) error {
	f, err := normalized(t.layer, c)
	if err != nil {
		return err
	}
	r, known := t.rows[f.Key]
	if !known {
		r = &record{}
	}
	if err := checkVersion(t, r, f.Key, c.IfVersion); err != nil {
		return err
	}
	before := *r
	tx.undo = append(tx.undo, func() {
		*r = before
		if !known {
			delete(t.rows, f.Key)
		}
	})
	t.rows[f.Key] = r
	f.Version = tx.next(layers.Put, t.layer.ID, f.Key)
	r.current = &f
	r.versions = append(r.versions, version{feature: f})
	return nil
}

func (tx *transaction) remove(t *table, c *layers.Change) error {
	r, known := t.rows[c.ID]
	if !known {
		r = &record{}
	}
	if err := checkVersion(t, r, c.ID, c.IfVersion); err != nil {
		return err
	}
	if r.current == nil {
		return nil
	}
	before := *r
	tx.undo = append(tx.undo, func() { *r = before; r.versions[len(r.versions)-1].deleted = time.Time{} })
	tx.next(layers.Delete, t.layer.ID, c.ID)
	r.current = nil
	r.versions[len(r.versions)-1].deleted = tx.at
	return nil
}

func checkVersion(t *table, r *record, id string, want *uint64) error {
	if want == nil {
		return nil
	}
	have := uint64(0)
	if r.current != nil {
		have = r.current.Version
	}
	if have != *want {
		return &layers.Error{Kind: layers.Conflict, Op: "apply", Layer: t.layer.ID, ID: id, Field: "version",
			Err: fmt.Errorf("is %d, expected %d", have, *want)}
	}
	return nil
}
