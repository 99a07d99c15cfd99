package live_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// plane is a lattice of degrees.
func plane() live.Lattice {
	project := func(p orb.Point) (x, y float64) { return (p[0] + 180) / 360, (90 - p[1]) / 180 }
	return live.Lattice{Name: "plane", Aspect: 2, Project: project, Place: func(p orb.Point) (x, y uint32) {
		u, v := project(p)
		return uint32(min(math.Floor(u*(1<<32)), math.MaxUint32)), uint32(min(math.Floor(v*(1<<32)), math.MaxUint32))
	}}
}

// However nodes are chosen, each shape is told of once or is in what was gathered:
// numbers, areas and places add up exactly, over segments, dead rows and the delta.
func TestSiftTakesEachShapeOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 3))
	l := &layers.Layer{ID: "blocks", Element: layers.Land, Geometry: layers.MultiPolygon, Access: layers.PublicAccess}
	store := memstore.New()
	ctx := context.Background()
	if _, err := store.Apply(ctx, layers.Batch{Layers: []*layers.Layer{l}}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(ctx, store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	g := plane()
	shapes := map[string]orb.Geometry{}
	for round := range 4 {
		if round == 2 { // merges keep what is known
			if err := c.View().Prepare(ctx, g); err != nil {
				t.Fatal(err)
			}
		}
		var b layers.Batch
		for range 1500 {
			id := fmt.Sprintf("b%04d", rng.IntN(4000))
			if rng.IntN(5) == 0 && shapes[id] != nil {
				delete(shapes, id)
				b.Changes = append(b.Changes, layers.Change{Op: layers.Delete, Layer: l.ID, ID: id})
				continue
			}
			at, size := geotest.Point(rng, geotest.City), math.Pow(10, -5+3*rng.Float64())
			var shape orb.Geometry
			switch w, h := size*rng.Float64(), size*rng.Float64(); rng.IntN(20) {
			case 0:
				shape = nil
			case 1:
				shape = orb.MultiPolygon{{{at, {at[0] + w, at[1]}, {at[0], at[1] + h}, at}}, {{at, {at[0] - w, at[1]}, {at[0], at[1] - h}, at}}}
			default:
				shape = orb.Polygon{{at, {at[0] + w, at[1]}, {at[0] + w, at[1] + h}, {at[0], at[1] + h}, at}}
			}
			shapes[id] = shape
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, ID: id, Feature: &layers.Feature{Key: id, Shape: shape}})
		}
		if _, err := c.Apply(ctx, b); err != nil {
			t.Fatal(err)
		}
		if round < 3 && rng.IntN(3) > 0 {
			c.MergeForTest()
		}
		for range 20 {
			sifted(t, rng, c.View(), l, g, shapes)
		}
	}
}

func sifted(t *testing.T, rng *rand.Rand, v *live.View, l *layers.Layer, g live.Lattice, shapes map[string]orb.Geometry) {
	t.Helper()
	box := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	whole := rng.IntN(2) == 0
	if !whole {
		at, size := geotest.Point(rng, geotest.City), rng.Float64()*0.1
		box = orb.Bound{Min: at, Max: orb.Point{at[0] + size, at[1] + size}}
	}
	small := float32(math.Pow(10, 15*rng.Float64()))
	seen := map[string]bool{}
	n, sums := 0, live.Sums{}
	err := v.Sift(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: l.ID, Boxes: []orb.Bound{box}}, &live.Sifting{
		Lattice: g, Small: small,
		Choose: func(orb.Bound, int) live.Choice { return []live.Choice{live.Divide, live.Gather}[rng.IntN(2)] },
		Run: func(box orb.Bound, k int, s live.Sums) {
			n += k
			sums = live.Sums{X: sums.X + s.X, Y: sums.Y + s.Y, Area: sums.Area + s.Area}
		},
		Row: func(r *live.Row, e live.Extent) {
			if seen[r.ID()] {
				t.Fatalf("%s comes twice", r.ID())
			}
			if want := g.Extent(shapes[r.ID()]); e != want {
				t.Fatalf("%s is %+v, want %+v", r.ID(), e, want)
			}
			seen[r.ID()] = true
			at, _ := r.Point()
			x, y := g.Place(at)
			n++
			sums = live.Sums{X: sums.X + uint64(x), Y: sums.Y + uint64(y), Area: sums.Area + uint64(e.Size)}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want, all := 0, live.Sums{}
	for id, shape := range shapes {
		if shape == nil {
			continue
		}
		e := g.Extent(shape)
		if box.Intersects(shape.Bound()) && e.Size >= small && !seen[id] {
			t.Fatalf("%s meets the box and is missing", id)
		}
		at, _ := pointOf(v, l.ID, id)
		x, y := g.Place(at)
		want++
		all = live.Sums{X: all.X + uint64(x), Y: all.Y + uint64(y), Area: all.Area + uint64(e.Size)}
	}
	if whole && (n != want || sums != all) {
		t.Fatalf("%d shapes with %+v, want %d with %+v", n, sums, want, all)
	}
}

// pointOf is the point of a feature, found by its id.
func pointOf(v *live.View, layer, id string) (p orb.Point, ok bool) {
	for r, err := range v.Unordered(context.Background(), layers.Query{Subject: layers.SystemSubject(), Layer: layer, IDs: []string{id}}) {
		if err == nil {
			return r.Point()
		}
	}
	return p, false
}

// Extents are those of the plane: sides and areas of rectangles, a line's length.
func TestExtents(t *testing.T) {
	g := plane()
	const step = 180.0 / (1 << 32) // from north to south; half as many fit from west to east
	rectangle := func(w, h float64) orb.Polygon {
		return orb.Polygon{{{10, 20}, {10 + 2*w*step, 20}, {10 + 2*w*step, 20 + h*step}, {10, 20 + h*step}, {10, 20}}}
	}
	hole := rectangle(1e6, 1e6)
	hole = append(hole, rectangle(5e5, 5e5)[0])
	for _, c := range []struct {
		name string
		g    orb.Geometry
		size float64
		side uint8
		flat bool
	}{
		{"square", rectangle(1e6, 1e6), 1e12, 21, false}, // steps to the east are twice as long here
		{"upright", rectangle(1e3, 1e6), 1e9, 20, false},
		{"with a hole", hole, 0.75e12, 21, false},
		{"two", orb.MultiPolygon{rectangle(1e6, 1e6), rectangle(1e6, 1e6)}, 2e12, 21, false},
		{"line", orb.LineString{{10, 20}, {10, 20 + 1e6*step}}, 1e6, 20, true},
		{"nothing", nil, 0, 0, true},
		{"no points", orb.Polygon{}, 0, 0, true},
	} {
		e := g.Extent(c.g)
		if math.Abs(float64(e.Size)-c.size) > 1e-3*c.size || e.Side != c.side || e.Flat != c.flat {
			t.Errorf("%s: %+v, want size %g, side %d, flat %v", c.name, e, c.size, c.side, c.flat)
		}
	}
}
