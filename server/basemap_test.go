package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/server"
	"wutu/server/auth"
	"wutu/server/basemap"
	"wutu/tiles"
)

// shelfOfTiles is an archive in memory.
type shelfOfTiles struct {
	info   basemap.Info
	coding string
	tiles  map[tiles.ID][]byte
}

func (s *shelfOfTiles) Info() basemap.Info { return s.info }

func (s *shelfOfTiles) Tile(_ context.Context, t tiles.ID) ([]byte, string, error) {
	if t.Z == 9 {
		return nil, "", layers.Invalidf("archive", "", "the archive is damaged")
	}
	return s.tiles[t], s.coding, nil
}

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// grounded is the test city with basemaps: vector tiles that are packed and pictures.
func grounded(t *testing.T) (c *city, plain []byte) {
	t.Helper()
	c = newCity(t, false)
	plain = bytes.Repeat([]byte("a tile of the ground "), 200)
	here := orb.Bound{Min: orb.Point{111, 30}, Max: orb.Point{112, 31}}
	vector := &shelfOfTiles{coding: "gzip", info: basemap.Info{Title: "底图", Attribution: "© 示例", Format: basemap.MVT, MinZoom: 2, MaxZoom: 10, Bound: here,
		Layers: []tiles.VectorLayer{{ID: "land", MinZoom: 2, MaxZoom: 10, Fields: map[string]string{"kind": "String"}}}},
		tiles: map[tiles.ID][]byte{{Z: 2, X: 3, Y: 1}: zipped(t, plain)}}
	picture := &shelfOfTiles{info: basemap.Info{Format: basemap.PNG, MaxZoom: 3, Bound: tiles.ID{}.Bound()}, tiles: map[tiles.ID][]byte{{}: []byte("\x89PNG")}}
	s, err := server.New(server.Options{City: c.live, Records: c.store, Now: c.now, Basemaps: []basemap.Basemap{{Name: "streets", Archive: vector}, {Name: "aerial", Archive: picture}}})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Config.Handler = inspected(t, s)
	return c, plain
}

// Every row is a request for a basemap and what HTTP says of it.
func TestBasemapsOverHTTP(t *testing.T) {
	c, plain := grounded(t)
	res, packed := raw(t, c, "GET", "/basemaps/streets/2/3/1.mvt", "Accept-Encoding", "gzip")
	zip := res.Header.Get("ETag")
	res, bare := raw(t, c, "GET", "/basemaps/streets/2/3/1.mvt")
	none := res.Header.Get("ETag")
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(z); err != nil || !bytes.Equal(unpacked, plain) || !bytes.Equal(bare, plain) || zip == none {
		t.Errorf("%d and %d bytes with the tags %s and %s, %v", len(unpacked), len(bare), zip, none, err)
	}
	for _, row := range []struct {
		method, path, accept, match string
		status                      int
		media, coding               string
	}{
		{"GET", "streets/2/3/1.mvt", "gzip", "", 200, "application/vnd.mapbox-vector-tile", "gzip"},
		{"GET", "streets/2/3/1.mvt", "br, gzip;q=0.5", "", 200, "application/vnd.mapbox-vector-tile", "gzip"},
		{"GET", "streets/2/3/1.mvt", "", "", 200, "application/vnd.mapbox-vector-tile", ""},
		{"GET", "streets/2/3/1.mvt", "gzip;q=0", "", 200, "application/vnd.mapbox-vector-tile", ""},
		{"GET", "streets/2/3/1.mvt", "br", "", 200, "application/vnd.mapbox-vector-tile", ""},
		{"GET", "streets/2/3/1.mvt", "*;q=0", "", 406, "application/problem+json", ""},
		{"HEAD", "streets/2/3/1.mvt", "gzip", "", 200, "application/vnd.mapbox-vector-tile", "gzip"},
		{"GET", "streets/2/3/1.mvt", "gzip", zip, 304, "", ""},
		{"GET", "streets/2/3/1.mvt", "gzip", "W/" + zip, 304, "", ""},
		{"GET", "streets/2/3/1.mvt", "", none, 304, "", ""},
		{"GET", "streets/2/3/1.mvt", "", zip, 200, "application/vnd.mapbox-vector-tile", ""},
		{"GET", "aerial/0/0/0.png", "gzip", "", 200, "image/png", ""},
		{"GET", "aerial/1/0/0.png", "gzip", "", 204, "", ""},
		{"GET", "streets/8/206/105.mvt", "gzip", "", 204, "", ""},                     // within the bounds
		{"GET", "streets/8/0/0.mvt", "gzip", "", 404, "application/problem+json", ""}, // outside
		{"GET", "streets/1/0/0.mvt", "", "", 404, "application/problem+json", ""},     // zooms
		{"GET", "streets/11/0/0.mvt", "", "", 404, "application/problem+json", ""},
		{"GET", "streets/2/4/1.mvt", "", "", 404, "application/problem+json", ""}, // outside the matrix
		{"GET", "streets/2/3/1.png", "", "", 404, "application/problem+json", ""},
		{"GET", "streets/2/3/1", "", "", 404, "application/problem+json", ""},
		{"GET", "aerial/0/0/0.mvt", "", "", 404, "application/problem+json", ""},
		{"GET", "streets/2/x/1.mvt", "", "", 400, "application/problem+json", ""},
		{"GET", "streets/2/03/1.mvt", "", "", 400, "application/problem+json", ""},
		{"GET", "nothing/2/3/1.mvt", "", "", 404, "application/problem+json", ""},
		{"GET", "nothing.json", "", "", 404, "application/problem+json", ""},
		{"GET", "streets/9/0/0.mvt", "", "", 400, "application/problem+json", ""}, // a damaged archive
		{"POST", "streets/2/3/1.mvt", "", "", 405, "application/problem+json", ""},
	} {
		var header []string
		if row.accept != "" {
			header = append(header, "Accept-Encoding", row.accept)
		}
		if row.match != "" {
			header = append(header, "If-None-Match", row.match)
		}
		res, body := raw(t, c, row.method, "/basemaps/"+row.path, header...)
		name := fmt.Sprint(row.method, " ", row.path, " ", header)
		media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
		if res.StatusCode != row.status || media != row.media || row.status < 400 && res.Header.Get("Content-Encoding") != row.coding {
			t.Errorf("%s: %d %q %q, want %d %q %q: %.200s", name, res.StatusCode, media, res.Header.Get("Content-Encoding"), row.status, row.media, row.coding, body)
		}
		if res.StatusCode < 400 && (res.Header.Get("ETag") == "" || res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s: %v", name, res.Header)
		}
		if res.StatusCode < 400 && strings.HasSuffix(row.path, "3/1.mvt") && !strings.Contains(fmt.Sprint(res.Header.Values("Vary")), "Accept-Encoding") {
			t.Errorf("%s varies by %v", name, res.Header.Values("Vary"))
		}
		if (row.method == "HEAD" || row.status == 204 || row.status == 304) && len(body) > 0 {
			t.Errorf("%s has a body of %d bytes", name, len(body))
		}
	}
}

