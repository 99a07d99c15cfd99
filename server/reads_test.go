package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/memstore"
	"wutu/server"
)

// What is read of persons is in the trail: who, how they asked, and how many rows
// left. What the rest of the city is asked is not.
func TestReadsOfPersonsAreRecorded(t *testing.T) {
	c := newCity(t, true)
	lines := func(action string, n int) (out []audit.Line) {
		t.Helper()
		deadline := time.Now().Add(5 * time.Second)
		for time.Now().Before(deadline) {
			out = nil
			for l, err := range c.store.Audit(t.Context(), audit.Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				if l.Action == action {
					out = append(out, l)
				}
			}
			if len(out) >= n {
				return out
			}
			time.Sleep(20 * time.Millisecond) // the recorder writes five times a second
		}
		return out
	}
	c.get("", "/ogc/collections/buildings/items?limit=1", 200)
	c.get("", "/ogc/collections/persons/items?limit=1", 403)
	c.get("gridworker", "/ogc/collections/persons/items?limit=3&filter=name%3E%27%27", 200)
	got := lines("read.items", 2)
	if len(got) != 2 {
		t.Fatalf("%d lines, want the refusal and the list: %+v", len(got), got)
	}
	for _, l := range got {
		switch l.Result {
		case layers.AuditRefused:
			if l.Actor != "demo" || !strings.Contains(l.Object, "persons") {
				t.Errorf("%+v", l)
			}
		case layers.AuditDone:
			if l.Object != "persons" || l.Role != "gridworker" || l.Rows != 4 || !strings.Contains(l.Filter, "name > ") {
				t.Errorf("%+v", l)
			}
		default:
			t.Errorf("%+v", l)
		}
	}
	for n := range 3 {
		c.call("gridworker", "GET", "/tiles/persons/14/13250/6730.mvt", nil)
		if got := lines("read.tile", n+1); len(got) != n+1 || got[n].Object != "persons" || !strings.HasPrefix(got[n].Filter, "tile") {
			t.Fatalf("a tile, even one that is kept, is a read: %+v", got)
		}
	}
}

// broken is a store whose audit trail cannot be written while it is down.
type broken struct {
	*memstore.Store
	down atomic.Bool
}

func (b *broken) Apply(ctx context.Context, batch layers.Batch) (uint64, error) {
	if b.down.Load() && len(batch.Audit) > 0 {
		return 0, errors.New("disk full")
	}
	return b.Store.Apply(ctx, batch)
}

// Nobody reads persons unrecorded; everything else is answered.
func TestNothingOfPersonsIsReadUnrecorded(t *testing.T) {
	c := newCity(t, true)
	store := &broken{Store: c.store}
	s, err := server.New(server.Options{City: c.live, Records: store, Demo: true, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	status := func(path string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+c.keys["gridworker"])
		w := httptest.NewRecorder()
		inspected(t, s).ServeHTTP(w, r)
		return w.Code
	}
	const persons, buildings = "/ogc/collections/persons/items?limit=1", "/ogc/collections/buildings/items?limit=1"
	if got := status(persons); got != http.StatusOK {
		t.Fatalf("persons: %d", got)
	}
	store.down.Store(true)
	reach := func(want int) {
		t.Helper()
		got := 0
		for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if got = status(persons); got == want {
				return
			}
		}
		t.Errorf("persons: %d, want %d", got, want)
	}
	reach(http.StatusServiceUnavailable)
	if got := status(buildings); got != http.StatusOK {
		t.Errorf("buildings: %d", got)
	}
	store.down.Store(false)
	reach(http.StatusOK)
}
