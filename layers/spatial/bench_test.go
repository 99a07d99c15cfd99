package spatial

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// benchCity has 400,000 components of twenty kinds around forty centres and a
// thousand grids, made once.
var benchCity = sync.OnceValue(func() *live.Catalog {
	r := rand.New(rand.NewPCG(1, 1))
	store := memstore.New()
	b := layers.Batch{Layers: []*layers.Layer{sitesLayer, gridsLayer}}
	const side = 32
	w, h := (geotest.City.Max[0]-geotest.City.Min[0])/side, (geotest.City.Max[1]-geotest.City.Min[1])/side
	for i := range side * side {
		lo := orb.Point{geotest.City.Min[0] + float64(i%side)*w, geotest.City.Min[1] + float64(i/side)*h}
		id := fmt.Sprintf("4205%08d", i)
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: "grids", ID: id, Feature: &layers.Feature{Key: id,
			Shape: orb.Bound{Min: lo, Max: orb.Point{lo[0] + w, lo[1] + h}}.ToPolygon(), Values: []layers.Value{layers.Text("grid " + id)}}})
	}
	hubs := geotest.Points(r, geotest.City, 40)
	for i := range 400_000 {
		hub := hubs[r.IntN(len(hubs))]
		id := fmt.Sprintf("c%07d", i)
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: "sites", ID: id, Feature: &layers.Feature{Key: id,
			Shape:  orb.Point{hub[0] + r.NormFloat64()*0.01, hub[1] + r.NormFloat64()*0.01},
			Values: []layers.Value{layers.Text(fmt.Sprintf("kind%d", r.IntN(20))), layers.Float(1)}}})
	}
	if _, err := store.Apply(context.Background(), b); err != nil {
		panic(err)
	}
	c, err := live.Open(context.Background(), store, live.Options{})
	if err != nil {
		panic(err)
	}
	return c
})

// BenchmarkBatch asks for the grid and the nearest hydrant of 100,000 points.
func BenchmarkBatch(b *testing.B) {
	v := benchCity().View()
	r := rand.New(rand.NewPCG(2, 2))
	points := geotest.Points(r, geotest.City, 100_000)
	hydrants, err := cql2.Parse("kind = 'kind7'")
	if err != nil {
		b.Fatal(err)
	}
	for _, filtered := range []bool{true, false} {
		b.Run(fmt.Sprint("filtered=", filtered), func(b *testing.B) {
			q := layers.Query{Subject: planner, Layer: "sites"}
			if filtered {
				q.Filter = hydrants
			}
			for b.Loop() {
				if _, err := Batch(b.Context(), v, points, Ask{Levels: []layers.Level{layers.Grid}, Nearest: []Target{{Query: q}}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
