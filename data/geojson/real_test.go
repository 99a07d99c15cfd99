package geojson_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"wutu/data/geojson"
	"wutu/data/ingest"
	"wutu/layers"
	"wutu/layers/memstore"
)

// shared returns the path of a real file, or skips where there are none.
func shared(t *testing.T, path string) string {
	t.Helper()
	dir := os.Getenv("WUTU_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err != nil {
		t.Skipf("no real files: %v", err)
	}
	return filepath.Join(dir, "data", path)
}

func TestSuzhouBuildings(t *testing.T) {
	f, err := ingest.OpenPath(shared(t, "buildings/suzhou_buildings.geojson"), "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, store := context.Background(), memstore.New()
	for pass := range 2 {
		sum, err := ingest.Run(ctx, store, geojson.NewSource(f), ingest.Options{Layer: "suzhou", Create: true, Element: layers.Land,
			Rejected: func(r ingest.Reject) error { t.Logf("%+v", r); return nil }})
		if err != nil {
			t.Fatal(err)
		}
		if sum.Read != 3076 || sum.Read != sum.Stored+sum.Rejected {
			t.Errorf("pass %d: %+v", pass, sum)
		}
	}
	ls, err := store.Layers(ctx)
	if err != nil || len(ls) != 1 {
		t.Fatal(ls, err)
	}
	if l := ls[0]; l.HeightField != "height" || l.Geometry.Dimension() != 2 {
		t.Errorf("inferred %+v", l)
	}
	n := 0
	for _, err := range store.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: "suzhou"}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 3076 {
		t.Errorf("%d different features after importing twice", n)
	}
}
