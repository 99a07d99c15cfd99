package render_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/render"
	"wutu/tiles/shape"
)

func packed(t testing.TB, b []byte) int {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// However dense the data, no tile of any zoom exceeds the limits.
func TestNoTileExplodes(t *testing.T) {
	rng := random(t)
	s := city(rng, centers[0], 0)
	center := centers[0]
	for i := range 40_000 { // all within one tile of zoom 16
		p := orb.Point{center[0] + rng.Float64()*0.004, center[1] + rng.Float64()*0.004}
		long := make([]layers.Value, len(s.layers[model.Buildings].Fields))
		for k, f := range s.layers[model.Buildings].Fields {
			if f.Type == layers.String && f.Codes == nil {
				long[k] = layers.Text(fmt.Sprintf("%s %x %x", f.Name, rng.Uint64(), rng.Uint64()))
			}
		}
		w := 0.0002
		s.features[model.Buildings] = append(s.features[model.Buildings], &layers.Feature{Key: fmt.Sprintf("b%d", i), Values: long,
			Shape: orb.Polygon{{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + w}, {p[0], p[1] + w}, p}}})
		s.features[model.Components] = append(s.features[model.Components], &layers.Feature{Key: fmt.Sprintf("c%d", i), Shape: p})
	}
	var r render.Renderer
	for _, z := range []tiles.Zoom{0, 9, 13, 14, 16, 18} {
		id, _ := tiles.At(orb.Point{center[0] + 0.002, center[1] + 0.002}, z)
		b, err := r.Tile(t.Context(), s, render.Request{Subject: planner, Layers: []string{model.Buildings, model.Components}, Tile: id})
		if err != nil {
			t.Fatal(err)
		}
		if n := packed(t, b); n > render.MaxBytes {
			t.Errorf("%v has %d bytes packed", id, n)
		}
		for _, l := range decoded(t, id, b) {
			if n := len(l.Features); n > render.MaxFeatures {
				t.Errorf("%v has %d features in %s", id, n, l.Name)
			}
		}
	}
}

// What is kept in one tile is kept in its neighbour: a small polygon over a
// border is in both tiles or in none.
func TestSmallShapesAgreeAcrossBorders(t *testing.T) {
	rng := random(t)
	s := city(rng, centers[0], 0)
	const z = 13
	left, _ := tiles.At(centers[0], z)
	right := tiles.ID{Z: z, X: left.X + 1, Y: left.Y}
	b := left.Bound()
	for i := range 6000 { // a crowd on the border
		x, y := b.Max[0]+rng.NormFloat64()*0.0006, b.Min[1]+rng.Float64()*(b.Max[1]-b.Min[1])*0.2
		w := 0.0003 + rng.Float64()*0.0002
		s.features[model.Buildings] = append(s.features[model.Buildings], &layers.Feature{Key: fmt.Sprintf("b%d", i),
			Shape: orb.Polygon{{{x, y}, {x + w, y}, {x + w, y + w}, {x, y + w}, {x, y}}}})
	}
	ids := func(n tiles.ID) map[string]bool {
		out := map[string]bool{}
		for _, f := range tile(t, s, n, model.Buildings)[0].Features {
			if f.Get("point_count").Any() == nil { // not a rectangle that stands for what has no room
				out[f.Get("id").Any().(string)] = true
			}
		}
		return out
	}
	l, r := ids(left), ids(right)
	lf, rf := shape.NewFrame(left, 4, shape.DefaultBuffer), shape.NewFrame(right, 4, shape.DefaultBuffer)
	both, dropped := 0, 0
	var g mvt.Geometry
	for _, f := range s.features[model.Buildings] {
		if !lf.Draw(&g, f.Shape) || !rf.Draw(&g, f.Shape) {
			continue
		}
		if l[f.Key] != r[f.Key] {
			t.Errorf("%s: left %v, right %v", f.Key, l[f.Key], r[f.Key])
		}
		if l[f.Key] {
			both++
		} else {
			dropped++
		}
	}
	if both == 0 || dropped == 0 {
		t.Errorf("%d kept, %d dropped over the border: the test tests nothing", both, dropped)
	}
}

