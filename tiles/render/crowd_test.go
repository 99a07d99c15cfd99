package render_test

import (
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/render"
)

// A point with point_count stands at the mean of the points of its 32-pixel cell
// and counts exactly them; counted again here from the projection alone.
func TestClustersStandWhereTheirPointsAre(t *testing.T) {
	s := city(random(t), centers[0], 1000)
	const side = 256 // units of a cell
	for _, z := range []tiles.Zoom{6, 9, 12} {
		id, _ := tiles.At(centers[0], z)
		type sum struct{ n, x, y int64 }
		want := map[[2]int32]sum{}
		for _, f := range s.features[model.Components] {
			u, v := tiles.Project(f.Shape.(orb.Point))
			scale := float64(z.Side()) * mvt.Extent
			x, y := int64(u*scale)-int64(id.X)*mvt.Extent, int64(v*scale)-int64(id.Y)*mvt.Extent
			if x < 0 || y < 0 || x >= mvt.Extent || y >= mvt.Extent {
				continue
			}
			k := want[[2]int32{int32(x / side), int32(y / side)}]
			// Means are taken of places in 2^32 steps.
			want[[2]int32{int32(x / side), int32(y / side)}] = sum{k.n + 1, k.x + int64(u*(1<<32)), k.y + int64(v*(1<<32))}
		}
		clusters := 0
		for _, f := range tile(t, render.Source(s), id, model.Components)[0].Features {
			n, ok := f.Get("point_count").Any().(int64)
			if !ok {
				continue
			}
			clusters++
			p := f.Geometry.Coords[0]
			w := want[[2]int32{p.X / side, p.Y / side}]
			unit := int64(1) << (32 - 12 - z)
			x, y := w.x/max(w.n, 1)/unit-int64(id.X)*mvt.Extent, w.y/max(w.n, 1)/unit-int64(id.Y)*mvt.Extent
			if w.n != n || int64(p.X) != x || int64(p.Y) != y {
				t.Errorf("zoom %d: %d points at %v, the cell holds %d around %d %d", z, n, p, w.n, x, y)
			}
		}
		if clusters == 0 {
			t.Errorf("no cluster at zoom %d", z)
		}
	}
}
