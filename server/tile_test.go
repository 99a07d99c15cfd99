package server_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"wutu/tiles"
	"wutu/tiles/mvt"
)

func tileOf(t *testing.T, n int, z tiles.Zoom) tiles.ID {
	t.Helper()
	id, ok := tiles.At(at(n, .5, .5), z)
	if !ok {
		t.Fatal("no tile")
	}
	return id
}

func decodeTile(t *testing.T, b []byte) map[string]mvt.Layer {
	t.Helper()
	if bad := mvt.Verify(b); len(bad) > 0 {
		t.Fatalf("the tile breaks rules: %v", bad)
	}
	list, err := mvt.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]mvt.Layer{}
	for _, l := range list {
		out[l.Name] = l
	}
	return out
}

func TestTilesOverHTTP(t *testing.T) {
	c := newCity(t, true)
	path := "/tiles/buildings,enterprises/" + tileOf(t, 0, 15).String() + ".mvt"
	plain, body := raw(t, c, "GET", path)
	if plain.StatusCode != 200 || plain.Header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" ||
		plain.Header.Get("Cache-Control") != "no-cache" || plain.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v", plain.StatusCode, plain.Header)
	}
	drawn := decodeTile(t, body)
	if len(drawn["buildings"].Features) == 0 || len(drawn["enterprises"].Features) != 1 {
		t.Errorf("the composed tile has %d buildings and %d firms", len(drawn["buildings"].Features), len(drawn["enterprises"].Features))
	}
	for _, s := range secrets {
		if bytes.Contains(body, []byte(s)) {
			t.Errorf("the tile holds %q", s)
		}
	}
	coded, zipped := raw(t, c, "GET", path, "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	if unzipped, err := io.ReadAll(z); err != nil || !bytes.Equal(unzipped, body) {
		t.Errorf("the coded tile is another: %v", err)
	}
	a, b := plain.Header.Get("ETag"), coded.Header.Get("ETag")
	if a == b || !strings.HasPrefix(a, `"`) || !strings.HasPrefix(b, `"`) {
		t.Errorf("strong tags per coding: %s %s", a, b)
	}
	for _, h := range [][2]string{{"", a}, {"gzip", b}, {"gzip", `"other", W/` + b}, {"", "*"}} {
		res, left := raw(t, c, "GET", path, "Accept-Encoding", h[0], "If-None-Match", h[1])
		if res.StatusCode != 304 || len(left) != 0 || res.Header.Get("ETag") == "" || !strings.Contains(fmt.Sprint(res.Header.Values("Vary")), "Accept-Encoding") {
			t.Errorf("If-None-Match %s with coding %q: %d %v", h[1], h[0], res.StatusCode, res.Header)
		}
	}
	if res, _ := raw(t, c, "GET", path, "If-None-Match", b); res.StatusCode != 200 {
		t.Errorf("the tag of the other coding: %d", res.StatusCode)
	}
	if res, left := raw(t, c, "HEAD", path); res.StatusCode != 200 || len(left) != 0 || res.Header.Get("ETag") != a {
		t.Errorf("HEAD: %d %v", res.StatusCode, res.Header)
	}
	if res, _ := raw(t, c, "GET", path, "Accept-Encoding", "identity;q=0"); res.StatusCode != 406 {
		t.Errorf("a client that takes nothing: %d", res.StatusCode)
	}
	if res, _ := raw(t, c, "GET", "/tiles/buildings/15/0/0.mvt"); res.StatusCode != 204 {
		t.Errorf("an empty tile: %d", res.StatusCode)
	}
	c.apply(feature("enterprises", "firm-2", at(0, .5, .5), map[string]any{"name": "新企业"}))
	if res, _ := raw(t, c, "GET", path, "If-None-Match", a); res.StatusCode != 200 || res.Header.Get("ETag") == a {
		t.Errorf("after a change: %d %s", res.StatusCode, res.Header.Get("ETag"))
	}
	filtered, left := raw(t, c, "GET", "/tiles/buildings/"+tileOf(t, 0, 12).String()+".mvt?filter=area%3D1000")
	if filtered.StatusCode != 200 || len(decodeTile(t, left)["buildings"].Features) != 1 {
		t.Errorf("filtered: %d", filtered.StatusCode)
	}
}

// The own cells of all tiles of a zoom add up to the layer's count, for whoever
// may list it, and of what may only be counted to those of the release.
func TestHexagonsAddUp(t *testing.T) {
	c := newCity(t, true)
	sum := func(role, layer string, z tiles.Zoom) (total, status int) {
		low, high := tileOf(t, 12, z), tileOf(t, 3, z)
		for x := low.X - 1; x <= high.X+1; x++ {
			for y := low.Y - 1; y <= high.Y+1; y++ {
				res, body := c.call(role, "GET", fmt.Sprintf("/tiles/%s/hex/%d/%d/%d.mvt", layer, z, x, y), nil)
				if status = res.StatusCode; status != 200 {
					continue
				}
				for _, f := range decodeTile(t, []byte(body))["hex"].Features {
					if f.Get("own").Any() == true {
						n := 0
						if _, err := fmt.Sscan(fmt.Sprint(f.Get("count").Any()), &n); err != nil {
							t.Fatal(err)
						}
						total += n
					}
				}
			}
		}
		return total, status
	}
	for _, z := range []tiles.Zoom{12, 14} {
		if n, _ := sum("gridworker", "persons", z); n != 31 {
			t.Errorf("z%d: %d persons, want 31", z, n)
		}
		if n, _ := sum("", "buildings", z); n != 16 {
			t.Errorf("z%d: %d buildings, want 16", z, n)
		}
		if n, _ := sum("", "persons", z); n != 31 { // of the release: one block
			t.Errorf("z%d: an uncleared subject counts %d persons, want 31", z, n)
		}
	}
}
