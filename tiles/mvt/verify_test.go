package mvt_test

import (
	"slices"
	"testing"

	"wutu/layers"
	"wutu/tiles/mvt"
)

// Each rule is broken on purpose and must be found, so that a silent checker
// fails. What Writer refuses to write is made by hand.
func TestVerifyFindsEachRule(t *testing.T) {
	square := []mvt.XY{{0, 0}, {100, 0}, {100, 100}, {0, 100}}
	hole := []mvt.XY{{10, 10}, {10, 20}, {20, 20}, {20, 10}}
	for _, c := range []struct {
		rule string
		g    mvt.Geometry
	}{
		{"", build(mvt.Polygons, square, hole)},
		{"", build(mvt.Polygons, square, []mvt.XY{{0, 0}, {10, 20}, {20, 10}})}, // touches at a point
		{"ring-simple", build(mvt.Polygons, []mvt.XY{{0, 0}, {100, 0}, {20, 90}, {100, 100}})},
		{"ring-simple", build(mvt.Polygons, []mvt.XY{{0, 0}, {100, 0}, {50, 0}, {50, 50}})},
		{"ring-simple", build(mvt.Polygons, []mvt.XY{{0, 0}, {50, 50}, {100, 0}, {100, 100}, {50, 50}, {0, 100}, {-10, 50}})},
		{"ring-simple", build(mvt.Polygons, []mvt.XY{{0, 0}, {100, 0}, {100, 100}, {50, 0}, {0, 100}})},
		{"hole-inside", build(mvt.Polygons, square, []mvt.XY{{110, 10}, {110, 20}, {120, 20}, {120, 10}})},
		{"hole-inside", build(mvt.Polygons, square, []mvt.XY{{90, 10}, {90, 20}, {120, 20}, {120, 10}})},
		{"hole-inside", build(mvt.Polygons, square, hole, []mvt.XY{{12, 12}, {12, 15}, {15, 15}, {15, 12}})},
		{"buffer", build(mvt.Points, []mvt.XY{{8192, 0}})},
		{"buffer", build(mvt.Lines, []mvt.XY{{-4096, 0}, {0, 0}})},
	} {
		var w mvt.Writer
		if err := w.Layer("x"); err != nil {
			t.Fatal(err)
		}
		w.Feature(1, &c.g, nil)
		var rules []string
		for _, v := range mvt.Verify(w.Bytes()) {
			rules = append(rules, v.Rule)
		}
		if c.rule == "" && rules != nil || c.rule != "" && !slices.Contains(rules, c.rule) {
			t.Errorf("%v: found %v, want %q", c.g, rules, c.rule)
		}
	}
	feature := func(geometry ...byte) []byte {
		f := append([]byte{0x18, geometry[0], 0x22, byte(len(geometry) - 1)}, geometry[1:]...)
		return append([]byte{0x12, byte(len(f))}, f...)
	}
	layer := func(parts ...[]byte) []byte {
		b := []byte{0x78, 2, 0x0a, 1, 'x'}
		for _, p := range parts {
			b = append(b, p...)
		}
		return append([]byte{0x1a, byte(len(b))}, b...)
	}
	point := feature(1, 9, 0, 0)
	for _, c := range []struct {
		rule string
		b    []byte
	}{
		{"", layer(point)},
		{"layer-empty", layer()},
		{"layer-name-unique", append(layer(point), layer(point)...)},
		{"keys-unique", layer(point, []byte{0x1a, 1, 'k', 0x1a, 1, 'k'})},
		{"values-unique", layer(point, []byte{0x22, 2, 0x38, 1, 0x22, 2, 0x38, 1})},
		{"table-used", layer(point, []byte{0x1a, 1, 'k'})},
		{"zero-length", layer(feature(2, 9, 0, 0, 10, 0, 0))},
		{"winding", layer(feature(3, 9, 0, 0, 18, 0, 20, 20, 0, 15))},
		{"ring-area", layer(feature(3, 9, 0, 0, 18, 20, 0, 20, 0, 15))},
		{"ring-closed-twice", layer(feature(3, 9, 0, 0, 26, 20, 0, 0, 20, 19, 19, 15))},
		{"id-unique", layer([]byte{0x12, 9, 8, 1, 0x18, 1, 0x22, 3, 9, 0, 0}, []byte{0x12, 9, 8, 1, 0x18, 1, 0x22, 3, 9, 0, 0})},
		{"decode", layer(feature(2, 9, 0, 0))[:9]},
		{"decode", layer(feature(3, 9, 0, 0, 15, 26, 20, 0, 0, 20, 19, 0))}, // ClosePath before LineTo
		{"decode", layer(feature(1, 9, 0, 0, 9, 0, 0))},
		{"decode", layer(feature(3, 9, 0, 0, 10, 20, 0, 15))}, // two points
		{"decode", layer(feature(0, 9, 0, 0))},
		{"decode", layer(feature(1))},
		{"decode", []byte{0x1a, 2, 0x78, 2}},                        // no name
		{"decode", []byte{0x1a, 5, 0x78, 1, 0x0a, 1, 'x'}},          // version 1
		{"decode", layer(feature(1, 0xf9, 0xff, 0xff, 0x7f, 0, 0))}, // more points than bytes
		{"decode", layer([]byte{0x12, 11, 0x12, 2, 0, 0, 0x18, 1, 0x22, 3, 9, 0, 0})},
	} {
		var rules []string
		for _, v := range mvt.Verify(c.b) {
			rules = append(rules, v.Rule)
		}
		if c.rule == "" && rules != nil || c.rule != "" && !slices.Contains(rules, c.rule) {
			t.Errorf("% x: found %v, want %q", c.b, rules, c.rule)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	var w mvt.Writer
	g := build(mvt.Points, []mvt.XY{{1, 1}})
	if w.Feature(1, &g, nil) {
		t.Error("a feature without a layer")
	}
	for _, name := range []string{"", "\xff"} {
		if w.Layer(name) == nil {
			t.Errorf("layer %q", name)
		}
	}
	if err := w.Layer("a"); err != nil {
		t.Fatal(err)
	}
	if w.Layer("a") == nil {
		t.Error("a layer twice")
	}
	if err := w.Layer("b"); err != nil {
		t.Fatal(err)
	}
	for _, empty := range []mvt.Geometry{{}, build(mvt.Points), build(mvt.Lines, []mvt.XY{{1, 1}, {1, 1}}), build(mvt.Polygons, []mvt.XY{{0, 0}, {1, 1}, {0, 0}})} {
		if w.Feature(1, &empty, nil) {
			t.Errorf("%v was written", empty)
		}
	}
	if b := w.Bytes(); len(b) != 0 {
		t.Errorf("a tile without features has %d bytes", len(b))
	}
}

// Whatever the bytes, Decode ends with an answer or an Invalid error, and what
// it accepts can be checked.
func FuzzDecode(f *testing.F) {
	var w mvt.Writer
	_ = w.Layer("seed")
	g := build(mvt.Polygons, []mvt.XY{{0, 0}, {100, 0}, {100, 100}, {0, 100}})
	w.Feature(1, &g, []mvt.Tag{{"a", mvt.Str("x")}, {"b", mvt.Double(1.5)}, {"c", mvt.Int(-3)}, {"d", mvt.Bool(true)}})
	f.Add(slices.Clone(w.Bytes()))
	f.Add([]byte{0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add([]byte{0x1a, 5, 0x78, 2, 0x0a, 1, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<12 {
			return // Verify is for tiles, not for quadratic puzzles
		}
		decoded, err := mvt.Decode(b)
		if err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		mvt.Verify(b)
		var again mvt.Writer
		for _, l := range decoded {
			if again.Layer(l.Name) != nil {
				continue
			}
			for _, ft := range l.Features {
				again.Feature(ft.ID, &ft.Geometry, ft.Tags)
			}
		}
		if _, err := mvt.Decode(again.Bytes()); err != nil {
			t.Fatalf("what was written again does not decode: %v", err)
		}
	})
}
