package gpkg

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

var benchLayer = &layers.Layer{ID: "components", Title: layers.Title{ZH: "部件", EN: "Components"}, Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
	{Name: "name", Type: layers.String}, {Name: "kind", Type: layers.String}, {Name: "code", Type: layers.String},
	{Name: "state", Type: layers.String}, {Name: "height", Type: layers.Number}, {Name: "count", Type: layers.Integer},
	{Name: "checked", Type: layers.DateTime}, {Name: "works", Type: layers.Boolean}}}

func benchChanges(from, n int, id func(int) string) []layers.Change {
	out := make([]layers.Change, n)
	for i := range out {
		k := from + i
		key := id(k)
		out[i] = layers.Change{Op: layers.Put, Layer: "components", ID: key, Feature: &layers.Feature{Key: key,
			Shape: orb.Point{111.2 + float64(k%1000)/5000, 30.6 + float64(k/1000%1000)/5000},
			Values: []layers.Value{layers.Text("路灯" + key), layers.Text("lamp"), layers.Text("0203"), layers.Text("ok"),
				layers.Float(float64(k%120) / 10), layers.Int(int64(k)), layers.Instant(time.UnixMicro(1700000000000000 + int64(k)*1000000)), layers.Bool(k%3 == 0)}}}
	}
	return out
}

func BenchmarkApply(b *testing.B) {
	for name, id := range map[string]func(int) string{
		"ordered": func(k int) string { return fmt.Sprintf("c%09d", k) },
		"random":  func(k int) string { return fmt.Sprintf("%016x", uint64(k+1)*0x9E3779B97F4A7C15) },
	} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			s, err := Open(ctx, filepath.Join(b.TempDir(), "city.gpkg"), Options{})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Apply(ctx, layers.Batch{Layers: []*layers.Layer{benchLayer}}); err != nil {
				b.Fatal(err)
			}
			const size = 8000
			for done := 0; done < b.N; done += size {
				b.StopTimer()
				changes := benchChanges(done, min(size, b.N-done), id)
				b.StartTimer()
				if _, err := s.Apply(ctx, layers.Batch{Changes: changes}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "features/s")
			b.StopTimer()
			start := time.Now()
			n := 0
			for _, err := range s.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: "components"}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != b.N {
				b.Fatalf("%d of %d", n, b.N)
			}
			b.ReportMetric(float64(n)/time.Since(start).Seconds(), "read/s")
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
