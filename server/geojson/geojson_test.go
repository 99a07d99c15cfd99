package geojson_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	oracle "github.com/paulmach/orb/geojson"

	"wutu/layers"
	wire "wutu/layers/geojson"
	"wutu/server/geojson"
)

func shapes() []orb.Geometry {
	ring := orb.Ring{{0, 0}, {1, 0}, {1, 1.25}, {0, 0}}
	return []orb.Geometry{orb.Point{111.29, -30.5}, orb.MultiPoint{{1, 2}, {3, 4}}, orb.LineString{{1, 2}, {3, 4}},
		orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}, orb.Polygon{ring, ring}, orb.MultiPolygon{{ring}, {ring}},
		orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}}
}

// What is written, another library reads as the same, and we do too.
func TestGeometriesThereAndBack(t *testing.T) {
	for _, g := range shapes() {
		b := wire.AppendGeometry(nil, g)
		other, err := oracle.UnmarshalGeometry(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if d := cmp.Diff(g, other.Geometry()); d != "" {
			t.Errorf("%s: %s", b, d)
		}
		own, err := geojson.Parse(b, "/g")
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if d := cmp.Diff(g, own); d != "" {
			t.Errorf("%s: %s", b, d)
		}
	}
}

func TestFeature(t *testing.T) {
	l := &layers.Layer{ID: "x", Fields: []layers.Field{{Name: "a", Type: layers.String}, {Name: "b\"", Type: layers.Number}, {Name: "p", Type: layers.String, Personal: true}}}
	f := &layers.Feature{Key: "i\u2028<1>", Values: []layers.Value{layers.Text("行\n"), layers.Float(1.5), layers.Text("secret")}}
	for masked, want := range map[bool]string{
		true:  `{"type":"Feature","id":"i\u2028<1>","geometry":null,"properties":{"a":"行\n","b\"":1.5},"extra":1}`,
		false: `{"type":"Feature","id":"i\u2028<1>","geometry":null,"properties":{"a":"行\n","b\"":1.5,"p":"secret"},"extra":1}`,
	} {
		e := geojson.Encoder{Layer: l, Sights: map[bool]layers.Sights{true: {layers.Shown, layers.Shown, layers.Hidden}}[masked], Extra: func(b []byte, _ int) []byte { return append(b, `,"extra":1`...) }}
		var got, wanted any
		if err := json.Unmarshal(e.Append(nil, f, 0), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(wanted, got); d != "" {
			t.Errorf("masked %v: %s", masked, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, g := range shapes() {
		f.Add(string(wire.AppendGeometry(nil, g)))
	}
	for _, s := range []string{``, `null`, `{}`, `{"type":"Polygon","coordinates":[[]]}`, `{"type":"Feature","geometry":null}`,
		strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 9), `{"type":"Point","coordinates":[1e999,0]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g, err := geojson.Parse([]byte(s), "/geometry")
		if err != nil {
			if k := layers.KindOf(err); k != layers.Invalid && k != layers.TooLarge {
				t.Errorf("%q: kind %v: %v", s, k, err)
			}
			return
		}
		again, err := geojson.Parse(wire.AppendGeometry(nil, g), "/geometry")
		if err != nil || cmp.Diff(g, again) != "" {
			t.Errorf("%q reads back as %v: %v", s, again, err)
		}
	})
}
