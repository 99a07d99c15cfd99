package render_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/render"
	"wutu/tiles/shape"
)

// Of more areas than a tile may hold the largest are drawn of those that rounding leaves,
// the same by every way of reading them. Areas of one size are told apart by their ids.
func TestLargestAreasAreDrawn(t *testing.T) {
	rng := random(t)
	s := city(rng, centers[0], 0)
	const n = render.MaxFeatures + 1500
	sizes := map[string]float64{}
	all, _ := tiles.At(centers[0], 8) // holds them all
	box := all.Bound()
	for i := range n {
		side := 0.006 * math.Exp(rng.NormFloat64())
		if i%3 == 0 {
			side = 0.006
		}
		x, y := box.Min[0]+(0.1+0.8*rng.Float64())*(box.Max[0]-box.Min[0]), box.Min[1]+(0.1+0.8*rng.Float64())*(box.Max[1]-box.Min[1])
		f := &layers.Feature{Key: fmt.Sprint(i), Shape: orb.Polygon{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}}
		sizes[f.Key] = side
		s.features[model.Grids] = append(s.features[model.Grids], f)
	}
	tables := resident(t, s, nil)
	var r render.Renderer
	full, half := 0, 0
	for _, z := range []tiles.Zoom{2, 4, 5, 6, 7, 8, 9, 13} {
		id, _ := tiles.At(box.Center(), z)
		compare(t, &r, s, render.Request{Subject: planner, Layers: []string{model.Grids}, Tile: id}, tables)
		drawn, least := map[string]bool{}, math.Inf(1)
		for _, l := range tile(t, tables, id, model.Grids) {
			for _, f := range l.Features {
				key := f.Get("id").Any().(string)
				drawn[key], least = true, min(least, sizes[key])
			}
		}
		frame := shape.NewFrame(id, 4, shape.DefaultBuffer)
		if z > all.Z {
			continue
		}
		var g mvt.Geometry
		seen := 0
		for _, f := range s.features[model.Grids] {
			if !frame.Draw(&g, f.Shape) {
				continue
			}
			if seen++; !drawn[f.Key] && sizes[f.Key] > least*1.02 { // latitudes stretch
				t.Fatalf("zoom %d: %s of %v degrees is not drawn, but one of %v", z, f.Key, sizes[f.Key], least)
			}
		}
		if want := min(seen, render.MaxFeatures); len(drawn) != want {
			t.Errorf("zoom %d: %d areas drawn of %d that are seen, want %d", z, len(drawn), seen, want)
		}
		if seen > render.MaxFeatures {
			full++
		} else if seen > 0 && seen < n/2 {
			half++
		}
	}
	if full == 0 || half == 0 {
		t.Errorf("%d tiles had more areas than room, %d few", full, half)
	}
}