func TestBasemapsAreDescribed(t *testing.T) {
	c, _ := grounded(t)
	_, text := c.call("", "GET", "/basemaps", nil)
	var list struct {
		Basemaps []struct{ Name, Title, Kind, Attribution, TileJSON string }
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Basemaps) != 2 || list.Basemaps[0].Name != "aerial" || list.Basemaps[0].Kind != "raster" ||
		list.Basemaps[0].Title != "aerial" || list.Basemaps[1].Kind != "vector" || list.Basemaps[1].Title != "底图" {
		t.Fatalf("%s: %v", text, err)
	}
	var doc map[string]any
	_, text = c.call("", "GET", strings.TrimPrefix(list.Basemaps[1].TileJSON, c.http.URL), nil)
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(doc["tiles"]) != "["+c.http.URL+"/basemaps/streets/{z}/{x}/{y}.mvt]" || fmt.Sprint(doc["bounds"]) != "[111 30 112 31]" || doc["minzoom"] != 2.0 || doc["maxzoom"] != 10.0 ||
		fmt.Sprint(doc["center"]) != "[111.5 30.5 6]" || len(doc["vector_layers"].([]any)) != 1 || doc["tilejson"] != "3.0.0" {
		t.Errorf("%s", text)
	}
	if _, text = c.call("", "GET", "/basemaps/aerial.json", nil); strings.Contains(text, "vector_layers") {
		t.Errorf("pictures have no vector layers: %s", text)
	}
}

// Basemaps are for who may list the frame of the city, which the standard policy
// shows to everybody.
func TestBasemapsAreSeenWithTheFrame(t *testing.T) {
	c, _ := grounded(t)
	for _, hidden := range []bool{false, true} {
		if hidden {
			g, err := auth.New(auth.Options{Store: c.store, Now: c.now, Rand: strings.NewReader(strings.Repeat("x", 1000))})
			if err != nil {
				t.Fatal(err)
			}
			lines := append([]layers.Grant{{ID: "no-frame", Mode: layers.GrantHidden, Layers: []string{"element:frame"}}}, access.StandardPolicy().Lines()...)
			if _, err := g.SetPolicy(t.Context(), &layers.Subject{ID: "test"}, 0, lines); err != nil {
				t.Fatal(err)
			}
			c.clock.Add(int64(1e9))
		}
		want := map[bool]int{false: http.StatusOK, true: http.StatusNotFound}[hidden]
		for _, path := range []string{"/basemaps/streets.json", "/basemaps/streets/2/3/1.mvt", "/basemaps/aerial/0/0/0.png"} {
			if res, _ := c.call("", "GET", path, nil); res.StatusCode != want {
				t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
			}
		}
		if _, text := c.call("", "GET", "/basemaps", nil); strings.Contains(text, "streets") == hidden {
			t.Errorf("the list, hidden %v: %s", hidden, text)
		}
	}
}

func TestBasemapsThatCannotBe(t *testing.T) {
	c := newCity(t, true)
	good := &shelfOfTiles{info: basemap.Info{Format: basemap.PNG}}
	for name, list := range map[string][]basemap.Basemap{
		"a name that is no part of an address": {{Name: "../x", Archive: good}},
		"one name twice":                       {{Name: "a", Archive: good}, {Name: "a", Archive: good}},
		"unknown tiles":                        {{Name: "a", Archive: &shelfOfTiles{}}},
		"zooms upside down":                    {{Name: "a", Archive: &shelfOfTiles{info: basemap.Info{Format: basemap.PNG, MinZoom: 4}}}},
		"zooms too deep":                       {{Name: "a", Archive: &shelfOfTiles{info: basemap.Info{Format: basemap.PNG, MaxZoom: 99}}}},
	} {
		if _, err := server.New(server.Options{City: c.live, Records: c.store, Basemaps: list}); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
