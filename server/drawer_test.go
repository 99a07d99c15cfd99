package server

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server/tile"
	"wutu/tiles"
	"wutu/tiles/cache"
	"wutu/tiles/render"
)

// drawnCity is a store of the standard layers, empty, and its resident city.
func drawnCity(t *testing.T) (*live.Catalog, *memstore.Store) {
	t.Helper()
	store := memstore.New()
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: model.Layers()}); err != nil {
		t.Fatal(err)
	}
	city, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := city.Close(); err != nil {
			t.Error(err)
		}
	})
	return city, store
}

func put(layer, id string, g orb.Geometry) layers.Change {
	l := model.Lookup(layer)
	return layers.Change{Op: layers.Put, Layer: layer, ID: id, Feature: &layers.Feature{Key: id, Shape: g, Values: make([]layers.Value, len(l.Fields))}}
}

// Random changes of points, lines and areas, beside tiles of all zooms for who sees
// all and who sees a region. After each, every tile is what a renderer that remembers
// nothing draws of the same state; and tiles that lie farther from the change than
// the finest mark were not drawn again.
func TestTilesAreNeitherStaleNorForgotten(t *testing.T) {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	city, _ := drawnCity(t)
	const west, south, side = 111.0, 30.5, 0.3
	area := orb.MultiPolygon{{{{west, south}, {west + side/2, south}, {west + side/2, south + side}, {west, south + side}, {west, south}}}}
	district := put("districts", "420502", area)
	district.Feature.Values[model.Lookup("districts").FieldIndex("code")] = layers.Text("420502")
	if _, err := city.Apply(t.Context(), layers.Batch{Changes: []layers.Change{district}}); err != nil {
		t.Fatal(err)
	}
	place := func() orb.Point { return orb.Point{west + r.Float64()*side, south + r.Float64()*side} }
	shape := func(layer string) orb.Geometry {
		p := place()
		d := []float64{0.0005, 0.003, 0.1}[r.IntN(3)]
		switch layer {
		case "roads":
			return orb.LineString{p, {p[0] + d*r.Float64(), p[1] + d*r.Float64()}}
		case "buildings":
			return orb.Bound{Min: p, Max: orb.Point{p[0] + d*(0.2+r.Float64()), p[1] + d*(0.2+r.Float64())}}.ToPolygon()
		}
		return p
	}
	names := []string{"enterprises", "roads", "buildings"}
	var asks []tile.Request
	for range 60 {
		at, _ := tiles.At(place(), tiles.Zoom(6+r.IntN(12)))
		s := layers.Subject{Role: layers.Planner}
		if r.IntN(3) == 0 {
			s.Region = "420502"
		}
		l := model.Lookup(names[r.IntN(len(names))])
		d := access.Decide(&s, l)
		asks = append(asks, tile.Request{Subject: s, Tile: at, Hex: r.IntN(5) == 0,
			Sights: &tile.Sights{List: []tile.Sight{{Layer: l, Decision: d, Scope: d.Scope()}}, IDs: []string{l.ID}, Names: l.ID, Scope: d.Scope()}})
	}
	drawer := newDrawer(1 << 30)
	var plain render.Renderer
	known := map[string]orb.Geometry{}
	far, changed := 0, 0
	last := make([][]byte, len(asks))
	for step := range 120 { // scopes are followed from the first steps on
		layer := names[r.IntN(len(names))]
		id := layer + strconv.Itoa(r.IntN(25))
		change := layers.Change{Op: layers.Delete, Layer: layer, ID: id}
		near := []orb.Geometry{known[id]}
		delete(known, id)
		if r.IntN(4) > 0 {
			g := shape(layer)
			change, known[id], near = put(layer, id, g), g, append(near, g)
		}
		if _, err := city.Apply(t.Context(), layers.Batch{Changes: []layers.Change{change}}); err != nil {
			t.Fatal(err)
		}
		v := city.View()
		for i := range asks {
			ask := asks[i]
			ask.View = v
			before := drawer.cache.Stats().Renders
			e, err := drawer.Draw(t.Context(), &ask)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Identity()
			if err != nil {
				t.Fatal(err)
			}
			draw := plain.Tile
			if ask.Hex {
				draw = plain.Hex
			}
			want, err := draw(t.Context(), render.FromView(v), render.Request{Subject: ask.Subject, Layers: ask.Sights.IDs, Tile: ask.Tile})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("step %d: tile %v of %s (hexagons %v, region %q) is stale", step, ask.Tile, ask.Sights.Names, ask.Hex, ask.Subject.Region)
			}
			again := drawer.cache.Stats().Renders > before
			if step > 2 && again && ask.Subject.Region == "" && (ask.Sights.Names != layer || !reaches(&ask, near)) {
				t.Fatalf("step %d: tile %v of %s was drawn again for a change of %s at %v", step, ask.Tile, ask.Sights.Names, layer, near)
			}
			if step > 0 && !again {
				far++
			}
			if !bytes.Equal(got, last[i]) {
				changed++
			}
			last[i] = got
		}
	}
	if far < len(asks)*60 || changed < 100 {
		t.Errorf("%d tiles were kept, %d changed", far, changed)
	}
}

