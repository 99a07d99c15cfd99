package route

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/sample"
	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/layers/roadnet"
)

// now is the time of the test city.
func now() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }

// town is a synthetic city with the layers that routes are about.
var town = sync.OnceValues(func() (*live.Catalog, error) {
	ctx := context.Background()
	store := memstore.New()
	if _, err := store.Apply(ctx, layers.Batch{Layers: model.Layers()}); err != nil {
		return nil, err
	}
	o := sample.Options{Size: sample.Small, Seed: 1, Now: now()}
	err := sample.Generate(ctx, o, func(b sample.Batch) error {
		batch := layers.Batch{}
		for i := range b.Features {
			batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: b.Layer.ID, ID: b.Features[i].Key, Feature: &b.Features[i]})
		}
		_, err := store.Apply(ctx, batch)
		return err
	}, model.Roads, model.Components, model.Sites, model.Movers, model.Parcels, model.Grids)
	if err != nil {
		return nil, err
	}
	return live.Open(ctx, store, live.Options{})
})

func newTown(t *testing.T) (*live.Catalog, *roadnet.Graph) {
	t.Helper()
	c, err := town()
	if err != nil {
		t.Fatal(err)
	}
	g, err := roadnet.NewKeeper(c).Graph(t.Context(), model.Roads)
	if err != nil {
		t.Fatal(err)
	}
	return c, g
}

// TestNearestByMinutesIsExact holds the nearest by minutes against the way to
// every feature of the layer.
func TestNearestByMinutesIsExact(t *testing.T) {
	r := geotest.Rand(t)
	c, g := newTown(t)
	v := c.View()
	for _, layer := range []string{model.Sites, model.Movers, model.Components, model.Parcels} {
		for range 6 {
			n := byMinutes{graph: g, mode: roadnet.Mode(r.IntN(2)), at: somewhere(r), inward: r.IntN(2) == 0, k: 1 + r.IntN(12), limit: 4 * time.Hour}
			if r.IntN(3) == 0 {
				n.limit = time.Duration(1+r.IntN(300)) * time.Second
			}
			q := layers.Query{Subject: layers.SystemSubject(), Layer: layer}
			text := []string{"", "kind = 'hydrant'", "kind = 'worker'", "kind = 'school'"}[r.IntN(4)]
			if text != "" && layer != model.Parcels {
				var err error
				if q.Filter, err = cql2.Parse(text); err != nil {
					t.Fatal(err)
				}
			}
			got, err := nearestByMinutes(t.Context(), v, q, n)
			if layers.KindOf(err) == layers.Invalid {
				continue // in the river, off the roads
			}
			if err != nil {
				t.Fatal(err)
			}
			want := brute(t, v, q, n)
			var have []string
			for i, h := range got {
				have = append(have, fmt.Sprintf("%.6f", h.seconds))
				if s, ok := want.byID[h.ID()]; !ok || s != h.seconds {
					t.Errorf("%s %d: %s takes %v s, want %v", layer, i, h.ID(), h.seconds, s)
				}
			}
			if w := want.seconds[:min(len(want.seconds), n.k)]; strings.Join(have, " ") != strings.Join(w, " ") {
				t.Errorf("%s %s: %v, want %v", layer, text, have, w)
			}
		}
	}
}

type bruteWays struct {
	byID    map[string]float64
	seconds []string // ascending
}

// brute takes every feature of the layer, wherever it is, and asks for the way to
// or from each: one by one where they are few, all at once otherwise.
func brute(t *testing.T, v *live.View, q layers.Query, n byMinutes) bruteWays {
	t.Helper()
	out := bruteWays{byID: map[string]float64{}}
	at, ok := n.graph.Snap(n.mode, n.at, snapM)
	if !ok {
		t.Fatal("off the roads")
	}
	var ids []string
	var targets []roadnet.Snap
	for row, err := range v.Unordered(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := row.Point(); ok {
			if s, ok := n.graph.Snap(n.mode, p, snapM); ok {
				ids, targets = append(ids, strings.Clone(row.ID())), append(targets, s)
			}
		}
	}
	var times []float64
	take := func(i int, seconds float64) {
		out.byID[ids[i]] = seconds
		times = append(times, seconds)
	}
	if len(targets) > 1000 {
		hits, err := n.graph.Nearest(t.Context(), roadnet.Reach{Mode: n.mode, From: &at, Inward: n.inward, Targets: targets, Limit: n.limit})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			take(h.Target, h.Seconds)
		}
	} else {
		for i := range targets {
			a, b := &at, &targets[i]
			if n.inward {
				a, b = b, a
			}
			way, err := n.graph.Route(t.Context(), n.mode, a, b, n.limit)
			if errors.Is(err, roadnet.ErrNoWay) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			take(i, way.Seconds)
		}
	}
	slices.Sort(times)
	for _, s := range times {
		out.seconds = append(out.seconds, fmt.Sprintf("%.6f", s))
	}
	return out
}

// somewhere is a place in the middle of the town.
func somewhere(r *rand.Rand) orb.Point {
	return orb.Point{111.29 + (r.Float64()-.5)*.06, 30.69 + (r.Float64()-.5)*.05}
}
