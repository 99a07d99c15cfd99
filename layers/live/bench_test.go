package live_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

const benchRows = 1_000_000

// benchCity is a million points around forty centres, made once.
var benchCity = sync.OnceValue(func() *live.Catalog {
	rng := rand.New(rand.NewPCG(1, 1))
	store := memstore.New()
	store.Apply(context.Background(), layers.Batch{Layers: []*layers.Layer{thingsLayer, areasLayer}, Changes: gridChanges()})
	hubs := make([]orb.Point, 40)
	for i := range hubs {
		hubs[i] = orb.Point{rng.Float64(), rng.Float64()}
	}
	var b layers.Batch
	for i := range benchRows {
		hub := hubs[rng.IntN(len(hubs))]
		id := fmt.Sprintf("t%07d", i)
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: "things", ID: id, Feature: &layers.Feature{Key: id,
			Shape: orb.Point{hub[0] + rng.NormFloat64()*0.03, hub[1] + rng.NormFloat64()*0.03},
			Values: []layers.Value{layers.Text([]string{"lamp", "bench", "tree", "bin", "pole"}[rng.IntN(5)]),
				layers.Int(int64(rng.IntN(1000))), layers.Float(rng.Float64())}}})
		if len(b.Changes) == 50_000 {
			store.Apply(context.Background(), b)
			b.Changes = nil
		}
	}
	c, err := live.Open(context.Background(), store, live.Options{})
	if err != nil {
		panic(err)
	}
	return c
})

func benchQuery() layers.Query {
	return layers.Query{Subject: layers.SystemSubject(), Layer: "things"}
}

