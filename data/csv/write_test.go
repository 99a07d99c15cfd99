package csvfile_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	csvfile "wutu/data/csv"
	"wutu/geo/geotest"
	"wutu/layers"
)

func table(l *layers.Layer, f csvfile.Format, rows ...*layers.Feature) string {
	b := csvfile.AppendHeader(nil, l, f)
	for _, r := range rows {
		b = csvfile.AppendRow(b, l, r, f)
	}
	return string(b)
}

// A file for spreadsheets: known as UTF-8, lines as RFC 4180 has them, no formulas.
func TestOffice(t *testing.T) {
	l := &layers.Layer{ID: "x", Geometry: layers.Point, Fields: []layers.Field{{Name: "s", Type: layers.String}, {Name: "n", Type: layers.Number}, {Name: "lon", Type: layers.String}}}
	evil := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"}
	var rows []*layers.Feature
	for _, s := range append(evil, "a=1", "多行\n\"文字\",", "") {
		rows = append(rows, &layers.Feature{Key: "=" + s, Shape: orb.Point{111.5, 30}, Values: []layers.Value{layers.Text(s), layers.Float(-1.5)}})
	}
	text := table(l, csvfile.Format{Office: true}, rows...)
	rest, ok := strings.CutPrefix(text, "\uFEFF")
	if !ok || strings.Count(rest, "\r\n") != len(rows)+1 {
		t.Errorf("no mark or other ends of lines: %q", text)
	}
	got, err := csv.NewReader(strings.NewReader(rest)).ReadAll()
	if err != nil || !slices.Equal(got[0], []string{"id", "lon", "lat", "s", "n", "lon_"}) {
		t.Fatal(err, got[0])
	}
	for i, r := range rows {
		s := strings.ReplaceAll(r.Values[0].Str(), "\r", "\n") // the reader's own rule
		cell := strings.ReplaceAll(got[i+1][3], "\r", "\n")
		if want := s; slices.Contains(evil, r.Values[0].Str()) && cell != "'"+want || !slices.Contains(evil, r.Values[0].Str()) && cell != want {
			t.Errorf("%q became %q", s, cell)
		}
		if got[i+1][0][0] != '\'' || got[i+1][4] != "-1.5" {
			t.Errorf("%v", got[i+1])
		}
	}
	if plain := table(l, csvfile.Format{Fields: []int{1}, Bare: true}, rows[0]); plain != "id,n\n==1+1,-1.5\n" {
		t.Errorf("%q", plain)
	}
}

// Well-known text is what another reader reads, without exponents.
func TestWellKnownText(t *testing.T) {
	r := geotest.Rand(t)
	l := &layers.Layer{ID: "x", Geometry: layers.AnyGeometry}
	p := func() orb.Point { return geotest.Point(r, geotest.China) }
	ring := func() orb.Ring { a := p(); return orb.Ring{a, {a[0] + 1, a[1]}, {a[0], a[1] + 1}, a} }
	for _, g := range []orb.Geometry{p(), orb.MultiPoint{p(), p()}, orb.LineString{p(), p()}, orb.MultiLineString{{p(), p()}, {p(), p()}},
		orb.Polygon{ring(), ring()}, orb.MultiPolygon{{ring()}, {ring(), ring()}}, orb.Collection{p(), orb.LineString{p(), p()}}} {
		for _, scale := range []float64{1, 1e5, 1e-6} {
			to := func(p orb.Point) (float64, float64) { return p[0] * scale, p[1] * scale }
			text := table(l, csvfile.Format{To: to}, &layers.Feature{Key: "a", Shape: g})
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil || strings.ContainsAny(rows[1][1], "eE") && !strings.HasPrefix(rows[1][1], "G") && strings.Contains(rows[1][1], "e+") {
				t.Fatal(err, text)
			}
			back, err := wkt.Unmarshal(rows[1][1])
			if err != nil {
				t.Fatal(rows[1][1], err)
			}
			if back.GeoJSONType() != g.GeoJSONType() {
				t.Fatalf("%v became %v", g, back)
			}
			if x, y := to(g.Bound().Min); abs(back.Bound().Min[0]-x) > 1e-9 || abs(back.Bound().Min[1]-y) > 1e-9 {
				t.Fatalf("%v became %v", g, back)
			}
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }
