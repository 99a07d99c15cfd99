package server_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// unpacked undoes a coding by libraries that have no part in the server's answers,
// but for zstd and br, of which there is one each.
func unpacked(t *testing.T, coding string, b []byte) []byte {
	t.Helper()
	var from io.Reader = bytes.NewReader(b)
	switch coding {
	case "gzip":
		z, err := gzip.NewReader(from)
		if err != nil {
			t.Fatal(err)
		}
		from = z
	case "br":
		from = brotli.NewReader(from)
	case "zstd":
		z, err := zstd.NewReader(from)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		from = z
	}
	out, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every row is a request for a tile and what HTTP says of it: codings, tags of each,
// conditions, methods, empty tiles, addresses outside and malformed, other origins.
func TestTileMatrix(t *testing.T) {
	c := newCity(t, true)
	here := tileOf(t, 0, 15).String()
	tile := "/tiles/buildings/" + here + ".mvt"
	_, plain := raw(t, c, "GET", tile)
	tags := map[string]string{}
	for _, coding := range []string{"", "gzip", "br", "zstd"} {
		res, body := raw(t, c, "GET", tile, "Accept-Encoding", coding)
		if tags[coding] = res.Header.Get("ETag"); !bytes.Equal(unpacked(t, coding, body), plain) || !strings.HasPrefix(tags[coding], `"`) {
			t.Errorf("%q: %d bytes under %s", coding, len(body), tags[coding])
		}
		for other, tag := range tags {
			if other != coding && tag == tags[coding] {
				t.Errorf("%q and %q have one tag, %s", coding, other, tag)
			}
		}
	}
	empty := "/tiles/buildings/15/0/0.mvt"
	res, _ := raw(t, c, "GET", empty)
	nothing := res.Header.Get("ETag")
	const mvt, problem = "application/vnd.mapbox-vector-tile", "application/problem+json"
	for _, row := range []struct {
		method, path, accept, match string
		status                      int
		media, coding               string
	}{
		{"GET", tile, "-", "", 200, mvt, ""},
		{"GET", tile, "identity", "", 200, mvt, ""},
		{"GET", tile, "gzip", "", 200, mvt, "gzip"},
		{"GET", tile, "gzip, deflate, br, zstd", "", 200, mvt, "gzip"},
		{"GET", tile, "br", "", 200, mvt, "br"},
		{"GET", tile, "zstd", "", 200, mvt, "zstd"},
		{"GET", tile, "br;q=1, gzip;q=0.5", "", 200, mvt, "br"},
		{"GET", tile, "gzip;q=0", "", 200, mvt, ""},
		{"GET", tile, "gzip;q=0, br", "", 200, mvt, "br"},
		{"GET", tile, "deflate, compress", "", 200, mvt, ""},
		{"GET", tile, "*", "", 200, mvt, "gzip"},
		{"GET", tile, "identity;q=0, gzip;q=0, br;q=0, zstd;q=0", "", 406, problem, ""},
		{"GET", tile, "*;q=0", tags["gzip"], 406, problem, ""},
		{"HEAD", tile, "gzip", "", 200, mvt, "gzip"},
		{"HEAD", tile, "gzip", tags["gzip"], 304, "", ""},
		{"GET", tile, "gzip", tags["gzip"], 304, "", ""},
		{"GET", tile, "br", tags["br"], 304, "", ""},
		{"GET", tile, "zstd", tags["zstd"], 304, "", ""},
		{"GET", tile, "-", tags[""], 304, "", ""},
		{"GET", tile, "gzip", `"x", W/` + tags["gzip"], 304, "", ""},
		{"GET", tile, "gzip", "*", 304, "", ""},
		{"GET", tile, "gzip", tags["br"], 200, mvt, "gzip"},
		{"GET", tile, "br", tags["gzip"], 200, mvt, "br"},
		{"GET", empty, "gzip", "", 204, "", ""},
		{"HEAD", empty, "gzip", "", 204, "", ""},
		{"GET", empty, "gzip", nothing, 304, "", ""},
		{"GET", "/tiles/buildings/24/16777215/16777215.mvt", "gzip", "", 204, "", ""},
		{"GET", "/tiles/buildings/25/0/0.mvt", "-", "", 404, problem, ""},
		{"GET", "/tiles/buildings/15/32768/0.mvt", "-", "", 404, problem, ""},
		{"GET", "/tiles/buildings/15/0/99999999999999999999.mvt", "-", "", 404, problem, ""},
		{"GET", "/tiles/nothing/15/0/0.mvt", "-", "", 404, problem, ""},
		{"GET", "/tiles/buildings/15/0/0", "-", "", 404, problem, ""},
		{"GET", "/tiles/buildings/15/0/0.png", "-", "", 404, problem, ""},
		{"GET", "/tiles/buildings/-1/0/0.mvt", "-", "", 400, problem, ""},
		{"GET", "/tiles/buildings/15/0x1/0.mvt", "-", "", 400, problem, ""},
		{"GET", "/tiles/buildings/15/01/0.mvt", "-", "", 400, problem, ""},
		{"GET", "/tiles/buildings/15//0.mvt", "-", "", 400, problem, ""},
		{"GET", "/tiles/Bad%20Layer/15/0/0.mvt", "-", "", 400, problem, ""},
		{"GET", tile + "?filter=%3D%3D", "-", "", 400, problem, ""},
		{"GET", tile + "?filter=nosuchfield%3D1", "-", "", 400, problem, ""},
		{"GET", tile + "?filter=%7B&filter-lang=cql2-json", "-", "", 400, problem, ""},
		{"GET", tile + "?datetime=yesterday", "-", "", 400, problem, ""},
		{"GET", tile + "?unknown=1", "-", "", 400, problem, ""},
		{"POST", tile, "-", "", 405, problem, ""},
		{"DELETE", tile, "-", "", 405, problem, ""},
	} {
		var header []string
		if row.accept != "-" {
			header = append(header, "Accept-Encoding", row.accept)
		}
		if row.match != "" {
			header = append(header, "If-None-Match", row.match)
		}
		res, body := raw(t, c, row.method, row.path, header...)
		name := fmt.Sprint(row.method, " ", row.path, " ", header)
		media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
		if res.StatusCode != row.status || media != row.media || row.status < 400 && res.Header.Get("Content-Encoding") != row.coding {
			t.Errorf("%s: %d %q %q, want %d %q %q: %.200s", name, res.StatusCode, media, res.Header.Get("Content-Encoding"), row.status, row.media, row.coding, body)
			continue
		}
		h := res.Header
		if row.status < 400 && (h.Get("ETag") == "" || h.Get("Cache-Control") != "no-cache" || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(fmt.Sprint(h.Values("Vary")), "Accept-Encoding")) {
			t.Errorf("%s: %v", name, h)
		}
		if (row.method == "HEAD" || row.status == 204 || row.status == 304) != (len(body) == 0) {
			t.Errorf("%s has a body of %d bytes", name, len(body))
		}
		if row.method == "HEAD" && row.status == 200 && h.Get("ETag") != tags[row.coding] {
			t.Errorf("%s has the tag %s", name, h.Get("ETag"))
		}
	}
	preflight, _ := raw(t, c, "OPTIONS", tile, "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
	if h := preflight.Header; preflight.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "GET") ||
		!strings.Contains(h.Get("Access-Control-Allow-Headers"), "If-None-Match") {
		t.Errorf("preflight: %d %v", preflight.StatusCode, h)
	}
}

// Spellings of one filter are one tile: text, other text, and JSON.
func TestSpellingsShareATile(t *testing.T) {
	c := newCity(t, true)
	tile := "/tiles/buildings/" + tileOf(t, 0, 12).String() + ".mvt?filter="
	first := ""
	for _, query := range []string{"area%3E%3D1003%20AND%20floors%3D6", "floors%20%3D%206%20and%201003%3C%3Darea",
		"%7B%22op%22%3A%22and%22%2C%22args%22%3A%5B%7B%22op%22%3A%22%3D%22%2C%22args%22%3A%5B%7B%22property%22%3A%22floors%22%7D%2C6%5D%7D%2C%7B%22op%22%3A%22%3E%3D%22%2C%22args%22%3A%5B%7B%22property%22%3A%22area%22%7D%2C1003%5D%7D%5D%7D&filter-lang=cql2-json"} {
		res, body := raw(t, c, "GET", tile+query)
		if res.StatusCode != 200 || len(decodeTile(t, body)["buildings"].Features) == 0 {
			t.Fatalf("%s: %d", query, res.StatusCode)
		}
		if first == "" {
			first = res.Header.Get("ETag")
		}
		if again, _ := raw(t, c, "GET", tile+query, "If-None-Match", first); again.StatusCode != 304 {
			t.Errorf("%s: %d", query, again.StatusCode)
		}
	}
}
