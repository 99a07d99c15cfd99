package roadnet_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/sample"
	"wutu/geo/geotest/outside"
	"wutu/layers/model"
	"wutu/layers/roadnet"
)

// places are random places on a network.
func places(g *roadnet.Graph, m roadnet.Mode, r *rand.Rand, n int) []roadnet.Snap {
	var out []roadnet.Snap
	b := roadnet.Bound(g)
	for len(out) < n {
		p := orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
		if s, ok := g.Snap(m, p, 1000); ok {
			out = append(out, s)
		}
	}
	return out
}

func BenchmarkRoute(b *testing.B) {
	g := graph(b, city)
	r := rand.New(rand.NewPCG(1, 1))
	at := places(g, roadnet.Drive, r, 256)
	b.Logf("%+v", g.Stats())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := g.Route(b.Context(), roadnet.Drive, &at[i%256], &at[(i*7+13)%256], 0); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "routes/s")
}

// BenchmarkRouteState is BenchmarkRoute on the roads of Delaware.
func BenchmarkRouteState(b *testing.B) {
	g := imported(b, outside.File(b, "osm", "delaware-latest.osm.pbf"))
	r := rand.New(rand.NewPCG(1, 1))
	at := places(g, roadnet.Drive, r, 256)
	b.Logf("%+v", g.Stats())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := g.Route(b.Context(), roadnet.Drive, &at[i%256], &at[(i*7+13)%256], 0); err != nil && !errors.Is(err, roadnet.ErrNoWay) {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "routes/s")
}

// BenchmarkNearest10 asks for the ten nearest of 2,000 targets.
func BenchmarkNearest10(b *testing.B) {
	g := graph(b, city)
	r := rand.New(rand.NewPCG(1, 1))
	at := places(g, roadnet.Drive, r, 2256)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := g.Nearest(b.Context(), roadnet.Reach{Mode: roadnet.Drive, From: &at[i%256], Targets: at[256:], K: 10}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkIsochrones draws 5, 10 and 15 minutes by car.
func BenchmarkIsochrones(b *testing.B) {
	g := graph(b, city)
	at := places(g, roadnet.Drive, rand.New(rand.NewPCG(1, 1)), 64)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := g.Isochrones(b.Context(), roadnet.Drive, &at[i%64], []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute}, false); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkSnap(b *testing.B) {
	g := graph(b, city)
	r := rand.New(rand.NewPCG(1, 1))
	box := roadnet.Bound(g)
	b.ReportAllocs()
	for b.Loop() {
		p := orb.Point{box.Min[0] + r.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + r.Float64()*(box.Max[1]-box.Min[1])}
		g.Snap(roadnet.Drive, p, 1000)
	}
}

func BenchmarkBuild(b *testing.B) {
	roads, err := sampleRoads(sample.City)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := roadnet.Build(b.Context(), model.Lookup(model.Roads), rowsOf(roads)); err != nil {
			b.Fatal(err)
		}
	}
}
