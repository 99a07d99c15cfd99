package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"wutu/layers"
)

// testConcurrentWriters: every acknowledged change is there, and the sequence
// numbers of all changes are gapless and unique.
func testConcurrentWriters(t *testing.T, s *suite) {
	s.define(things())
	const writers, batches, size = 8, 20, 5
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for b := range batches {
				var changes []layers.Change
				for i := range size {
					changes = append(changes, put("things", thing(fmt.Sprintf("w%d-%02d-%d", w, b, i), i)))
				}
				if b%5 == 4 { // a bad batch among good ones harms nobody
					bad := append(changes[:2:2], put("things", &layers.Feature{Key: "bad", Values: []layers.Value{layers.Int(1)}}))
					if _, err := s.store.Apply(s.ctx, layers.Batch{Changes: bad}); layers.KindOf(err) != layers.Invalid || err == nil {
						t.Errorf("a bad batch: %v", err)
					}
					stale := uint64(1 << 40)
					conflict := append(changes[:2:2], layers.Change{Op: layers.Put, Layer: "things", Feature: thing("bad", 1), IfVersion: &stale})
					if _, err := s.store.Apply(s.ctx, layers.Batch{Changes: conflict}); layers.KindOf(err) != layers.Conflict || err == nil {
						t.Errorf("a conflicting batch: %v", err)
					}
				}
				if _, err := s.store.Apply(s.ctx, layers.Batch{Changes: changes}); err != nil {
					t.Errorf("apply: %v", err)
				}
			}
		})
	}
	wg.Wait()
	const total = writers * batches * size
	if seq := s.seq(); seq != total+1 {
		t.Errorf("sequence %d after %d changes and a definition", seq, total)
	}
	for i, c := range s.follow(0) {
		if c.Seq != uint64(i)+1 {
			t.Fatalf("change %d has number %d", i+1, c.Seq)
		}
	}
	byBatch := make(map[string]uint64) // a batch is one run of numbers
	for _, f := range s.read(layers.Query{Layer: "things"}) {
		batch, i := f.Key[:len(f.Key)-2], uint64(f.Key[len(f.Key)-1]-'0')
		if first, ok := byBatch[batch]; ok && first != f.Version-i {
			t.Errorf("%s has version %d, its batch began at %d", f.Key, f.Version, first)
		}
		byBatch[batch] = f.Version - i
	}
	if len(byBatch) != writers*batches {
		t.Errorf("%d batches are there, %d were acknowledged", len(byBatch), writers*batches)
	}
	replay(t, s)
}

// testConcurrentConflicts: writers that raise a counter under IfVersion lose no
// raise.
func testConcurrentConflicts(t *testing.T, s *suite) {
	s.define(things())
	s.changes(put("things", thing("counter", 0)))
	const writers, raises = 4, 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < raises; {
				got, err := collect(s.ctx, s.store, layers.Query{Subject: system, Layer: "things", IDs: []string{"counter"}})
				if err != nil || len(got) != 1 {
					t.Errorf("read: %v", err)
					return
				}
				version := got[0].Version
				_, err = s.store.Apply(s.ctx, layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: "things", IfVersion: &version,
					Feature: thing("counter", int(got[0].Values[size].Int())+1)}}})
				switch {
				case err == nil:
					done++
				case layers.KindOf(err) != layers.Conflict:
					t.Errorf("apply: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := s.one("things", "counter").Values[size].Int(); n != writers*raises {
		t.Errorf("the counter is %d after %d raises", n, writers*raises)
	}
}

func testCancel(t *testing.T, s *suite) {
	s.define(things())
	var changes []layers.Change
	for i := range 2000 {
		changes = append(changes, put("things", thing(fmt.Sprintf("t%04d", i), i)))
	}
	s.changes(changes...)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	n := 0
	var failed error
	for _, err := range s.store.Read(ctx, layers.Query{Subject: system, Layer: "things"}) {
		if failed = err; err != nil {
			break
		}
		if n++; n == 10 {
			cancel()
		}
	}
	if !errors.Is(failed, context.Canceled) || n >= 2000 {
		t.Errorf("a cancelled read ended after %d features with %v", n, failed)
	}
	if _, err := s.store.Apply(ctx, layers.Batch{Changes: []layers.Change{remove("things", "t0000")}}); !errors.Is(err, context.Canceled) {
		t.Errorf("apply: %v", err)
	}
	if _, err := s.store.Seq(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("seq: %v", err)
	}
	if _, err := s.store.Layers(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("layers: %v", err)
	}
	for _, err := range s.store.Changes(ctx, 0) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("changes: %v", err)
		}
		break
	}
	for _, err := range s.store.Records(ctx, "x", "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("records: %v", err)
		}
		break
	}
	s.one("things", "t0000")
}

func testClose(t *testing.T, s *suite) {
	s.define(things())
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	unavailable := func(what string, err error) {
		t.Helper()
		if err == nil || layers.KindOf(err) != layers.Unavailable {
			t.Errorf("%s after close: %v", what, err)
		}
	}
	_, err := s.store.Apply(s.ctx, layers.Batch{})
	unavailable("apply", err)
	_, err = s.store.Seq(s.ctx)
	unavailable("seq", err)
	_, err = s.store.Layers(s.ctx)
	unavailable("layers", err)
	_, err = collect(s.ctx, s.store, layers.Query{Subject: system, Layer: "things"})
	unavailable("read", err)
	for _, err := range s.store.Changes(s.ctx, 0) {
		unavailable("changes", err)
	}
	for _, err := range s.store.Records(s.ctx, "x", "") {
		unavailable("records", err)
	}
}

func testReopen(t *testing.T, s *suite) {
	if s.reopen == nil {
		return
	}
	s.apply(layers.Batch{Layers: []*layers.Layer{things(), persons(), grids()}, Records: []layers.Record{{Bucket: "r", Key: "k", Data: []byte("v")}},
		Audit: []layers.AuditLine{{Actor: "me", Action: "test"}}})
	for what, g := range shapes() {
		s.changes(put("things", &layers.Feature{Key: what, Shape: g, Values: []layers.Value{layers.Text(what), {}, layers.Int(1<<60 + 1)}}))
	}
	s.changes(remove("things", "line"), put("things", thing("a", 1)))
	before, feed, seq := s.read(layers.Query{Layer: "things"}), s.follow(0), s.seq()
	defs, err := s.store.Layers(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	again := *s
	again.store = s.reopen()
	defer func() {
		if err := again.store.Close(); err != nil {
			t.Error(err)
		}
	}()
	if got := again.seq(); got != seq {
		t.Errorf("sequence %d, it was %d", got, seq)
	}
	equal(t, "features", again.read(layers.Query{Layer: "things"}), before)
	equal(t, "feed", again.follow(0), feed)
	got, err := again.store.Layers(s.ctx)
	equal(t, "layers", got, defs)
	if r := again.records("r", ""); err != nil || len(r) != 1 || string(r[0].Data) != "v" {
		t.Errorf("records %v, %v", r, err)
	}
	if next := again.changes(put("things", thing("b", 1))); next != seq+1 {
		t.Errorf("sequence %d after %d", next, seq)
	}
}
