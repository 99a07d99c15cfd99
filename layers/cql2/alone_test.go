package cql2_test

import (
	"testing"

	"wutu/layers"
	"wutu/layers/cql2"
)

// TestAlone asks of filters whether one field decides them.
func TestAlone(t *testing.T) {
	l := &layers.Layer{ID: "lamps", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "kind", Type: layers.String}, {Name: "size", Type: layers.Integer}}}
	for text, want := range map[string]int{
		"kind = 'a'":               0,
		"NOT CASEI(kind) LIKE 'a'": 0,
		"kind = 'a' OR kind IS NULL OR kind IN ('b','c')":  0,
		"size > 3 AND size * 2 < 100":                      1,
		"kind = 'a' AND size > 3":                          -1,
		"kind = 'a' OR id = 'x'":                           -1,
		"id LIKE 'x%'":                                     -1,
		"kind = 'a' OR S_INTERSECTS(geometry, POINT(1 2))": -1,
		"kind = 'a' OR S_INTERSECTS(geom, POINT(1 2))":     -1,
		"TRUE": -1,
	} {
		e, err := cql2.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := cql2.Compile(e, l)
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := p.Alone(); f != want || ok != (want >= 0) {
			t.Errorf("%s: field %d, %v; not %d", text, f, ok, want)
		}
	}
}
