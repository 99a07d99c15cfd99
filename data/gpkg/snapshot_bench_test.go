package gpkg_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/live"
)

// cityEnv names the folder of a city, as `wutu generate` makes it, whose start is
// measured instead of that of 200,000 made-up persons and buildings: the key file
// lies beside the folder.
const cityEnv = "WUTU_BENCH_CITY"

// BenchmarkReady opens a catalog as a server does at its start, from the store and
// from a snapshot.
func BenchmarkReady(b *testing.B) {
	path, keys := os.Getenv(cityEnv), (*keyring.Ring)(nil)
	var err error
	if path != "" {
		if keys, err = keyring.Load(path + ".keys"); err != nil {
			b.Fatal(err)
		}
		path = filepath.Join(path, "city.gpkg")
	} else {
		if keys, err = keyring.New(keyring.Standard, time.Unix(1_750_000_000, 0), rand.Reader); err != nil {
			b.Fatal(err)
		}
		path = filepath.Join(b.TempDir(), "city.gpkg")
	}
	s, err := gpkg.Open(b.Context(), path, gpkg.Options{Keys: keys})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if os.Getenv(cityEnv) == "" {
		fillForReady(b, s)
	}
	file := filepath.Join(b.TempDir(), "snapshot")
	ready := func(b *testing.B, o live.Options) {
		b.ReportAllocs()
		rows := 0
		o.OnLoad = func(_ string, n int) { rows += n }
		for b.Loop() {
			rows = 0
			c, err := live.Open(b.Context(), s, o)
			if err != nil {
				b.Fatal(err)
			}
			c.Close()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/feature")
	}
	b.Run("store", func(b *testing.B) { ready(b, live.Options{}) })
	snapshot := &live.Snapshot{Path: file, Keys: keys, Random: rand.Reader}
	c, err := live.Open(b.Context(), s, live.Options{Snapshot: snapshot})
	if err != nil {
		b.Fatal(err)
	}
	c.Close()
	b.Run("snapshot", func(b *testing.B) {
		ready(b, live.Options{Snapshot: &live.Snapshot{Path: file, Keys: keys, Note: func(text string, err error) { b.Error(text, err) }}})
		if info, err := os.Stat(file); err == nil {
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		}
	})
}

func fillForReady(b *testing.B, s *gpkg.Store) {
	persons := &layers.Layer{ID: "persons", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess, Fields: []layers.Field{
		{Name: "name", Type: layers.String, Personal: true, Sealed: true}, {Name: "kind", Type: layers.String}, {Name: "age", Type: layers.Integer}}}
	buildings := &layers.Layer{ID: "buildings", Element: layers.Object, Geometry: layers.Polygon, Fields: []layers.Field{
		{Name: "use", Type: layers.String}, {Name: "height", Type: layers.Number}}}
	if _, err := s.Apply(b.Context(), layers.Batch{Layers: []*layers.Layer{persons, buildings}}); err != nil {
		b.Fatal(err)
	}
	for part := range 10 {
		var batch layers.Batch
		for i := range 10_000 {
			n := part*10_000 + i
			x, y := 121+float64(n%317)*0.001, 31+float64(n/317)*0.001
			batch.Changes = append(batch.Changes,
				layers.Change{Op: layers.Put, Layer: "persons", Feature: &layers.Feature{Key: fmt.Sprintf("person-%07d", n), Shape: orb.Point{x, y},
					Values: []layers.Value{layers.Text(fmt.Sprint("居民", n)), layers.Text([]string{"registered", "guest"}[n%2]), layers.Int(int64(n % 90))}}},
				layers.Change{Op: layers.Put, Layer: "buildings", Feature: &layers.Feature{Key: fmt.Sprintf("building-%07d", n),
					Shape:  orb.Polygon{{{x, y}, {x + 0.0005, y}, {x + 0.0005, y + 0.0004}, {x, y + 0.0004}, {x, y}}},
					Values: []layers.Value{layers.Text([]string{"home", "shop", "school"}[n%3]), layers.Float(float64(n%40) * 3.1)}}})
		}
		if _, err := s.Apply(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}