// reaches reports whether a tile with its buffer, and the cells of marks that it is
// looked up in, meets one of the boxes.
func reaches(ask *tile.Request, near []orb.Geometry) bool {
	boxes := render.Reach(ask.Tile, ask.Sights.List[0].Layer.Geometry)
	if ask.Hex {
		boxes = render.HexReach(ask.Tile)
	}
	const finest = 360.0 / (1 << 15)
	extent := func(b orb.Bound) float64 { return max(b.Right()-b.Left(), b.Top()-b.Bottom()) }
	for _, b := range boxes {
		for _, g := range near {
			// A box is looked up in cells that are not wider than itself, and a shape is
			// marked in such cells.
			if g != nil && b.Pad(2*finest+extent(b)+extent(g.Bound())).Intersects(g.Bound()) {
				return true
			}
		}
	}
	return false
}

// A hundred who ask for one tile at once get it, drawn once.
func TestOneDrawingForAHundred(t *testing.T) {
	city, store := drawnCity(t)
	var b layers.Batch
	for i := range 2000 {
		b.Changes = append(b.Changes, put("enterprises", fmt.Sprint("e", i), orb.Point{111 + float64(i%50)*1e-4, 30.5 + float64(i)*2e-6}))
	}
	if _, err := city.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{City: city, Records: store, Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	get := func(at tiles.ID) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(t.Context(), "GET", "/tiles/enterprises/"+at.String()+".mvt", nil)
		req.Header.Set("Accept-Encoding", "gzip")
		s.Handler().ServeHTTP(w, req)
		return w
	}
	get(tiles.ID{Z: 5}) // of another place: from now on it is followed what those who see the same see
	before := s.drawer.cache.Stats().Renders
	at, _ := tiles.At(orb.Point{111.002, 30.502}, 14)
	start := make(chan struct{})
	var work sync.WaitGroup
	for range 100 {
		work.Go(func() {
			<-start
			w := get(at)
			if w.Code != http.StatusOK || w.Body.Len() < 100 {
				t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
			}
		})
	}
	close(start)
	work.Wait()
	if n := s.drawer.cache.Stats().Renders - before; n != 1 {
		t.Errorf("%d drawings", n)
	}
}

// A tile that had to leave the cache is still confirmed, and said to be empty, without
// being drawn.
func TestDroppedTilesAreConfirmed(t *testing.T) {
	city, _ := drawnCity(t)
	if _, err := city.Apply(t.Context(), layers.Batch{Changes: []layers.Change{put("enterprises", "e", orb.Point{111.1, 30.55})}}); err != nil {
		t.Fatal(err)
	}
	drawer := newDrawer(40_000)
	l := model.Lookup("enterprises")
	s := layers.Subject{Role: layers.Planner}
	d := access.Decide(&s, l)
	ask := func(z tiles.Zoom, p orb.Point) *tile.Request {
		at, _ := tiles.At(p, z)
		return &tile.Request{View: city.View(), Subject: s, Tile: at, Sights: &tile.Sights{List: []tile.Sight{{Layer: l, Decision: d, Scope: d.Scope()}}, IDs: []string{"enterprises"}, Names: "enterprises", Scope: d.Scope()}}
	}
	for range 2 { // from the second on it is followed what the subject sees
		if _, err := drawer.Draw(t.Context(), ask(3, orb.Point{0, 0})); err != nil {
			t.Fatal(err)
		}
	}
	here, nowhere := ask(12, orb.Point{111.1, 30.55}), ask(12, orb.Point{10, 10})
	e, err := drawer.Draw(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drawer.Draw(t.Context(), nowhere); err != nil {
		t.Fatal(err)
	}
	tag := e.ETag(cache.Gzip)
	for i := range 58 { // others want the room
		if _, err := drawer.Draw(t.Context(), ask(14, orb.Point{20 + float64(i)*0.1, 10})); err != nil {
			t.Fatal(err)
		}
	}
	renders := drawer.cache.Stats().Renders
	gzip := []string{"gzip"}
	if r, ok, err := drawer.Ready(here, cache.Conditions{AcceptEncoding: gzip, IfNoneMatch: []string{tag}}); err != nil || !ok || r.Status != http.StatusNotModified || r.ETag != tag {
		t.Errorf("the tag of a dropped tile: %+v %v %v", r, ok, err)
	}
	if _, ok, _ := drawer.Ready(here, cache.Conditions{AcceptEncoding: gzip, IfNoneMatch: []string{`"other"`}}); ok {
		t.Error("bytes that are gone are sent")
	}
	if r, ok, _ := drawer.Ready(nowhere, cache.Conditions{AcceptEncoding: gzip}); !ok || r.Status != http.StatusNoContent {
		t.Errorf("an empty tile that was dropped: %+v %v", r, ok)
	}
	if r, ok, _ := drawer.Ready(here, cache.Conditions{AcceptEncoding: []string{"*;q=0"}}); !ok || r.Status != http.StatusNotAcceptable {
		t.Errorf("a client that takes nothing: %+v %v", r, ok)
	}
	st := drawer.cache.Stats()
	if st.Renders != renders || st.Told != 3 || st.Tags == 0 || st.Bytes > 40_000 {
		t.Errorf("%+v, %d renders before", st, renders)
	}
	if _, err := city.Apply(t.Context(), layers.Batch{Changes: []layers.Change{put("enterprises", "e2", orb.Point{111.1, 30.5501})}}); err != nil {
		t.Fatal(err)
	}
	here.View = city.View()
	if _, ok, _ := drawer.Ready(here, cache.Conditions{AcceptEncoding: gzip, IfNoneMatch: []string{tag}}); ok {
		t.Error("a tile that changed is confirmed")
	}
	again, err := drawer.Draw(context.WithoutCancel(t.Context()), here)
	if err != nil || again.ETag(cache.Gzip) == tag {
		t.Errorf("after the change: %v", err)
	}
}
