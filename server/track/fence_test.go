package track

import (
	"context"
	"encoding/json"
	"fmt"
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
	"wutu/layers/track"
	"wutu/server/fence"
)

// program is a city with its two offices, as one start of the program has them.
type program struct {
	live   *live.Catalog
	tracks *Office
	fences *fence.Office
	stop   func()
}

func start(t *testing.T, store *memstore.Store, now func() time.Time) *program {
	t.Helper()
	city, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := &program{live: city, tracks: New(Options{City: city, Records: store, Tracks: store, Now: now}),
		fences: fence.New(fence.Options{City: city, Records: store, Now: now})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { p.fences.Run(ctx); close(done) }()
	p.stop = func() {
		cancel()
		<-done
		if err := city.Close(); err != nil {
			t.Error(err)
		}
	}
	return p
}

// A truck goes through a row of zones, fix by fix; the program ends and starts again
// at random places between a fix and what the fences make of it. Every zone is entered
// and left once.
func TestFencesAreToldOnceOfFixes(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 41))
	var clock atomic.Int64
	begun := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	now := func() time.Time { return begun.Add(time.Duration(clock.Load())) }
	store := memstore.NewWithClock(now)
	movers := model.Lookup(model.Movers)
	zones := &layers.Layer{ID: "zones", Element: layers.Land, Geometry: layers.Polygon, Access: layers.PublicAccess}
	truck := &layers.Feature{Key: "truck", Shape: orb.Point{111, 30}, Values: make([]layers.Value, len(movers.Fields))}
	truck.Values[movers.FieldIndex(model.FixedAt)] = layers.Instant(begun.Add(-time.Hour))
	b := layers.Batch{Layers: []*layers.Layer{movers, zones}, Changes: []layers.Change{{Op: layers.Put, Layer: movers.ID, Feature: truck}}}
	const n = 12
	for i := range n {
		x := 111.01 + .01*float64(i)
		f := &layers.Feature{Key: fmt.Sprintf("z%02d", i), Shape: orb.Bound{Min: orb.Point{x, 30}, Max: orb.Point{x + .005, 30.01}}.ToPolygon()}
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: zones.ID, Feature: f})
	}
	watch, err := json.Marshal(fence.Watch{ID: "w", Fences: fence.Side{Layer: zones.ID}, Objects: fence.Side{Layer: movers.ID}, Kinds: []string{"enter", "leave"}})
	if err != nil {
		t.Fatal(err)
	}
	b.Records = []layers.Record{{Bucket: "fence-watch", Key: "w", Data: watch}}
	if _, err := store.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	p := start(t, store, now)
	defer func() { p.stop() }()
	restarts := 0
	for i := range 2 * n { // before a zone, in it
		clock.Add(int64(10 * time.Second))
		x := 111.0075 + .01*float64(i/2)
		if i%2 == 1 {
			x += .005
		}
		f, err := track.NewFix(now(), orb.Point{x, 30.005}, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // senders repeat themselves
			if _, err := p.tracks.keeper.Add(t.Context(), movers.ID, []track.Sent{{Object: "truck", Fix: f}}); err != nil {
				t.Fatal(err)
			}
		}
		if r.IntN(3) == 0 { // before the city, maybe, or the fences have seen it
			p.stop()
			p = start(t, store, now)
			restarts++
		}
		seq, err := store.Seq(t.Context())
		if err == nil {
			err = p.live.Sync(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		await(t, p.fences, seq)
	}
	var got, want []string
	for i := range n {
		want = append(want, fmt.Sprintf("enter z%02d", i))
		if i < n-1 {
			want = append(want, fmt.Sprintf("leave z%02d", i))
		}
	}
	for _, e := range told(t, p.fences) {
		got = append(got, e.Kind+" "+e.Fence)
	}
	if !slices.Equal(got, want) {
		t.Errorf("after %d restarts: %v", restarts, got)
	}
}

// await waits until the fences have followed the city up to a sequence.
func await(t *testing.T, o *fence.Office, seq uint64) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		at, err := o.Followed(t.Context(), "w")
		if err == nil && at >= seq {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the fences are at %d, not at %d: %v", at, seq, err)
		}
	}
}

func told(t *testing.T, o *fence.Office) []fence.Told {
	t.Helper()
	events, err := o.Source().After(t.Context(), "w", 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []fence.Told
	for _, e := range events {
		var x fence.Told
		if err := json.Unmarshal(e.Data, &x); err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}
