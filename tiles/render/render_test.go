package render_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/render"
)

func random(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// fixture is a Source that looks at every feature.
type fixture struct {
	layers   map[string]*layers.Layer
	features map[string][]*layers.Feature
	match    func(*layers.Feature) bool // stands for the filter
}

func (s *fixture) Layer(id string) (*layers.Layer, bool) {
	l, ok := s.layers[id]
	return l, ok
}

func (s *fixture) each(q layers.Query) iter.Seq[*layers.Feature] {
	return func(yield func(*layers.Feature) bool) {
		for _, f := range s.features[q.Layer] {
			if f.Shape == nil || s.match != nil && !s.match(f) {
				continue
			}
			b := f.Shape.Bound()
			if slices.ContainsFunc(q.Boxes, b.Intersects) && !yield(f) {
				return
			}
		}
	}
}

func (s *fixture) Rows(_ context.Context, q layers.Query) iter.Seq2[layers.Row, error] {
	return func(yield func(layers.Row, error) bool) {
		if err := access.MayList(&q.Subject, s.layers[q.Layer]); err != nil {
			yield(nil, err)
			return
		}
		for f := range s.each(q) {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (s *fixture) Cells(_ context.Context, q layers.Query, res int, sums []string) ([]render.Cell, error) {
	cells := map[hexgrid.Cell]*render.Cell{}
	totals := map[hexgrid.Cell][]*big.Float{}
	for f := range s.each(q) {
		p := predicate.InteriorPoint(f.Shape)
		inside := false // the fixture counts what the exact box holds, as tables do
		for _, b := range q.Boxes {
			inside = inside || b.Contains(p)
		}
		c := hexgrid.At(p, res)
		if !inside || c == 0 {
			continue
		}
		if cells[c] == nil {
			cells[c] = &render.Cell{Cell: c, Sums: slices.Repeat([]float64{math.NaN()}, len(sums))}
			totals[c] = make([]*big.Float, len(sums))
		}
		cells[c].Count++
		for i, name := range sums {
			v := f.Value(s.layers[q.Layer].FieldIndex(name))
			if v.IsNull() {
				continue
			}
			if totals[c][i] == nil {
				totals[c][i] = exact()
			}
			if v.Type() == layers.Integer {
				totals[c][i].Add(totals[c][i], exact().SetInt64(v.Int()))
			} else {
				add(totals[c][i], v.Float())
			}
			cells[c].Sums[i], _ = totals[c][i].Float64()
		}
	}
	var out []render.Cell
	for _, c := range slices.Sorted(maps.Keys(cells)) {
		out = append(out, *cells[c])
	}
	return out, nil
}

var planner = layers.Subject{ID: "p", Role: layers.Planner}

// city makes n points, n buildings and n roads around a centre, most of them in
// heaps, some on tile borders.
func city(rng *rand.Rand, center orb.Point, n int) *fixture {
	s := &fixture{layers: map[string]*layers.Layer{}, features: map[string][]*layers.Feature{}}
	for _, l := range model.Layers() {
		s.layers[l.ID] = l
	}
	s.layers[meters] = metersLayer()
	wrap := func(p orb.Point) orb.Point {
		return orb.Point{math.Remainder(p[0], 360), max(-90, min(90, p[1]))}
	}
	place := func() orb.Point {
		spread := []float64{0.001, 0.02, 0.2}[rng.IntN(3)]
		p := orb.Point{center[0] + rng.NormFloat64()*spread, center[1] + rng.NormFloat64()*spread}
		if rng.IntN(20) == 0 {
			if id, ok := tiles.At(wrap(p), tiles.Zoom(5+rng.IntN(10))); ok {
				p = id.Bound().Min
			}
		}
		return wrap(p)
	}
	values := func(l *layers.Layer, i int) []layers.Value {
		out := make([]layers.Value, len(l.Fields))
		for k := range l.Fields {
			f := &l.Fields[k]
			switch {
			case rng.IntN(5) == 0:
			case len(f.Codes) > 0:
				out[k] = layers.Text(f.Codes[rng.IntN(len(f.Codes))].Value)
			case f.Type == layers.String:
				out[k] = layers.Text(fmt.Sprintf("%s %d", f.Name, i%50))
			case f.Type == layers.Integer:
				out[k] = layers.Int(int64(rng.IntN(100)))
			case f.Type == layers.Number:
				out[k] = layers.Float(float64(rng.IntN(1000)))
			case f.Type == layers.Boolean:
				out[k] = layers.Bool(rng.IntN(2) == 0)
			}
		}
		return out
	}
	add := func(layer string, i int, g orb.Geometry) {
		s.features[layer] = append(s.features[layer], &layers.Feature{
			Key: fmt.Sprintf("%s-%d", layer, i), Shape: g, Values: values(s.layers[layer], i)})
	}
	for i := range n {
		add(model.Components, i, place())
		p := place()
		p[0] = max(-179.99, min(179.99, p[0]))
		w := 0.0001 * (0.2 + rng.Float64())
		if rng.IntN(50) == 0 {
			w *= 100
		}
		add(model.Buildings, i, orb.Polygon{{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + w}, {p[0] + w/2, p[1] + w/3}, {p[0], p[1] + w}, p}})
		q := place()
		add(model.Roads, i, orb.LineString{q, {max(-180, min(180, q[0]+rng.NormFloat64()*w)), q[1] + rng.NormFloat64()*w}, {q[0], q[1] + w}})
		add(model.Persons, i, place())
		add(meters, i, place())
	}
	measure(rng, s.features[meters])
	return s
}

const meters = "meters"

// metersLayer has measures of either type, and one that is nobody's business.
func metersLayer() *layers.Layer {
	return &layers.Layer{ID: meters, Element: layers.Object, Geometry: layers.Point, Access: layers.PublicAccess, Fields: []layers.Field{
		{Name: "amount", Type: layers.Number, Measure: true}, {Name: "level", Type: layers.Integer, Measure: true},
		{Name: "never", Type: layers.Number, Measure: true}, {Name: "owed", Type: layers.Number, Measure: true, Personal: true}}}
}

// measure gives meters values of every kind that adds up differently: few digits,
// many, large ones.
func measure(rng *rand.Rand, list []*layers.Feature) {
	kind := rng.IntN(4)
	for _, f := range list {
		amount := math.Round(rng.Float64()*1e5) / 10
		switch {
		case kind == 1 && rng.IntN(50) == 0:
			amount = rng.NormFloat64() * math.Pow(10, float64(rng.IntN(20)-6))
		case kind == 2:
			amount = math.Round(rng.NormFloat64()*1e6) / 1000
		case kind == 3:
			amount = float64(rng.IntN(2000) - 1000)
		}
		f.Values = []layers.Value{layers.Float(amount), layers.Int(int64(rng.IntN(100) - 50)), {}, layers.Float(1)}
		if rng.IntN(10) == 0 {
			f.Values[rng.IntN(2)] = layers.Value{}
		}
		if kind == 1 && rng.IntN(100) == 0 {
			f.Values[1] = layers.Int(rng.Int64() - rng.Int64())
		}
	}
}

func (s *fixture) shuffle(rng *rand.Rand) {
	for _, id := range slices.Sorted(maps.Keys(s.features)) {
		f := s.features[id]
		rng.Shuffle(len(f), func(i, j int) { f[i], f[j] = f[j], f[i] })
	}
}

// over lists the tiles of zoom z that a city reaches, with a ring around.
func over(s *fixture, z tiles.Zoom) []tiles.ID { return overGrid(s, tiles.Mercator, z) }

func overGrid(s *fixture, g tiles.Grid, z tiles.Zoom) []tiles.ID {
	columns, rows := g.Columns(z), int(g.Rows(z))
	seen := map[tiles.ID]bool{}
	for _, list := range s.features {
		for _, f := range list {
			b := f.Shape.Bound()
			for _, p := range []orb.Point{b.Min, b.Max, predicate.InteriorPoint(f.Shape)} {
				id, _ := g.At(p, z)
				for _, dx := range []uint32{0, 1, columns - 1} {
					for _, dy := range []int{-1, 0, 1} {
						seen[tiles.ID{Z: z, X: (id.X + dx) % columns, Y: uint32(max(0, min(rows-1, int(id.Y)+dy))), Grid: g}] = true
					}
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b tiles.ID) int { return int(int64(a.Number()) - int64(b.Number())) })
}

func tile(t testing.TB, s render.Source, id tiles.ID, names ...string) []mvt.Layer {
	t.Helper()
	var r render.Renderer
	b, err := r.Tile(context.Background(), s, render.Request{Subject: planner, Layers: names, Tile: id})
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, id, b)
}

func decoded(t testing.TB, id tiles.ID, b []byte) []mvt.Layer {
	t.Helper()
	for _, v := range mvt.Verify(b) {
		t.Fatalf("%v: %v", id, v)
	}
	l, err := mvt.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var centers = []orb.Point{{111.29, 30.69}, {0, 0}, {179.99, -10}, {10, 84.9}}

// Twenty renders of rows in different orders give the same bytes.
func TestSameBytesWhateverTheOrderOfRows(t *testing.T) {
	rng := random(t)
	s := city(rng, centers[0], 1500)
	var r render.Renderer
	ids := []tiles.ID{{}}
	for _, z := range []tiles.Zoom{8, 11, 13, 14, 16} {
		id, _ := tiles.At(centers[0], z)
		ids = append(ids, id)
	}
	type pair struct{ tile, hex []byte }
	var first []pair
	for round := range 20 {
		for i, id := range ids {
			req := render.Request{Subject: planner, Layers: []string{model.Buildings, model.Roads, model.Components}, Tile: id}
			b, err := r.Tile(t.Context(), s, req)
			if err != nil {
				t.Fatal(err)
			}
			req.Layers = req.Layers[:1]
			h, err := r.Hex(t.Context(), s, req)
			if err != nil {
				t.Fatal(err)
			}
			if round == 0 {
				first = append(first, pair{b, h})
				if len(b) == 0 || len(h) == 0 {
					t.Fatalf("%v is empty", id)
				}
			} else if !bytes.Equal(b, first[i].tile) || !bytes.Equal(h, first[i].hex) {
				t.Fatalf("%v differs in round %d", id, round)
			}
		}
		s.shuffle(rng)
	}
}

// The points of all tiles of a zoom, clusters with what they stand for, are the
// matching features; filtered or not.
func TestPointCountsAddUp(t *testing.T) {
	rng := random(t)
	for i, center := range append(slices.Clone(centers), centers...) {
		s := city(rng, center, 700)
		grid := tiles.Grid(i / len(centers))
		for _, z := range []tiles.Zoom{0, 3, 7, 10, 12, 14, 17} {
			if rng.IntN(2) == 0 {
				s.match = nil
			} else {
				s.match = func(f *layers.Feature) bool { return len(f.Key)%2 == 0 }
			}
			want := 0
			for _, f := range s.features[model.Components] {
				if s.match == nil || s.match(f) {
					want++
				}
			}
			got, clusters := 0, 0
			seen := map[string]bool{}
			for _, id := range overGrid(s, grid, z) {
				for _, l := range tile(t, s, id, model.Components) {
					for _, f := range l.Features {
						n := 1
						if c, ok := f.Get("point_count").Any().(int64); ok {
							n = int(c)
							clusters++
						} else if key := f.Get("id").Any().(string); seen[key] {
							t.Fatalf("%s is in two tiles of zoom %d", key, z)
						} else {
							seen[key] = true
						}
						got += n
					}
				}
			}
			if got != want {
				t.Errorf("centre %v grid %d zoom %d: %d points in tiles, %d match", center, grid, z, got, want)
			}
			if z == 0 && clusters == 0 {
				t.Error("no cluster at zoom 0")
			}
		}
	}
}

// Own hexagons of all tiles of a zoom add up to the features, and a hexagon in
// two tiles has the same count in both.
func TestHexagonsAddUp(t *testing.T) {
	rng := random(t)
	var r render.Renderer
	for _, center := range centers {
		s := city(rng, center, 250)
		for _, z := range []tiles.Zoom{0, 2, 6, 9, 11, 12, 14} {
			got, area := int64(0), 0.0
			counts := map[string]int64{}
			shared := 0
			for _, id := range over(s, z) {
				b, err := r.Hex(t.Context(), s, render.Request{Subject: planner, Layers: []string{model.Buildings}, Tile: id})
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range decoded(t, id, b) {
					for _, f := range l.Features {
						n, key := f.Get("count").Any().(int64), f.Get("h3").Any().(string)
						if old, ok := counts[key]; ok {
							shared++
							if old != n {
								t.Fatalf("%s counts %d and %d at zoom %d", key, old, n, z)
							}
						}
						counts[key] = n
						if f.Get("own").Any().(bool) {
							got += n
							sum, _ := f.Get("sum_area").Any().(float64)
							area += sum
						}
					}
				}
			}
			want, wantArea := int64(len(s.features[model.Buildings])), 0.0
			i := s.layers[model.Buildings].FieldIndex("area")
			for _, f := range s.features[model.Buildings] {
				wantArea += f.Value(i).Float()
			}
			if got != want || math.Abs(area-wantArea) > 1e-6*wantArea {
				t.Errorf("centre %v zoom %d: %d features and area %v in hexagons, want %d and %v", center, z, got, area, want, wantArea)
			}
			if z == 12 && shared == 0 {
				t.Error("no hexagon crosses a border")
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	s := city(random(t), centers[0], 10)
	var r render.Renderer
	for _, c := range []struct {
		name    string
		subject layers.Subject
		layers  []string
		tile    tiles.ID
		want    layers.Kind
	}{
		{"personal", planner, []string{model.Buildings, model.Persons}, tiles.ID{}, layers.Forbidden},
		{"hidden", layers.Subject{}, []string{model.Persons}, tiles.ID{}, layers.NotFound},
		{"unknown", planner, []string{"nothing"}, tiles.ID{}, layers.NotFound},
		{"twice", planner, []string{model.Roads, model.Roads}, tiles.ID{}, layers.Invalid},
		{"none", planner, nil, tiles.ID{}, layers.Invalid},
		{"outside", planner, []string{model.Roads}, tiles.ID{Z: 1, X: 2}, layers.Invalid},
		{"many", planner, make([]string, 33), tiles.ID{}, layers.Invalid},
	} {
		req := render.Request{Subject: c.subject, Layers: c.layers, Tile: c.tile}
		if b, err := r.Tile(t.Context(), s, req); err == nil || layers.KindOf(err) != c.want || b != nil {
			t.Errorf("tile, %s: %v, want %v", c.name, err, c.want)
		}
		if c.name == "personal" { // hexagons of people are counts, of one layer at a time
			c.want = layers.Invalid
		}
		if b, err := r.Hex(t.Context(), s, req); err == nil || layers.KindOf(err) != c.want || b != nil {
			t.Errorf("hex, %s: %v, want %v", c.name, err, c.want)
		}
	}
	cleared := planner
	cleared.Cleared = true
	id, _ := tiles.At(centers[0], 9)
	b, err := r.Tile(t.Context(), s, render.Request{Subject: cleared, Layers: []string{model.Persons}, Tile: id})
	if err != nil || len(b) == 0 {
		t.Fatalf("a cleared subject sees nothing: %v", err)
	}
	l := s.layers[model.Persons]
	for _, f := range decoded(t, id, b)[0].Features {
		for _, tag := range f.Tags {
			if i := l.FieldIndex(tag.Key); i >= 0 && l.Fields[i].Personal {
				t.Fatalf("personal field %s in a tile", tag.Key)
			}
		}
	}
}