// Every named polygon large enough has one label at every zoom, in the tile that owns it,
// inside the polygon, with the same rank at each.
func TestOneLabelPerPolygon(t *testing.T) {
	rng := random(t)
	s := city(rng, centers[0], 0)
	l := s.layers[model.Districts]
	name := l.FieldIndex(l.TitleField)
	for i := range 30 {
		x, y := centers[0][0]+rng.Float64(), centers[0][1]+rng.Float64()
		values := make([]layers.Value, len(l.Fields))
		values[name] = layers.Text(fmt.Sprintf("区 %d", i))
		// A hook: its middle lies outside.
		s.features[l.ID] = append(s.features[l.ID], &layers.Feature{Key: fmt.Sprintf("d%d", i), Values: values,
			Shape: orb.MultiPolygon{{{{x, y}, {x + .3, y}, {x + .3, y + .05}, {x + .05, y + .05}, {x + .05, y + .3}, {x, y + .3}, {x, y}}}}})
	}
	ranks := map[string]int64{}
	for _, z := range []tiles.Zoom{8, 10, 12} {
		labels := map[string]int{}
		for x := range uint32(60) {
			for y := range uint32(60) {
				origin, _ := tiles.At(orb.Point{centers[0][0] - 0.1, centers[0][1] + 1.4}, z)
				n := tiles.ID{Z: z, X: origin.X + x, Y: origin.Y + y}
				if !n.Bound().Intersects(orb.Bound{Min: centers[0], Max: orb.Point{centers[0][0] + 1.4, centers[0][1] + 1.4}}) {
					continue
				}
				for _, dl := range tile(t, s, n, l.ID) {
					if dl.Name != l.ID+"_label" {
						continue
					}
					for _, f := range dl.Features {
						id, rank := f.Get("id").Any().(string), f.Get("rank").Any().(int64)
						labels[id]++
						if old, ok := ranks[id]; ok && old != rank {
							t.Errorf("%s has rank %d and %d", id, old, rank)
						}
						ranks[id] = rank
						if f.Get("name").Any().(string) == "" {
							t.Errorf("%s has no name", id)
						}
						p := f.Geometry.Coords[0]
						if p.X < 0 || p.Y < 0 || p.X >= mvt.Extent || p.Y >= mvt.Extent {
							t.Errorf("the label of %s lies in the buffer", id)
						}
					}
				}
			}
		}
		for i := range 30 {
			if n := labels[fmt.Sprintf("d%d", i)]; n != 1 {
				t.Errorf("zoom %d: district %d has %d labels", z, i, n)
			}
		}
	}
}

// Important roads come first: what a zoom shows, the next shows too.
func TestRoadsAppearByClass(t *testing.T) {
	rng := random(t)
	s := city(rng, centers[0], 0)
	l := s.layers[model.Roads]
	class := l.FieldIndex("class")
	for i, code := range l.Fields[class].Codes {
		values := make([]layers.Value, len(l.Fields))
		values[class] = layers.Text(code.Value)
		y := centers[0][1] + float64(i)*0.00001
		s.features[l.ID] = append(s.features[l.ID], &layers.Feature{Key: code.Value, Values: values,
			Shape: orb.LineString{{centers[0][0] - 1, y}, {centers[0][0] + 1, y}}})
	}
	last := 0
	for z := tiles.Zoom(6); z <= 15; z++ {
		id, _ := tiles.At(centers[0], z)
		n := len(tile(t, s, id, l.ID)[0].Features)
		if n < last {
			t.Errorf("zoom %d shows %d classes, the one above %d", z, n, last)
		}
		last = n
	}
	if all := len(l.Fields[class].Codes); last != all {
		t.Errorf("%d of %d classes at zoom 15", last, all)
	}
}

func BenchmarkTile(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := city(rng, centers[0], 20_000)
	var r render.Renderer
	for _, z := range []tiles.Zoom{10, 14, 16} {
		id, _ := tiles.At(centers[0], z)
		for _, name := range []string{model.Buildings, model.Components, model.Roads} {
			b.Run(fmt.Sprintf("%s/%d", name, z), func(b *testing.B) {
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					out, err := r.Tile(b.Context(), s, render.Request{Subject: planner, Layers: []string{name}, Tile: id})
					if err != nil {
						b.Fatal(err)
					}
					n = len(out)
				}
				b.ReportMetric(float64(n), "B/tile")
			})
		}
	}
}
