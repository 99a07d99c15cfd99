package main

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/memstore"
	"wutu/layers/model"
)

// A case that shows something else than its history, or whose history is broken,
// is named; one without a history came with imported data.
func TestCheckCases(t *testing.T) {
	at := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	store := memstore.NewWithClock(func() time.Time { return at })
	l := model.Lookup(model.Events)
	h, err := event.History(nil).Append(event.Entry{At: at, Step: event.Report, To: event.Reported, Role: "public", Class: "0102", Tier: event.DistrictTier})
	if err != nil {
		t.Fatal(err)
	}
	c, err := event.Replay("x", h)
	if err != nil {
		t.Fatal(err)
	}
	put := func(id string, change func(*layers.Feature)) layers.Change {
		f := &layers.Feature{Key: id, Shape: orb.Point{111, 30}, Values: make([]layers.Value, len(l.Fields))}
		for _, col := range event.Columns(c) {
			f.Values[l.FieldIndex(col.Field)] = col.Value
		}
		change(f)
		return layers.Change{Op: layers.Put, Layer: l.ID, ID: id, Feature: f}
	}
	data, err := h.Encode()
	if err != nil {
		t.Fatal(err)
	}
	record := func(id string, data []byte) layers.Record {
		return layers.Record{Bucket: "event-history", Key: id, Data: data}
	}
	same := func(*layers.Feature) {}
	_, err = store.Apply(t.Context(), layers.Batch{At: at, Layers: []*layers.Layer{l}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Apply(t.Context(), layers.Batch{At: at,
		Changes: []layers.Change{put("right", same), put("imported", func(f *layers.Feature) { f.Values[l.FieldIndex(model.State)] = layers.Text("filed") }),
			put("moved", func(f *layers.Feature) {
				f.Values[l.FieldIndex(model.State)], f.Values[l.FieldIndex(model.Reworks)] = layers.Text("filed"), layers.Int(2)
			}), put("broken", same)},
		Records: []layers.Record{record("right", data), record("moved", data), record("broken", []byte(`[{"seq":2}]`)), record("gone", data)}})
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := checkCases(t.Context(), store)
	if err != nil || len(wrong) != 2 {
		t.Fatalf("%q, %v", wrong, err)
	}
	for id, want := range map[string]string{"moved": "other than its history in state, reworks", "broken": "does not hold together"} {
		if got := strings.Join(wrong, "\n"); !strings.Contains(got, "feature "+id+": ") || !strings.Contains(got, want) {
			t.Errorf("%s: %q", id, wrong)
		}
	}
}
