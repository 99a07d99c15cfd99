package roadnet_test

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/data/sample"
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
