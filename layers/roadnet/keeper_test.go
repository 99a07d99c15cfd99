package roadnet_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/roadnet"
)

func resident(t *testing.T) *live.Catalog {
	t.Helper()
	store := memstore.New()
	points := &layers.Layer{ID: "points", Element: layers.Object, Geometry: layers.Point}
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{roadsLayer, points}}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func lay(t *testing.T, c *live.Catalog, id string, line orb.LineString) {
	t.Helper()
	b := layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: "roads", ID: id, Feature: &layers.Feature{Key: id, Shape: line, Values: make([]layers.Value, 7)}}}}
	if _, err := c.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// TestNetworkFollowsTheRoads changes roads with and without Run.
func TestNetworkFollowsTheRoads(t *testing.T) {
	c := resident(t)
	k := roadnet.NewKeeper(c)
	edges := func() int {
		g, err := k.Graph(t.Context(), "roads")
		if err != nil {
			t.Fatal(err)
		}
		return g.Stats().Edges
	}
	if n := edges(); n != 0 {
		t.Fatalf("%d edges of no roads", n)
	}
	lay(t, c, "a", orb.LineString{{111, 30}, {111.01, 30}})
	if n := edges(); n != 1 {
		t.Fatalf("%d edges, want 1", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { k.Run(ctx, func(err error) { t.Error(err) }) })
	lay(t, c, "b", orb.LineString{{111.01, 30}, {111.02, 30}})
	deadline := time.Now().Add(20 * time.Second)
	for edges() != 2 && time.Now().Before(deadline) {
		waitForNews(t, c)
	}
	if n := edges(); n != 2 {
		t.Errorf("%d edges in the background, want 2", n)
	}
	stop()
	running.Wait()
	lay(t, c, "c", orb.LineString{{111.01, 30.01}, {111.01, 30}})
	if n := edges(); n != 3 {
		t.Errorf("%d edges after Run, want 3", n)
	}
	for layer, kind := range map[string]layers.Kind{"points": layers.Invalid, "nothing": layers.NotFound} {
		if _, err := k.Graph(t.Context(), layer); layers.KindOf(err) != kind {
			t.Errorf("%s: %v, want %v", layer, err, kind)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := roadnet.NewKeeper(c).Graph(ended, "roads"); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that has ended: %v", err)
	}
}

// waitForNews gives others the processor.
func waitForNews(t *testing.T, c *live.Catalog) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, _ = c.Listen(0).Next(ctx)
}
