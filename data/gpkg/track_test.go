package gpkg_test

import (
	"path/filepath"
	"testing"
	"time"

	"wutu/data/gpkg"
	"wutu/layers/track/tracktest"
)

func TestTracks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	tracktest.Run(t, func(t *testing.T, now func() time.Time, before tracktest.Store) tracktest.Store {
		if before != nil {
			if err := before.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s, err := gpkg.Open(t.Context(), path, gpkg.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Fatalf("%v %v", problems, err)
		}
		return s
	})
}
