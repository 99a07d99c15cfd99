package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wutu/data/city"
)

// TestServeFromSnapshot: a server that starts from the snapshot of the one before
// answers byte for byte as one that reads the store; check compares the snapshot,
// backups leave it out, new keys throw it away.
func TestServeFromSnapshot(t *testing.T) {
	dir := smallCity(t)
	key := token(t, dir, "--role", "gridworker")
	file := filepath.Join(dir, city.Snapshot)
	asked := func(s *served) (out []string) {
		for _, path := range []string{"/ogc/collections/buildings/items?limit=1000", "/ogc/collections/persons/items?limit=1000",
			"/ogc/collections/enterprises/items?limit=1000&sortby=name", tilePath("buildings,components", 111.29, 30.69, 15)} {
			a := s.call(key, http.MethodGet, path, nil)
			if a.status != http.StatusOK && a.status != http.StatusNoContent {
				t.Fatalf("%s: %d %.200s", path, a.status, a.body)
			}
			var list struct{ Features json.RawMessage }
			if err := json.Unmarshal(a.body, &list); err == nil { // beside them stands the time of day
				a.body = list.Features
			}
			out = append(out, path+" "+string(a.body))
		}
		return out
	}
	same := func(what string, a, b []string) {
		t.Helper()
		for i := range a {
			if a[i] != b[i] || len(a[i]) < 1000 {
				t.Errorf("%s:\n%.300s\n%.300s", what, a[i], b[i])
			}
		}
	}
	store := serve(t, dir, "--snapshot=false")
	want := asked(store)
	store.stop()
	if _, err := os.Stat(file); err == nil {
		t.Error("a snapshot is written although it is turned off")
	}
	start := func() string {
		t.Helper()
		s := serve(t, dir)
		same("a start", want, asked(s))
		s.stop()
		return s.stderr.String()
	}
	if text := start(); !strings.Contains(text, "is written") {
		t.Errorf("the first start: %s", text)
	}
	if text := start(); strings.Contains(text, "from the store") || strings.Contains(text, "is written") {
		t.Errorf("the second start: %s", text)
	}
	if out := mustRun(t, "check", "--data", dir); strings.Contains(out, "snapshot") {
		t.Errorf("check: %s", out)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bent := bytes.Clone(whole)
	bent[len(bent)/2] ^= 4
	if err := os.WriteFile(file, bent, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, "check", "--data", dir); !strings.Contains(out, "damaged in the snapshot") {
		t.Errorf("check of a bent snapshot: %s", out)
	}
	if text := start(); !strings.Contains(text, "damaged in the snapshot") || !strings.Contains(text, "is written") {
		t.Errorf("the start from a bent snapshot: %s", text)
	}

	archive, restored := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "city")
	mustRun(t, "backup", archive, "--data", dir)
	mustRun(t, "restore", archive, "--data", restored)
	if _, err := os.Stat(filepath.Join(restored, city.Snapshot)); err == nil {
		t.Error("the snapshot is in the backup")
	}
	mustRun(t, "keys", "rotate", "--data", dir)
	if _, err := os.Stat(file); err == nil {
		t.Error("a snapshot that is sealed with the old key is left")
	}
}
