package live_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// heap is the live memory of the program.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC() // twice: what the first finds to finalize, the second frees
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// memoryLayers are the layers whose memory is tested: points with eight fields as
// cities have them, outlines, and rows without a place.
func memoryLayers() []*layers.Layer {
	fields := []layers.Field{{Name: "code", Type: layers.String}, {Name: "kind", Type: layers.String}, {Name: "name", Type: layers.String},
		{Name: "state", Type: layers.String}, {Name: "department", Type: layers.String}, {Name: "installed", Type: layers.DateTime},
		{Name: "grid", Type: layers.String}, {Name: "height", Type: layers.Number}}
	layer := func(id string, g layers.GeometryType) *layers.Layer {
		return &layers.Layer{ID: id, Element: layers.Object, Geometry: g, Fields: fields}
	}
	return []*layers.Layer{layer("points", layers.Point), layer("outlines", layers.Polygon), layer("notes", layers.NoGeometry)}
}

// memoryCity fills a store with n features a layer.
func memoryCity(t *testing.T, n int) *memstore.Store {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 4))
	store := memstore.New()
	ctx := context.Background()
	for _, l := range memoryLayers() {
		b := layers.Batch{Layers: []*layers.Layer{l}}
		for i := range n {
			id := fmt.Sprintf("4205020101%06d", i)
			p := orb.Point{rng.Float64(), rng.Float64()}
			f := &layers.Feature{Key: id, Values: []layers.Value{layers.Text(id), layers.Text([]string{"lamp", "bench", "tree"}[rng.IntN(3)]),
				layers.Text(fmt.Sprintf("荷桥路污水井盖%05d", i)), layers.Text("good"), layers.Text(fmt.Sprint("4205", rng.IntN(30), "-water")),
				layers.Instant(time.Unix(86400*rng.Int64N(20000), 0)), layers.Text(fmt.Sprintf("420502001%06d", i/40)), layers.Float(float64(rng.IntN(900)) / 10)}}
			switch l.Geometry {
			case layers.Point:
				f.Shape = p
			case layers.Polygon:
				f.Shape = orb.Polygon{{p, {p[0] + 1e-4, p[1]}, {p[0] + 1e-4, p[1] + 1e-4}, {p[0], p[1] + 1e-4}, p}}
			}
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, ID: id, Feature: f})
		}
		if _, err := store.Apply(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

// TestMemoryAgreesWithTheHeap opens a city and compares what it says it takes with
// what the heap grew by, when it is fresh and when owners and cells are worked out. A
// point with eight fields takes 150 bytes at most.
func TestMemoryAgreesWithTheHeap(t *testing.T) {
	const n = 60_000
	ctx := context.Background()
	store := memoryCity(t, n)
	areas := layers.Batch{Layers: []*layers.Layer{areasLayer}, Changes: gridChanges()}
	if _, err := store.Apply(ctx, areas); err != nil {
		t.Fatal(err)
	}
	before := heap()
	c, err := live.Open(ctx, store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	v := c.View()
	check := func(when string) {
		t.Helper()
		told := int64(0)
		for _, l := range v.Layers() {
			m := v.Memory(l.ID)
			told += m.Total()
			if stats := v.Stats(l.ID); stats.Bytes != m.Total() || stats.Rows != m.Rows {
				t.Errorf("%s %s: %+v and %+v", l.ID, when, stats, m)
			}
		}
		grown := heap() - before
		if d := float64(told)/float64(grown) - 1; d < -0.05 || d > 0.05 {
			t.Errorf("%s the city takes %d bytes and says %d", when, grown, told)
		}
		t.Logf("%s: %d bytes, says %d", when, grown, told)
	}
	check("fresh")
	m := v.Memory("points")
	if perRow := float64(m.Total()) / n; perRow > 150 {
		t.Errorf("a point takes %.1f bytes: %+v", perRow, m)
	} else {
		t.Logf("a point takes %.1f bytes: %+v", perRow, m)
	}
	q := layers.Query{Subject: layers.SystemSubject()}
	for _, q.Layer = range []string{"points", "outlines"} {
		for _, by := range []live.By{{Level: layers.Grid}, {Cells: true, Res: 8}} {
			if _, err := v.Group(ctx, q, by, nil); err != nil {
				t.Fatal(err)
			}
		}
		if m := v.Memory(q.Layer); m.Owners < n || m.Cells < n {
			t.Errorf("%s: owners take %d and cells %d bytes", q.Layer, m.Owners, m.Cells)
		}
	}
	check("after questions")
	runtime.KeepAlive(store)
}
