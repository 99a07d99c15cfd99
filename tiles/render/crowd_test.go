package render_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
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

// The sums that points standing for several carry, and the values of the others, add
// up to those of the matching features at every zoom: whole numbers to the last digit,
// others to a thousandth for each point that carries a sum. What is personal is not
// summed up, and of what no feature has there is no sum.
func TestSumsAddUp(t *testing.T) {
	rng := random(t)
	for _, center := range centers {
		s := city(rng, center, 700)
		source := render.Source(s)
		if rng.IntN(2) == 0 {
			source = resident(t, s, nil)
		}
		wants := [2]*big.Float{exact(), exact()}
		for _, f := range s.features[meters] {
			add(wants[0], f.Value(0).Float())
			wants[1].Add(wants[1], exact().SetInt64(f.Value(1).Int()))
		}
		for _, z := range []tiles.Zoom{0, 3, 7, 10, 12, 14, 17} {
			got, clusters := [2]*big.Float{exact(), exact()}, 0
			for _, id := range over(s, z) {
				for _, l := range tile(t, source, id, meters) {
					for _, f := range l.Features {
						prefix := ""
						if f.Get("point_count").Any() != nil {
							prefix = "sum_"
							clusters++
						}
						for i, name := range []string{"amount", "level"} {
							switch v := f.Get(prefix + name).Any().(type) {
							case float64:
								add(got[i], v)
							case int64:
								got[i].Add(got[i], exact().SetInt64(v))
							}
						}
						if f.Get(prefix+"never").Any() != nil || f.Get(prefix+"owed").Any() != nil {
							t.Fatalf("zoom %d: %v", z, f)
						}
					}
				}
			}
			if z == 0 && clusters == 0 {
				t.Error("no cluster at zoom 0")
			}
			for i, w := range wants {
				off, _ := exact().Sub(got[i], w).Float64()
				size, _ := w.Float64()
				// A sum beyond 2^53 thousandths is rounded as a double is.
				if allowed := 0.0005*float64(clusters) + math.Abs(size)*1e-15*float64(clusters+1) + 1e-9; i == 1 && math.Abs(size) < 1e9 && off != 0 || math.Abs(off) > max(allowed, largest(s, i)*1e-15*float64(clusters)) {
					t.Errorf("centre %v zoom %d: measure %d is off by %g of %g", center, z, i, off, size)
				}
			}
		}
	}
}

func exact() *big.Float { return new(big.Float).SetPrec(400) }

func add(to *big.Float, x float64) { to.Add(to, exact().SetFloat64(x)) }

// largest is the largest value of a measure.
func largest(s *fixture, field int) (most float64) {
	for _, f := range s.features[meters] {
		x := f.Value(field).Float()
		if field == 1 {
			x = float64(f.Value(field).Int())
		}
		most = max(most, math.Abs(x))
	}
	return most
}

// A subject that does not see a measure gets no sum of it.
func TestSumsAreOfWhatIsSeen(t *testing.T) {
	s := city(random(t), centers[0], 700)
	id, _ := tiles.At(centers[0], 8)
	subject := planner
	subject.Grants = []layers.Grant{{ID: "one", Mode: layers.GrantList, Hide: []string{"amount"}}}
	var r render.Renderer
	ask := render.Request{Subject: subject, Layers: []string{meters}, Tile: id}
	b, err := r.Tile(t.Context(), resident(t, s, nil), ask)
	if err != nil {
		t.Fatal(err)
	}
	hexagons, err := r.Hex(t.Context(), resident(t, s, nil), ask)
	if err != nil {
		t.Fatal(err)
	}
	sums := 0
	for _, f := range append(decoded(t, id, b)[0].Features, decoded(t, id, hexagons)[0].Features...) {
		if f.Get("sum_amount").Any() != nil || f.Get("amount").Any() != nil {
			t.Fatalf("%v", f)
		}
		if f.Get("sum_level").Any() != nil {
			sums++
		}
	}
	if sums < 2 {
		t.Error("no sums")
	}
}
