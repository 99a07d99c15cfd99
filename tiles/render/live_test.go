package render_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/render"
)

// The resident tables and the plain fixture give the same tiles, bytes and all,
// and the tables themselves the same whatever the order of loading, and whatever
// was there before: the second tables are loaded with other places and more
// features, and changed to what the fixture has.
func TestResidentTablesDrawTheSame(t *testing.T) {
	rng := random(t)
	for _, center := range []orb.Point{centers[0], centers[2]} {
		s := city(rng, center, 800)
		first := resident(t, s, nil)
		s.shuffle(rng)
		second := resident(t, s, func(f *layers.Feature) *layers.Feature {
			if rng.IntN(10) > 0 {
				return f
			}
			old := *f
			if p, ok := f.Shape.(orb.Point); ok {
				old.Shape = orb.Point{max(-180, min(180, p[0]+rng.NormFloat64()*0.01)), p[1]}
			}
			return &old
		})
		var r render.Renderer
		for _, z := range []tiles.Zoom{0, 8, 10, 12, 13, 14, 16, 20} {
			for _, grid := range []tiles.Grid{tiles.Mercator, tiles.Geographic} {
				id, _ := grid.At(center, z)
				for _, n := range []tiles.ID{id, {Z: z, X: (id.X + 1) % grid.Columns(z), Y: id.Y, Grid: grid}} {
					for _, names := range [][]string{{model.Buildings, model.Roads, model.Components}, {model.Components}, {model.Buildings}, {model.Roads}, {meters}} {
						for _, filtered := range []bool{false, true} {
							req := render.Request{Subject: planner, Layers: names, Tile: n}
							s.match = nil
							if kind := s.layers[names[0]].FieldIndex("kind"); filtered && len(names) == 1 && kind >= 0 {
								req.Filter = layers.Not{Arg: layers.IsNull{Term: layers.Property{Name: "kind"}}}
								s.match = func(f *layers.Feature) bool { return !f.Value(kind).IsNull() }
							} else if filtered {
								continue
							}
							compare(t, &r, s, req, first, second)
						}
					}
				}
			}
		}
	}
}

// Layers of a tile are drawn at once, and yet it is always the first that tells why a
// filter cannot be asked of it.
func TestTheFirstLayerRefuses(t *testing.T) {
	source := resident(t, city(random(t), centers[0], 50), nil)
	id, _ := tiles.At(centers[0], 12)
	var r render.Renderer
	for range 100 {
		_, err := r.Tile(t.Context(), source, render.Request{Subject: planner, Layers: []string{model.Roads, meters, model.Buildings}, Tile: id,
			Filter: layers.IsNull{Term: layers.Property{Name: "nowhere"}}})
		if refused, ok := errors.AsType[*layers.Error](err); !ok || refused.Layer != model.Roads {
			t.Fatal(err)
		}
	}
}

func compare(t *testing.T, r *render.Renderer, s *fixture, req render.Request, views ...render.Source) {
	t.Helper()
	want, err := r.Tile(t.Context(), s, req)
	if err != nil {
		t.Fatal(err)
	}
	hexReq := req
	hexReq.Layers = req.Layers[:1]
	wantHex, err := r.Hex(t.Context(), s, hexReq)
	if err != nil {
		t.Fatal(err)
	}
	for i, source := range views {
		got, err := r.Tile(t.Context(), source, req)
		if err != nil {
			t.Fatal(err)
		}
		hex, err := r.Hex(t.Context(), source, hexReq)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) || !bytes.Equal(hex, wantHex) {
			t.Errorf("%v %v: view %d draws %d and %d bytes, want %d and %d", req.Tile, req.Layers, i, len(got), len(hex), len(want), len(wantHex))
		}
	}
}

// resident loads the fixture into tables: at first as before makes it, with some
// features more, then changed to what it is.
func resident(t *testing.T, s *fixture, before func(*layers.Feature) *layers.Feature) render.Source {
	t.Helper()
	store := memstore.NewWithClock(func() time.Time { return time.Unix(0, 0) })
	load, change := layers.Batch{}, layers.Batch{}
	put := func(b *layers.Batch, layer string, f *layers.Feature) {
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: layer, ID: f.Key, Feature: f})
	}
	for _, id := range slices.Sorted(maps.Keys(s.layers)) {
		load.Layers = append(load.Layers, s.layers[id])
		for i, f := range s.features[id] {
			if before == nil {
				put(&load, id, f)
				continue
			}
			old := before(f)
			put(&load, id, old)
			if old != f {
				put(&change, id, f)
			}
			if i%20 == 0 {
				extra := *f
				extra.Key += "-gone"
				put(&load, id, &extra)
				change.Changes = append(change.Changes, layers.Change{Op: layers.Delete, Layer: id, ID: extra.Key})
			}
		}
	}
	if _, err := store.Apply(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(); _ = store.Close() })
	if before != nil {
		if _, err := c.Apply(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	return render.FromView(c.View())
}
