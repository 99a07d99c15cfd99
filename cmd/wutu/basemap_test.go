package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wutu/geo/geotest/outside"
	"wutu/tiles"
	"wutu/tiles/pmtiles"
)

// Archives in the city's folder and those named at start are served: our own exports
// byte for byte, files of GDAL, and beside files that cannot be read, of which it is
// said which and why.
func TestBasemapsAreServed(t *testing.T) {
	dir, away := smallCity(t), filepath.Join(t.TempDir(), "away.pmtiles")
	folder := filepath.Join(dir, basemapFolder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "export", "roads,water", "--data", dir, "--format", "pmtiles", "--zoom", "8-13", "-o", away)
	whole, err := os.ReadFile(away)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"broken.pmtiles": string(whole[:200]), "text.mbtiles": "no database", "Bad Name.pmtiles": string(whole), "copy.pmtiles": string(whole)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roads := filepath.Join(t.TempDir(), "roads.geojson")
	mustRun(t, "export", "roads", "--data", dir, "--format", "geojson", "-o", roads)
	if out, err := exec.Command(outside.Program(t, "ogr2ogr", "gdal-bin"), "-f", "MBTiles", filepath.Join(folder, "gdal.mbtiles"), roads, "-nln", "roads", "-dsco", "MAXZOOM=10").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := serve(t, dir, "--demo", "--basemap", "own="+away)
	get := func(path string) (int, http.Header, []byte) {
		a := s.call("", http.MethodGet, path, nil, "Accept-Encoding", "gzip")
		return a.status, a.header, a.body
	}
	archive, err := pmtiles.Open(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for z := tiles.Zoom(8); z <= 13; z++ {
		low, _ := tiles.At(archive.Header.Bound.LeftTop(), z)
		high, _ := tiles.At(archive.Header.Bound.RightBottom(), z)
		for x := low.X; x <= high.X; x++ {
			for y := low.Y; y <= high.Y; y++ {
				id := tiles.ID{Z: z, X: x, Y: y}
				want, err := archive.Tile(id)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{"own", "copy"} {
					status, h, got := get(fmt.Sprintf("/basemaps/%s/%v.mvt", name, id))
					switch {
					case want == nil && status == http.StatusNoContent:
					case want == nil || status != http.StatusOK || h.Get("Content-Encoding") != "gzip" || !bytes.Equal(got, want):
						t.Fatalf("%s %v: %d, %d bytes, want %d", name, id, status, len(got), len(want))
					default:
						seen++
					}
				}
			}
		}
	}
	if uint64(seen) != 2*archive.Header.Addressed {
		t.Errorf("%d tiles are served, twice %d are in the archive", seen, archive.Header.Addressed)
	}
	if doc := s.call("", http.MethodGet, "/basemaps/own.json", nil); doc.status != http.StatusOK || !bytes.Contains(doc.body, []byte(`"water"`)) || !bytes.Contains(doc.body, []byte("/basemaps/own/{z}/{x}/{y}.mvt")) {
		t.Errorf("%d %s", doc.status, doc.body)
	}
	here, _ := tiles.At(archive.Header.Bound.Center(), 9)
	if status, h, b := get(fmt.Sprintf("/basemaps/gdal/%v.mvt", here)); status != http.StatusOK || h.Get("Content-Encoding") != "gzip" || len(b) < 50 {
		t.Errorf("a tile of GDAL: %d, %d bytes", status, len(b))
	}
	list := s.call("", http.MethodGet, "/basemaps", nil).body
	for _, name := range []string{`"copy"`, `"gdal"`, `"own"`} {
		if !bytes.Contains(list, []byte(name)) {
			t.Errorf("%s is not in the list: %s", name, list)
		}
	}
	s.stop()
	for _, name := range []string{"broken.pmtiles", "text.mbtiles", "Bad Name.pmtiles"} {
		if bytes.Contains(list, []byte(strings.TrimSuffix(name, filepath.Ext(name)))) || !strings.Contains(s.stderr.String(), name) {
			t.Errorf("%s is served, or nothing is said of it:\n%s", name, s.stderr)
		}
	}
}

// What is wrong with the flag is told before anything is opened.
func TestBasemapFlags(t *testing.T) {
	dir := t.TempDir()
	for text, says := range map[string]string{"x": "NAME=FILE", "=a": "name", "a=": "NAME=FILE", "Ä=b": "name"} {
		f := basemapFlags{files: []string{text}}
		if _, err := f.list(dir); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	f := basemapFlags{files: []string{"a=1", "a=2"}}
	if _, err := f.list(dir); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("one name twice: %v", err)
	}
}
