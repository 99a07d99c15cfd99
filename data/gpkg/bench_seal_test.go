package gpkg

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/model"
)

// BenchmarkSealed writes, reads and searches persons without seals and with
// those of each suite.
func BenchmarkSealed(b *testing.B) {
	for _, suite := range append([]keyring.Suite{"plain"}, keyring.Suites()...) {
		b.Run(string(suite), func(b *testing.B) {
			ctx := b.Context()
			l := *model.Lookup(model.Persons)
			l.Fields = append([]layers.Field(nil), l.Fields...)
			o := Options{Bulk: true}
			if suite == "plain" {
				for i := range l.Fields {
					l.Fields[i].Sealed = false
				}
			} else {
				var err error
				if o.Keys, err = keyring.New(suite, time.Unix(0, 0), rand.Reader); err != nil {
					b.Fatal(err)
				}
			}
			s, err := Open(ctx, filepath.Join(b.TempDir(), "city.gpkg"), o)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Apply(ctx, layers.Batch{Layers: []*layers.Layer{&l}}); err != nil {
				b.Fatal(err)
			}
			const size = 8000
			for done := 0; done < b.N; done += size {
				b.StopTimer()
				changes := benchPersons(&l, done, min(size, b.N-done))
				b.StartTimer()
				if _, err := s.Apply(ctx, layers.Batch{Changes: changes}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "written/s")
			b.StopTimer()
			if err := s.writer.run(ctx, "bench", (*writer).makeIndexes); err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			n := 0
			for _, err := range s.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n)/time.Since(start).Seconds(), "read/s")
			start = time.Now()
			b.ReportMetric(float64(benchSearch(b, s, l.ID, n))/time.Since(start).Seconds(), "searched/s")
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// benchSearch looks for a few persons by their numbers.
func benchSearch(b *testing.B, s *Store, layer string, n int) int {
	const times = 20
	for i := range times {
		q := layers.Query{Subject: layers.SystemSubject(), Layer: layer, Filter: layers.Compare{Op: layers.Eq,
			Left: layers.Property{Name: model.CitizenID}, Right: layers.Literal{Value: layers.Text(fmt.Sprintf("42050219900101%08d", i*n/times))}}}
		found := 0
		for _, err := range s.Read(context.Background(), q) {
			if err != nil {
				b.Fatal(err)
			}
			found++
		}
		if found != 1 {
			b.Fatalf("person %d is found %d times", i*n/times, found)
		}
	}
	return times
}

func benchPersons(l *layers.Layer, from, n int) []layers.Change {
	out := make([]layers.Change, n)
	id, phone, name, address := l.FieldIndex(model.CitizenID), l.FieldIndex(model.Phone), l.FieldIndex(model.Name), l.FieldIndex(model.Address)
	for i := range out {
		k := from + i
		f := &layers.Feature{Key: fmt.Sprintf("p%08d", k), Shape: orb.Point{111.2 + float64(k%1000)/5000, 30.6},
			Values: make([]layers.Value, len(l.Fields))}
		f.Values[id], f.Values[phone] = layers.Text(fmt.Sprintf("42050219900101%08d", k)), layers.Text(fmt.Sprintf("100%08d", k))
		f.Values[name], f.Values[address] = layers.Text("欧阳测试"), layers.Text("望峡区金渡街道柳林社区西阁路2219号2幢101室")
		out[i] = layers.Change{Op: layers.Put, Layer: l.ID, ID: f.Key, Feature: f}
	}
	return out
}
