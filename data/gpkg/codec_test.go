package gpkg

import (
	"bytes"
	"database/sql/driver"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"wutu/geo/geotest"
	"wutu/layers"
)

// TestGeometryAgainstWKB: behind the header lies what another encoder writes.
func TestGeometryAgainstWKB(t *testing.T) {
	r := geotest.Rand(t)
	for range 2000 {
		g := geotest.Lattice(r, 9)
		if b, ok := g.(orb.Bound); ok {
			g = b.ToPolygon()
		}
		got, e, err := appendGeometry(nil, g, layers.AnyGeometry)
		if err != nil {
			t.Fatal(err)
		}
		want, err := wkb.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		body, have, ok, err := splitGeometry(got)
		if err != nil || !bytes.Equal(body, want) {
			t.Fatalf("%#v is written as %x, expected %x: %v", g, body, want, err)
		}
		if b := g.Bound(); ok && (have != e || have != envelope{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}) {
			t.Fatalf("envelope %v of %v", have, b)
		}
		if back, err := decodeGeometry(got); err != nil || !reflect.DeepEqual(back, g) {
			t.Fatalf("%#v reads %#v, %v", g, back, err)
		}
	}
}

func FuzzDecodeGeometry(f *testing.F) {
	ring := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	for _, g := range []orb.Geometry{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}, orb.Polygon{ring}, orb.MultiPoint{{1, 2}}, orb.MultiLineString{{{1, 2}, {3, 4}}},
		orb.MultiPolygon{{ring}}, orb.Collection{orb.Point{1, 2}, orb.Collection{}}} {
		for _, declared := range []layers.GeometryType{layers.AnyGeometry, layers.MultiPolygon, layers.MultiLineString, layers.MultiPoint} {
			b, _, err := appendGeometry(nil, g, declared)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := decodeGeometry(b)
		if err != nil || g == nil {
			return
		}
		again, _, err := appendGeometry(nil, g, layers.AnyGeometry)
		if err != nil {
			return // a coordinate that is not finite
		}
		if back, err := decodeGeometry(again); err != nil || !reflect.DeepEqual(back, g) {
			t.Fatalf("%#v reads %#v after writing it again: %v", g, back, err)
		}
	})
}

func FuzzDecodeBody(f *testing.F) {
	b, err := encodeBody([]driver.Value{nil, int64(-7), 1.5, "路灯", ""})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, 5)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		columns := make([]driver.Value, n&15)
		if decodeBody(b, columns) != nil {
			return
		}
		again, err := encodeBody(columns)
		if err != nil {
			t.Fatal(err)
		}
		back := make([]driver.Value, len(columns))
		if err := decodeBody(again, back); err != nil {
			t.Fatal(err)
		}
		for i := range back {
			x, isFloat := back[i].(float64)
			if y, ok := columns[i].(float64); ok && isFloat && math.Float64bits(x) == math.Float64bits(y) {
				continue // NaN differs from itself
			}
			if back[i] != columns[i] {
				t.Fatalf("column %d reads %v, expected %v", i, back[i], columns[i])
			}
		}
	})
}

// FuzzInstant: the quick reader of times says what time.Parse says.
func FuzzInstant(f *testing.F) {
	for _, s := range []string{"2026-11-21T04:05:06.789Z", "2026-11-21T04:05:06.789012Z", "0000-02-29T00:00:00.000Z", "1900-02-29T00:00:00.000Z",
		"2000-02-29T23:59:60.000Z", "9999-12-31T23:59:59.999999Z", "2026-13-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		us, ok := fastInstant(s)
		want, err := time.Parse(time.RFC3339Nano, s)
		if ok && (err != nil || want.UnixMicro() != us) {
			t.Fatalf("%q reads %s, expected %s, %v", s, time.UnixMicro(us).UTC(), want, err)
		}
	})
}

func TestInstantRoundTrip(t *testing.T) {
	r := geotest.Rand(t)
	for range 20_000 {
		at := time.UnixMicro(r.Int64N(400_000_000_000_000_000) - 100_000_000_000_000_000)
		if r.IntN(2) == 0 {
			at = at.Truncate(time.Millisecond)
		}
		v, err := value(formatInstant(at.UTC()), layers.DateTime)
		if err != nil || v.Micro() != at.UnixMicro() {
			t.Fatalf("%s reads %s, %v", at.UTC(), v, err)
		}
		if s, ok := formatInstant(at.UTC()).(string); ok {
			if _, quick := fastInstant(s); !quick {
				t.Fatalf("%s is not read quickly", s)
			}
		}
	}
}

func TestColumnNames(t *testing.T) {
	fields := func(names ...string) []layers.Field {
		out := make([]layers.Field, len(names))
		for i, n := range names {
			out[i].Name = n
		}
		return out
	}
	got := columnNames(fields("id", "ID", "id_", "name", "NAME", "Geom", "路", "x"))
	want := []string{"id_", "ID__", "id___", "name", "NAME_", "Geom_", "路", "x"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("columns %q, expected %q", got, want)
	}
}

func TestDefinitionRoundTrip(t *testing.T) {
	for e := range len(layers.Elements()) {
		l := &layers.Layer{ID: "x", Title: layers.Title{ZH: "层"}, Element: layers.Elements()[e], Geometry: layers.GeometryType(e + 1),
			Access: layers.Access(e % 3), Owner: "o", CountUnit: layers.Title{EN: "n"}, MinCount: e, TitleField: "f0", SubtitleField: "f1", KindField: "f0", HeightField: "f2"}
		if g := l.Geometry; g == layers.Polygon || g == layers.MultiPolygon || g == layers.AnyGeometry {
			l.Level = layers.Level(e%4 + 1)
		}
		for i := range 5 {
			f := layers.Field{Name: "f" + string(rune('0'+i)), Type: layers.FieldType(i + 1), Title: layers.Title{EN: "t"}, Unit: "m", Personal: i%2 == 0, Ref: "y", Search: i%2 == 1,
				Measure: i == 1 || i == 2}
			if i == 0 {
				f.Codes = []layers.Code{{Value: "a", Title: layers.Title{ZH: "甲"}}, {Value: ""}}
			}
			l.Fields = append(l.Fields, f)
		}
		text, err := encodeDefinition(l)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeDefinition(text); err != nil || !reflect.DeepEqual(back, l) {
			t.Errorf("%s reads %+v, %v", text, back, err)
		}
	}
}
