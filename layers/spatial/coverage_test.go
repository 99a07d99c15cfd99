package spatial

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/roadnet"
)

var cleared = layers.Subject{ID: "c", Role: layers.Planner, Cleared: true}

func TestCoverageAgainstLoops(t *testing.T) {
	c := newCity(t, 60)
	v := c.cat.View()
	for range 8 {
		x := Coverage{Facilities: c.query([]string{"sites", "things"}[c.r.IntN(2)]), Residents: c.query("persons"), Weight: "members", Res: 6 + c.r.IntN(3), WithinM: c.r.Float64() * 2500}
		x.Residents.Subject = cleared
		all, cells, err := x.Run(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		want := map[hexgrid.Cell]live.Covered{}
		var sum live.Covered
		for _, p := range c.all["persons"] {
			cell := hexgrid.At(p.Shape.(orb.Point), x.Res)
			w := want[cell]
			w.Cell = cell
			in := slices.ContainsFunc(c.all[x.Facilities.Layer], func(f layers.Feature) bool { return f.Shape != nil && far(p.Shape, f.Shape) <= x.WithinM })
			for _, s := range []*live.Covered{&w, &sum} {
				s.Rows.N++
				s.Sum += p.Value(2).Float()
				if in {
					s.In.N++
					s.SumIn += p.Value(2).Float()
				} else {
					s.Out.N++
				}
			}
			want[cell] = w
		}
		if all != sum || len(cells) != len(want) {
			t.Fatalf("within %v m: %+v in %d cells, want %+v in %d", x.WithinM, all, len(cells), sum, len(want))
		}
		for _, got := range cells {
			if got != want[got.Cell] {
				t.Fatalf("cell %s: %+v, want %+v", got.Cell, got, want[got.Cell])
			}
		}
	}
}

// By road: a route from everybody to every facility is the oracle.
func TestCoverageByRoad(t *testing.T) {
	c := newCity(t, 12)
	v := c.cat.View()
	roads := &layers.Layer{ID: "roads", Element: layers.Frame, Geometry: layers.LineString, Fields: []layers.Field{{Name: "class", Type: layers.String}}}
	var rows []layers.Feature
	for i := range 12 {
		d := 0.02 * float64(i)
		var along, up orb.LineString
		for k := range 11 {
			along = append(along, orb.Point{111.2 + 0.02*float64(k), 30.6 + d})
			up = append(up, orb.Point{111.2 + d, 30.6 + 0.02*float64(k)})
		}
		rows = append(rows, layers.Feature{Key: "a" + string(rune('a'+i)), Shape: along, Values: []layers.Value{layers.Text("primary")}},
			layers.Feature{Key: "u" + string(rune('a'+i)), Shape: up, Values: []layers.Value{layers.Text("residential")}})
	}
	g, err := roadnet.Build(t.Context(), roads, func(yield func(layers.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	x := Coverage{Facilities: c.query("sites"), Residents: c.query("persons"), Res: 7, Roads: &Roads{Net: g, Mode: roadnet.Drive, Limit: 6 * time.Minute, SnapM: 1500}}
	x.Residents.Subject = cleared
	all, _, err := x.Run(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, p := range c.all["persons"] {
		from, ok := g.Snap(roadnet.Drive, p.Shape.(orb.Point), 1500)
		if !ok {
			continue
		}
		for _, f := range c.all["sites"] {
			if to, ok := g.Snap(roadnet.Drive, predicate.InteriorPoint(f.Shape), 1500); ok {
				if _, err := g.Route(t.Context(), roadnet.Drive, &from, &to, x.Roads.Limit); err == nil {
					want++
					break
				} else if !errors.Is(err, roadnet.ErrNoWay) {
					t.Fatal(err)
				}
			}
		}
	}
	if all.In.N != want || want == 0 || want == all.Rows.N {
		t.Errorf("%+v, the routes say %d", all, want)
	}
}

// Who may only count learns of whole blocks.
func TestCoverageOfWhomNobodyMayList(t *testing.T) {
	c := newCity(t, 300)
	x := Coverage{Facilities: c.query("sites"), Residents: c.query("persons"), Res: 7, WithinM: 900}
	all, cells, err := x.Run(t.Context(), c.cat.View())
	if err != nil || all.Rows.N != len(c.all["persons"]) || len(cells) == 0 {
		t.Fatalf("%+v in %d cells, %v", all, len(cells), err)
	}
	for _, cell := range cells {
		for _, n := range []live.Count{cell.Rows, cell.In, cell.Out} {
			if n.N < layers.DefaultMinCount && n.Below == 0 {
				t.Errorf("cell %s tells of few: %+v", cell.Cell, cell)
			}
		}
	}
	exact := x
	exact.Residents.Subject = cleared
	truth, _, err := exact.Run(t.Context(), c.cat.View())
	if err != nil || math.Abs(float64(truth.In.N-all.In.N)) > 0.1*float64(truth.Rows.N) {
		t.Errorf("released %+v, %v; in truth %+v", all, err, truth)
	}
	x.Facilities = c.query("persons")
	if _, _, err := x.Run(t.Context(), c.cat.View()); layers.KindOf(err) != layers.Forbidden {
		t.Errorf("persons as facilities: %v", err)
	}
}
