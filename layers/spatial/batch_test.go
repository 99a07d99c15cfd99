package spatial

import (
	"context"
	"errors"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/cql2"
)

func TestBatchAgainstLoops(t *testing.T) {
	c := newCity(t, 150)
	v := c.cat.View()
	lamps, err := cql2.Parse("kind = 'lamp'")
	if err != nil {
		t.Fatal(err)
	}
	points := make([]orb.Point, 700)
	for i := range points {
		points[i] = c.point()
		if c.r.IntN(20) == 0 {
			points[i] = orb.Point{110 + c.r.Float64(), 30}
		}
	}
	ask := Ask{Levels: []layers.Level{layers.Grid, layers.Street}, Nearest: []Target{{Query: c.query("sites")}, {Query: c.query("things"), MaxM: 400}, {Query: c.query("sites"), MaxM: 3000}}}
	ask.Nearest[2].Query.Filter = lamps
	got, err := Batch(t.Context(), v, points, ask)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range points {
		want := Owner{}
		for _, g := range c.all["grids"] {
			if g.Shape.Bound().Contains(p) && (want.Code == "" || g.Key < want.Code) {
				want = Owner{g.Key, g.Value(0).Str()}
			}
		}
		if got.Areas[0][i] != want || got.Areas[1][i] != (Owner{}) {
			t.Fatalf("%v belongs to %v and %v, want %v", p, got.Areas[0][i], got.Areas[1][i], want)
		}
		for k, target := range ask.Nearest {
			best := Neighbour{}
			for _, f := range c.all[target.Query.Layer] {
				if f.Shape == nil || k == 2 && f.Value(0) != layers.Text("lamp") {
					continue
				}
				d := far(p, f.Shape)
				if (target.MaxM == 0 || d <= target.MaxM) && (!best.OK || d < best.DistanceM || d == best.DistanceM && f.Key < best.ID) {
					best = Neighbour{f.Key, d, true}
				}
			}
			if got.Near[k][i] != best {
				t.Fatalf("target %d of %v: %+v, want %+v", k, p, got.Near[k][i], best)
			}
		}
	}
	if none, err := Batch(t.Context(), v, nil, ask); err != nil || len(none.Near[0]) != 0 {
		t.Errorf("no points: %v, %v", none, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Batch(gone, v, points, ask); !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller left: %v", err)
	}
	if _, err := Batch(t.Context(), v, points, Ask{Nearest: []Target{{Query: c.query("persons")}}}); layers.KindOf(err) != layers.Forbidden {
		t.Errorf("persons: %v", err)
	}
}