func BenchmarkNearest10(b *testing.B) {
	v := benchCity().View()
	rng := rand.New(rand.NewPCG(2, 2))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range v.Nearest(b.Context(), benchQuery(), live.Near{Point: orb.Point{rng.Float64(), rng.Float64()}, K: 10}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func benchCount(b *testing.B, region func(*rand.Rand) *layers.Region) {
	v := benchCity().View()
	rng := rand.New(rand.NewPCG(2, 2))
	b.ReportAllocs()
	for b.Loop() {
		q := benchQuery()
		q.Region = region(rng)
		if _, err := v.Count(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCountInPolygon1km(b *testing.B) {
	benchCount(b, func(rng *rand.Rand) *layers.Region {
		x, y := rng.Float64(), rng.Float64()
		return &layers.Region{Geometry: orb.Polygon{{{x, y}, {x + 0.01, y + 0.001}, {x + 0.009, y + 0.01}, {x - 0.001, y + 0.008}, {x, y}}}}
	})
}

func BenchmarkCountInCircle1km(b *testing.B) {
	benchCount(b, func(rng *rand.Rand) *layers.Region {
		return &layers.Region{Geometry: orb.Point{rng.Float64(), rng.Float64()}, BufferM: 1000}
	})
}

// benchFilter parses a filter of the benchmarks.
func benchFilter(b *testing.B, text string) layers.Expr {
	filter, err := cql2.Parse(text)
	if err != nil {
		b.Fatal(err)
	}
	return filter
}

// BenchmarkCountFiltered counts one of five kinds in the whole layer: a look at a
// byte for each row.
func BenchmarkCountFiltered(b *testing.B) {
	v := benchCity().View()
	q := benchQuery()
	q.Filter = benchFilter(b, "kind = 'lamp'")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Count(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCountFilteredInCircle1km counts one kind in a circle.
func BenchmarkCountFilteredInCircle1km(b *testing.B) {
	v := benchCity().View()
	rng := rand.New(rand.NewPCG(2, 2))
	q := benchQuery()
	q.Filter = benchFilter(b, "kind IN ('lamp','tree') AND size > 500")
	b.ReportAllocs()
	for b.Loop() {
		q.Region = &layers.Region{Geometry: orb.Point{rng.Float64(), rng.Float64()}, BufferM: 1000}
		if _, err := v.Count(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCountAlongLine counts within 300 m of a path of twenty places.
func BenchmarkCountAlongLine(b *testing.B) {
	benchCount(b, func(rng *rand.Rand) *layers.Region {
		x, y := rng.Float64(), rng.Float64()
		line := make(orb.LineString, 20)
		for i := range line {
			x, y = x+rng.NormFloat64()*0.003, y+0.002
			line[i] = orb.Point{x, y}
		}
		return &layers.Region{Geometry: line, BufferM: 300}
	})
}

// benchSelect reads a page.
func benchSelect(b *testing.B, q layers.Query) {
	v := benchCity().View()
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range v.Select(b.Context(), q) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkPageAtDepth reads ten rows near the end of the layer.
func BenchmarkPageAtDepth(b *testing.B) {
	q := benchQuery()
	q.Limit, q.After = 10, &layers.Cursor{ID: "t0990000"}
	benchSelect(b, q)
}

// BenchmarkPageInBoxAtDepth reads ten rows, from the middle on, of a box with a
// large share of the layer.
func BenchmarkPageInBoxAtDepth(b *testing.B) {
	q := benchQuery()
	q.Boxes = []orb.Bound{{Min: orb.Point{0.1, 0.1}, Max: orb.Point{0.8, 0.9}}}
	q.Limit, q.After = 10, &layers.Cursor{ID: "t0500000"}
	benchSelect(b, q)
}

// BenchmarkSortedPage reads the ten largest of the layer.
func BenchmarkSortedPage(b *testing.B) {
	q := benchQuery()
	q.Limit, q.Sort = 10, []layers.SortKey{{Field: "weight", Desc: true}}
	benchSelect(b, q)
}

// BenchmarkAllInOrder reads the layer from the first id to the last.
func BenchmarkAllInOrder(b *testing.B) { benchSelect(b, benchQuery()) }

func BenchmarkGroupByCell(b *testing.B) {
	v := benchCity().View()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Group(b.Context(), benchQuery(), live.By{Cells: true, Res: 7}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGroupByAreaFiltered(b *testing.B) {
	v := benchCity().View()
	filter, err := cql2.Parse("kind = 'lamp' AND size > 500")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		q := benchQuery()
		q.Filter = filter
		if _, err := v.Group(b.Context(), q, live.By{Level: layers.Grid}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFirstPageInOrder(b *testing.B) {
	v := benchCity().View()
	b.ReportAllocs()
	for b.Loop() {
		q := benchQuery()
		q.Limit = 10
		q.After = &layers.Cursor{ID: "t0500000"}
		for _, err := range v.Select(b.Context(), q) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkBytesPerRow(b *testing.B) {
	v := benchCity().View()
	runtime.GC()
	for b.Loop() {
		b.ReportMetric(float64(v.Stats("things").Bytes)/benchRows, "B/row")
	}
}

// BenchmarkGroupCold is the first question after a start: count and mean of a
// million points by H3 cells of which the columns are not there yet.
func BenchmarkGroupCold(b *testing.B) {
	v := benchCity().View()
	measures := []live.Measure{{Op: live.Avg, Field: "weight"}}
	for _, by := range []live.By{{Cells: true, Res: 6}, {Cells: true, Res: 7}, {Cells: true, Res: 9}, {Level: layers.Grid}} {
		b.Run(fmt.Sprintf("%s%d", by.Level, by.Res), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				v.ForgetColumns("things")
				b.StartTimer()
				groups, err := v.Group(b.Context(), benchQuery(), by, measures)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(groups)), "groups")
			}
		})
	}
}

// BenchmarkGroupWarm takes each measure of a million points by cells.
func BenchmarkGroupWarm(b *testing.B) {
	v := benchCity().View()
	for _, m := range []string{"", "sum:size", "mean:weight", "max:weight", "median:weight", "distinct:size", "distinct:kind", "histogram:10:weight"} {
		b.Run(m, func(b *testing.B) {
			var measures []live.Measure
			if m != "" {
				one, err := live.ParseMeasure(m)
				if err != nil {
					b.Fatal(err)
				}
				measures = append(measures, one)
			}
			for b.Loop() {
				if _, err := v.Group(b.Context(), benchQuery(), live.By{Cells: true, Res: 7}, measures); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
