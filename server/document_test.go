package server_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/server/openapi"
)

// The document that the types of the web app are made from is that of this server.
// With WUTU_UPDATE=1 it is written anew; `npm run client` follows.
func TestCheckedInDocument(t *testing.T) {
	path := filepath.Join("..", "frontend", "api", "openapi.json")
	store := memstore.NewWithClock(now)
	city, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	docs, err := openapi.Describe(openapi.Info{Title: layers.Title{ZH: "五图", EN: "wutu"}}, allRoutes(t, &world{live: city}))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Indent(&want, docs.V31, "", " "); err != nil {
		t.Fatal(err)
	}
	want.WriteByte('\n')
	if os.Getenv("WUTU_UPDATE") != "" {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not what the routes say: run make client", path)
	}
}
