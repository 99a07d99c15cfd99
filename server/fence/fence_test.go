package fence_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server/fence"
)

// moment is a clock that stands.
type moment struct{ us atomic.Int64 }

func (m *moment) set(t time.Time) { m.us.Store(t.UnixMicro()) }

// Load is the present.
func (m *moment) Load() time.Time { return time.UnixMicro(m.us.Load()).UTC() }

// told reads all transitions that are stored of a watch, in order.
func told(t *testing.T, store layers.Reader) (out []fence.Told) {
	t.Helper()
	for r, err := range store.Records(t.Context(), "fence-told", "depots/") {
		if err != nil {
			t.Fatal(err)
		}
		var part []fence.Told
		if err := json.Unmarshal(r.Data, &part); err != nil {
			t.Fatal(err)
		}
		out = append(out, part...)
	}
	return out
}

// Movers go in and out of grids while the program ends and begins again: every
// visit that is seen is told once, numbers have no gap, and in the end whoever is
// in a grid has entered it once more than it has left.
func TestToldOnceAcrossRestarts(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 5))
	clock := new(moment)
	clock.set(time.Unix(1_790_000_000, 0))
	store := memstore.NewWithClock(clock.Load)
	var grids, movers *layers.Layer
	for _, l := range model.Layers() {
		switch l.ID {
		case model.Grids:
			grids = l
		case model.Movers:
			movers = l
		}
	}
	watch, _ := json.Marshal(fence.Watch{ID: "depots", Fences: fence.Side{Layer: model.Grids}, Objects: fence.Side{Layer: model.Movers, Filter: "kind <> 'drone'"},
		Kinds: []string{"enter", "leave"}})
	start := layers.Batch{Layers: []*layers.Layer{grids, movers}, Records: []layers.Record{{Bucket: "fence-watch", Key: "depots", Data: watch}}}
	side := 0.01
	for i := range 9 {
		west, south := 111+float64(i%3)*2*side, 30+float64(i/3)*2*side // with lanes between them
		f := &layers.Feature{Key: fmt.Sprint("g", i), Values: make([]layers.Value, len(grids.Fields)),
			Shape: orb.MultiPolygon{orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + side, south + side}}.ToPolygon()}}
		start.Changes = append(start.Changes, layers.Change{Op: layers.Put, Layer: grids.ID, ID: f.Key, Feature: f})
	}
	if _, err := store.Apply(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	kind, fixed := movers.FieldIndex(model.Kind), movers.FieldIndex(model.FixedAt)
	where := map[string]orb.Point{}
	move := func(city *live.Catalog) {
		b := layers.Batch{}
		for range 1 + rng.IntN(20) {
			clock.set(clock.Load().Add(time.Second))
			id := fmt.Sprint("m", rng.IntN(8))
			f := &layers.Feature{Key: id, Shape: orb.Point{111 + rng.Float64()*5*side, 30 + rng.Float64()*5*side}, Values: make([]layers.Value, len(movers.Fields))}
			f.Values[fixed] = layers.Instant(clock.Load())
			f.Values[kind] = layers.Text("patrol")
			if id == "m7" {
				f.Values[kind] = layers.Text("drone")
			}
			if slices.ContainsFunc(b.Changes, func(c layers.Change) bool { return c.ID == id }) {
				continue
			}
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: movers.ID, ID: id, Feature: f})
			if id != "m7" {
				where[id] = f.Shape.(orb.Point)
			}
		}
		if _, err := city.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	settled := func() { // until what is told is what the present places say
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			in := map[string]string{}
			for _, x := range told(t, store) {
				if x.Kind == "enter" {
					in[x.Object] = x.Fence
				} else if in[x.Object] == x.Fence {
					delete(in, x.Object)
				}
			}
			right := true
			for id, p := range where {
				want := ""
				for _, c := range start.Changes {
					if c.Feature.Shape.Bound().Contains(p) {
						want = c.ID
					}
				}
				right = right && in[id] == want
			}
			if right {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("who is where is not what was told: %v", in)
			}
		}
	}
	for range 12 {
		city, err := live.Open(t.Context(), store, live.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		o := fence.New(fence.Options{City: city, Records: store, Now: clock.Load, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
		ended := make(chan struct{})
		go func() { defer close(ended); o.Run(ctx) }()
		for range 2 + rng.IntN(10) {
			move(city)
		}
		if rng.IntN(2) == 0 {
			settled()
		}
		stop() // in the middle of whatever it does
		<-ended
		move(city)
		if err := city.Close(); err != nil {
			t.Fatal(err)
		}
	}
	city, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	ctx, stop := context.WithCancel(t.Context())
	o := fence.New(fence.Options{City: city, Records: store, Now: clock.Load, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	ended := make(chan struct{})
	go func() { defer close(ended); o.Run(ctx) }()
	settled()
	stop()
	<-ended
	all := told(t, store)
	names := map[string]bool{}
	in := map[[2]string]bool{}
	for i, x := range all {
		if x.Number != uint64(i+1) {
			t.Fatalf("number %d follows %d", x.Number, i)
		}
		name := fmt.Sprint(x.Object, x.Fence, x.Kind, x.Visit)
		if names[name] {
			t.Errorf("%s is told twice", name)
		}
		names[name] = true
		k := [2]string{x.Object, x.Fence}
		if in[k] == (x.Kind == "enter") {
			t.Errorf("%+v, but it was in: %v", x, in[k])
		}
		in[k] = x.Kind == "enter"
		if x.Object == "m7" {
			t.Errorf("a drone is told of: %+v", x)
		}
	}
	if len(all) < 20 {
		t.Errorf("only %d transitions", len(all))
	}
}
