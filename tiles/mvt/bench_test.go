package mvt_test

import (
	"strconv"
	"testing"

	"wutu/tiles/mvt"
)

func BenchmarkWriter(b *testing.B) {
	g := build(mvt.Polygons, []mvt.XY{{0, 0}, {100, 0}, {120, 50}, {100, 100}, {50, 120}, {0, 100}, {-20, 50}})
	var tags [1000][]mvt.Tag
	for i := range tags {
		tags[i] = []mvt.Tag{{"id", mvt.Str("b" + strconv.Itoa(i))}, {"kind", mvt.Str("house")}, {"height", mvt.Double(float64(i % 30))}}
	}
	var w mvt.Writer
	b.ReportAllocs()
	for b.Loop() {
		w.Reset()
		if err := w.Layer("buildings"); err != nil {
			b.Fatal(err)
		}
		for i := range tags {
			w.Feature(uint64(i+1), &g, tags[i])
		}
		b.SetBytes(int64(len(w.Bytes())))
	}
}
