package render_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/render"
)

// The resident tables and the plain fixture give the same tiles, bytes and all,
// and the tables themselves the same whatever the order of loading.
func TestResidentTablesDrawTheSame(t *testing.T) {
	rng := random(t)
	s := city(rng, centers[0], 800)
	open := func() *live.View {
		store := memstore.NewWithClock(func() time.Time { return time.Unix(0, 0) })
		b := layers.Batch{}
		for _, id := range slices.Sorted(maps.Keys(s.layers)) {
			b.Layers = append(b.Layers, s.layers[id])
			for _, f := range s.features[id] {
				b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: id, ID: f.Key, Feature: f})
			}
		}
		if _, err := store.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		c, err := live.Open(t.Context(), store, live.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close(); _ = store.Close() })
		return c.View()
	}
	first := render.FromView(open())
	s.shuffle(rng)
	second := render.FromView(open())
	var r render.Renderer
	for _, z := range []tiles.Zoom{0, 8, 10, 12, 13, 14, 16} {
		id, _ := tiles.At(centers[0], z)
		for _, n := range []tiles.ID{id, {Z: z, X: (id.X + 1) % z.Side(), Y: id.Y}} {
			for _, names := range [][]string{{model.Buildings, model.Roads, model.Components}, {model.Components}, {model.Roads}} {
				req := render.Request{Subject: planner, Layers: names, Tile: n,
					Filter: layers.Not{Arg: layers.IsNull{Term: layers.Property{Name: "kind"}}}}
				if slices.Contains(names, model.Roads) {
					req.Filter = nil
				}
				s.match = nil
				if req.Filter != nil {
					s.match = func(f *layers.Feature) bool {
						return !f.Value(s.layers[model.Components].FieldIndex("kind")).IsNull()
					}
				}
				want, err := r.Tile(t.Context(), s, req)
				if err != nil {
					t.Fatal(err)
				}
				hexReq := req
				hexReq.Layers = names[:1]
				wantHex, err := r.Hex(t.Context(), s, hexReq)
				if err != nil {
					t.Fatal(err)
				}
				for i, source := range []render.Source{first, second} {
					got, err := r.Tile(t.Context(), source, req)
					if err != nil {
						t.Fatal(err)
					}
					hex, err := r.Hex(t.Context(), source, hexReq)
					if err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(got, want) || !bytes.Equal(hex, wantHex) {
						t.Errorf("%v %v: view %d draws %d and %d bytes, want %d and %d", n, names, i, len(got), len(hex), len(want), len(wantHex))
					}
				}
			}
		}
	}
}
