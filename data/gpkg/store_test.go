package gpkg_test

import (
	"context"
	"path/filepath"
	"testing"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/storetest"
)

func open(t testing.TB, path string) *gpkg.Store {
	t.Helper()
	s, err := gpkg.Open(context.Background(), path, gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (layers.Store, func() layers.Store) {
		path := filepath.Join(t.TempDir(), "城 %41?#.gpkg")
		return open(t, path), func() layers.Store { return open(t, path) }
	})
}
