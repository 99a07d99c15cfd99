package pyramid_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/pmtiles"
	"wutu/tiles/pyramid"
	"wutu/tiles/render"
)

func city(t *testing.T, rng *rand.Rand) render.Source {
	t.Helper()
	store := memstore.New()
	b := layers.Batch{}
	b.Layers = append(b.Layers, model.Layers()...)
	put := func(layer string, i int, g orb.Geometry) {
		l := model.Layers()[0]
		for _, x := range model.Layers() {
			if x.ID == layer {
				l = x
			}
		}
		f := &layers.Feature{Key: fmt.Sprint(layer, i), Shape: g, Values: make([]layers.Value, len(l.Fields))}
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: layer, ID: f.Key, Feature: f})
	}
	for i := range 400 {
		p := orb.Point{111.2 + rng.NormFloat64()*0.05, 30.6 + rng.NormFloat64()*0.05}
		put(model.Components, i, p)
		w := 0.0002
		put(model.Buildings, i, orb.Polygon{{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + w}, {p[0], p[1] + w}, p}})
	}
	if _, err := store.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(); _ = store.Close() })
	return render.FromView(c.View())
}

// An archive holds every tile of its zooms that is not empty, and no other: each
// tile of a zoom is drawn by itself and compared. Points add up at each zoom.
func TestArchiveOfACity(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 3))
	s := city(t, rng)
	r := pyramid.Request{Subject: layers.Subject{Role: layers.Planner}, Layers: []string{model.Buildings, model.Components}, Min: 2, Max: 13}
	pack := func(workers int) []byte {
		var spool, out bytes.Buffer
		w := pmtiles.NewWriter(&spool)
		r.Workers = workers
		last := 0
		if err := pyramid.Draw(t.Context(), s, r, w.Add, func(done, of int) { last = of - done }); err != nil || last != 0 {
			t.Fatal(err, last)
		}
		if err := w.Finish(&out, pmtiles.Header{Tiles: pmtiles.Gzip, Type: pmtiles.MVT}, []byte("{}"), &spool); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	b := pack(1)
	if !bytes.Equal(b, pack(4)) {
		t.Fatal("four workers make another archive than one")
	}
	a, err := pmtiles.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil || a.Header.MinZoom != 2 || a.Header.MaxZoom != 13 {
		t.Fatalf("%+v, %v", a, err)
	}
	var d render.Renderer
	found := uint64(0)
	for z := tiles.Zoom(2); z <= 13; z++ {
		center, _ := tiles.At(orb.Point{111.2, 30.6}, z)
		count := int64(0)
		reach := int64(min(8, z.Side())) // beyond it lies nothing
		for x := max(0, int64(center.X)-reach); x <= min(int64(z.Side())-1, int64(center.X)+reach); x++ {
			for y := max(0, int64(center.Y)-reach); y <= min(int64(z.Side())-1, int64(center.Y)+reach); y++ {
				id := tiles.ID{Z: z, X: uint32(x), Y: uint32(y)}
				want, err := d.Tile(t.Context(), s, render.Request{Subject: r.Subject, Layers: r.Layers, Tile: id})
				if err != nil {
					t.Fatal(err)
				}
				packed, err := a.Tile(id)
				if err != nil {
					t.Fatal(err)
				}
				got := gunzip(t, packed)
				if !bytes.Equal(got, want) {
					t.Fatalf("%v: %d bytes in the archive, %d drawn", id, len(got), len(want))
				}
				if len(got) > 0 {
					found++
				}
				count += points(t, got)
			}
		}
		if count != 400 {
			t.Errorf("zoom %d shows %d points", z, count)
		}
	}
	if found != a.Header.Addressed {
		t.Errorf("%d tiles are addressed, %d were found", a.Header.Addressed, found)
	}
	if b, ok, err := pyramid.Bound(t.Context(), s, r); err != nil || !ok || !b.Contains(orb.Point{111.2, 30.6}) {
		t.Errorf("%v %v %v", b, ok, err)
	}
}

func points(t *testing.T, b []byte) (n int64) {
	t.Helper()
	list, err := mvt.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		if l.Name != model.Components {
			continue
		}
		for _, f := range l.Features {
			if c, ok := f.Get("point_count").Any().(int64); ok {
				n += c
			} else {
				n++
			}
		}
	}
	return n
}

// What fails ends the drawing with its error, whoever fails.
func TestFailuresEnd(t *testing.T) {
	s := city(t, rand.New(rand.NewPCG(1, 1)))
	r := pyramid.Request{Subject: layers.Subject{Role: layers.Planner}, Layers: []string{model.Components}, Max: 12}
	boom := errors.New("full")
	n := 0
	err := pyramid.Draw(t.Context(), s, r, func(tiles.ID, []byte) error {
		if n++; n == 5 {
			return boom
		}
		return nil
	}, nil)
	if !errors.Is(err, boom) || n != 5 {
		t.Errorf("%v after %d", err, n)
	}
	r.Layers = []string{"nothing"}
	if err := pyramid.Draw(t.Context(), s, r, nil, nil); layers.KindOf(err) != layers.NotFound {
		t.Errorf("an unknown layer: %v", err)
	}
	r.Layers, r.Min = []string{model.Persons}, 3
	if err := pyramid.Draw(t.Context(), s, r, nil, nil); layers.KindOf(err) != layers.Forbidden {
		t.Errorf("a layer that may only be counted: %v", err)
	}
	r.Min, r.Max = 5, 4
	if err := pyramid.Draw(t.Context(), s, r, nil, nil); layers.KindOf(err) != layers.Invalid {
		t.Errorf("zooms upside down: %v", err)
	}
}

func gunzip(t *testing.T, b []byte) []byte {
	t.Helper()
	if len(b) == 0 {
		return nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
