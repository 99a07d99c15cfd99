package mvt_test

import (
	"bytes"
	"testing"

	"wutu/tiles/mvt"
)

// The examples of section 4.3.5 of the specification: commands and parameters
// as printed there.
func TestGeometriesOfTheSpecification(t *testing.T) {
	for _, c := range []struct {
		name string
		typ  mvt.GeomType
		part [][]mvt.XY
		want []byte
	}{
		{"point", mvt.Points, [][]mvt.XY{{{25, 17}}}, []byte{9, 50, 34}},
		{"multipoint", mvt.Points, [][]mvt.XY{{{5, 7}, {3, 2}}}, []byte{17, 10, 14, 3, 9}},
		{"line", mvt.Lines, [][]mvt.XY{{{2, 2}, {2, 10}, {10, 10}}}, []byte{9, 4, 4, 18, 0, 16, 16, 0}},
		{"lines", mvt.Lines, [][]mvt.XY{{{2, 2}, {2, 10}, {10, 10}}, {{1, 1}, {3, 5}}},
			[]byte{9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8}},
		{"polygon", mvt.Polygons, [][]mvt.XY{{{3, 6}, {8, 12}, {20, 34}}}, []byte{9, 6, 12, 18, 10, 12, 24, 44, 15}},
		{"polygons", mvt.Polygons, [][]mvt.XY{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{11, 11}, {20, 11}, {20, 20}, {11, 20}},
			{{13, 13}, {13, 17}, {17, 17}, {17, 13}}},
			[]byte{9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15, 9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15}},
	} {
		g := build(c.typ, c.part...)
		var w mvt.Writer
		if err := w.Layer("points"); err != nil {
			t.Fatal(err)
		}
		if !w.Feature(0, &g, nil) {
			t.Errorf("%s: nothing written", c.name)
		}
		b := w.Bytes()
		if want := append([]byte{0x22, byte(len(c.want))}, c.want...); !bytes.Contains(b, want) {
			t.Errorf("%s: % d, want % d inside", c.name, b, want)
		}
		if v := mvt.Verify(b); v != nil {
			t.Errorf("%s: %v", c.name, v)
		}
	}
}

// A whole tile, every byte by hand: section 4.4 of the specification's example
// of a layer with two features that share keys and values.
func TestBytesOfALayer(t *testing.T) {
	var w mvt.Writer
	if err := w.Layer("a"); err != nil {
		t.Fatal(err)
	}
	g := build(mvt.Points, []mvt.XY{{25, 17}})
	w.Feature(1, &g, []mvt.Tag{{"k", mvt.Int(3)}, {"b", mvt.Bool(true)}})
	w.Feature(2, &g, []mvt.Tag{{"k", mvt.Int(3)}, {"b", mvt.Str("x")}, {"none", mvt.Value{}}})
	want := []byte{
		0x1a, 64, // layer
		0x78, 2, // version
		0x0a, 1, 'a', // name
		0x12, 15, 0x08, 1, 0x12, 4, 0, 0, 1, 1, 0x18, 1, 0x22, 3, 9, 50, 34,
		0x12, 15, 0x08, 2, 0x12, 4, 0, 2, 1, 1, 0x18, 1, 0x22, 3, 9, 50, 34,
		0x1a, 1, 'b', 0x1a, 1, 'k',
		0x22, 2, 0x38, 1, 0x22, 2, 0x20, 3, 0x22, 3, 0x0a, 1, 'x',
		0x28, 0x80, 0x20, // extent 4096
	}
	want[1] = byte(len(want) - 2)
	if got := w.Bytes(); !bytes.Equal(got, want) {
		t.Errorf("% x\nwant\n% x", got, want)
	}
}

func build(typ mvt.GeomType, parts ...[]mvt.XY) mvt.Geometry {
	var g mvt.Geometry
	g.Reset(typ)
	for _, p := range parts {
		g.Add(p)
	}
	return g
}
