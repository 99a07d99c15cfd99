package ogc

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func TestQuality(t *testing.T) {
	for _, x := range []struct {
		accept, media string
		want          float64
	}{
		{"text/html", "text/html", 1}, {"TEXT/HTML;Q=0.5", "text/html", .5}, {"*/*;q=0.1", "text/html", .1}, {"text/*;q=0.2,*/*;q=0.1", "text/html", .2},
		{"text/html;q=0,text/*", "text/html", 0}, {"text/csv", "text/csv; charset=utf-8; header=present", 1}, {"text/html;q=2", "text/html", 0},
		{"text/html;q=x", "text/html", 0}, {"text/html;level=1;q=0.3", "text/html", .3}, {"", "text/html", 0}, {"text", "text/html", 0}, {"/,;,", "text/html", 0},
		{"text/html;q=0.2, text/html;q=0.7", "text/html", .7},
	} {
		if got := parseAccept(x.accept).quality(x.media); got != x.want {
			t.Errorf("%q of %s: %v, want %v", x.accept, x.media, got, x.want)
		}
	}
}

func FuzzAccept(f *testing.F) {
	f.Add("text/html, application/xhtml+xml;q=0.9, */*;q=0.8")
	f.Add("zh-CN,zh;q=0.9,en;q=0.8")
	f.Fuzz(func(t *testing.T, header string) {
		l := parseAccept(header)
		if len(l) > maxRanges {
			t.Fatal(len(l))
		}
		for _, media := range []string{mediaJSON, mediaHTML} {
			if q := l.quality(media); !(q >= 0 && q <= 1) {
				t.Fatal(q)
			}
		}
		r := &http.Request{Header: http.Header{"Accept-Language": {header}}}
		r.URL = mustURL(t)
		chinese(r)
	})
}

func mustURL(t *testing.T) *url.URL {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.URL
}

// A sketch draws every kind of geometry, and stays small whatever is in it.
func TestSketch(t *testing.T) {
	ring := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	got := string(sketch([]orb.Geometry{nil, orb.Point{0, 0}, orb.MultiPoint{{1, 1}}, orb.LineString{{0, 0}, {1, 1}}, orb.MultiLineString{{{0, 0}, {1, 1}}},
		orb.Polygon{ring}, orb.MultiPolygon{{ring}}, orb.Collection{orb.Point{0, 0}}}))
	if strings.Count(got, "<circle") != 3 || strings.Count(got, "<path") != 4 || strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
		t.Error(got)
	}
	long := make(orb.LineString, 100_000)
	for i := range long {
		long[i] = orb.Point{float64(i) / 1e5, 30}
	}
	if got := sketch([]orb.Geometry{long}); len(got) > 400<<10 {
		t.Errorf("%d bytes", len(got))
	}
	if sketch(nil) != "" || sketch([]orb.Geometry{nil}) != "" || mapLink("http://x/ogc/collections/a", "a", "", nil) != "" {
		t.Error("nothing is drawn as something")
	}
	if got := mapLink("http://x/ogc/collections/a", "a", "1", []orb.Geometry{orb.Point{111, 30}}); got != "http://x/?c=111.000000~30.000000~17.00~0~0&l=a&s=a%2F1&v=1" {
		t.Error(got)
	}
	if b := outward(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{111.2345678, 30}}); b.Min != (orb.Point{-180, -90}) || b.Max != (orb.Point{111.234568, 30.000001}) {
		t.Error(b)
	}
}
