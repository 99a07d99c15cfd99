package spatial

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/overlay"
	"wutu/layers"
)

func TestOverlayAgainstLoops(t *testing.T) {
	c := newCity(t, 160)
	v := c.cat.View()
	o := &Overlay{A: Part{Query: c.query("grids")}, B: Part{Query: c.query("zones")}, ByB: "use"}
	things := &Overlay{A: Part{Query: c.query("things")}, B: Part{Query: c.query("zones")}, ByA: "kind", ByB: "use"}
	drawn := &Overlay{A: Part{Query: c.query("things")}, ByA: "kind", Drawn: orb.Polygon{geotest.Star(c.r, orb.Point{111.3, 30.7}, 0.08, 40)}}
	for _, o := range []*Overlay{o, things, drawn} {
		got, err := o.Run(t.Context(), v, 1000)
		if err != nil {
			t.Fatal(err)
		}
		shared, whole, covered := map[[2]string]float64{}, map[string]float64{}, map[string]float64{}
		for _, a := range c.all[o.A.Query.Layer] {
			key := ""
			if o.ByA != "" {
				key = a.Value(0).String()
			}
			g := overlay.New(a.Shape)
			if g.SquareM() == 0 {
				continue
			}
			whole[key] += measure.Area(a.Shape)
			var over []*overlay.Area
			if o.Drawn != nil {
				over = append(over, overlay.New(o.Drawn))
				shared[[2]string{key, ""}] += g.Lay(over).Covered
			} else {
				for _, b := range c.all[o.B.Query.Layer] {
					x := overlay.New(b.Shape)
					over = append(over, x)
					shared[[2]string{key, b.Value(0).Str()}] += g.Lay([]*overlay.Area{x}).Covered
				}
			}
			covered[key] += g.Lay(over).Covered
		}
		near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(a+b)+1e-3 }
		some := 0
		for _, s := range got.Shared {
			if want := shared[[2]string{s.A, s.B}]; !near(s.SquareM, want) || s.Pairs == 0 {
				t.Fatalf("%+v, want %v", s, want)
			}
			delete(shared, [2]string{s.A, s.B})
			some++
		}
		for key, m2 := range shared {
			if m2 > 1e-3 {
				t.Fatalf("%v m² of %v are missing", m2, key)
			}
		}
		for _, g := range got.Ground {
			if !near(g.Whole, whole[g.A]) || !near(g.Covered, covered[g.A]) || !near(g.Covered+g.Rest, g.Whole) || g.Rest < -1e-6 {
				t.Fatalf("%+v, want %v of %v", g, covered[g.A], whole[g.A])
			}
			delete(whole, g.A)
		}
		if len(whole) > 0 || some == 0 {
			t.Fatalf("%d shares; the ground of %v is missing", some, whole)
		}
	}
}

// The grids are a partition: what a drawn shape takes of them is the shape.
func TestOverlayOfAPartition(t *testing.T) {
	c := newCity(t, 10)
	inner := orb.Bound{Min: orb.Point{111.25, 30.65}, Max: orb.Point{111.35, 30.75}}
	for range 20 {
		shape := geotest.Polygon(c.r, inner, 30)
		o := &Overlay{A: Part{Query: c.query("grids")}, Drawn: shape}
		got, err := o.Run(t.Context(), c.cat.View(), 10)
		if err != nil {
			t.Fatal(err)
		}
		if want := measure.Area(shape); math.Abs(got.Ground[0].Covered-want) > 1e-9*want {
			t.Fatalf("%v: %v m² of the grids, the shape has %v", shape, got.Ground[0].Covered, want)
		}
	}
}

func TestOverlayRefuses(t *testing.T) {
	c := newCity(t, 20)
	v := c.cat.View()
	for name, x := range map[string]struct {
		o    Overlay
		want layers.Kind
	}{
		"persons":        {Overlay{A: Part{Query: c.query("grids")}, B: Part{Query: c.query("persons")}}, layers.Forbidden},
		"hidden field":   {Overlay{A: Part{Query: c.query("things")}, ByA: "secret", Drawn: orb.Point{}}, layers.Forbidden},
		"no field":       {Overlay{A: Part{Query: c.query("zones")}, ByA: "nothing", Drawn: orb.Point{}}, layers.Invalid},
		"field of shape": {Overlay{A: Part{Query: c.query("zones")}, ByB: "use", Drawn: orb.Point{}}, layers.Invalid},
		"too many":       {Overlay{A: Part{Query: c.query("zones")}, ByA: "use", Drawn: orb.Point{}}, layers.TooLarge},
	} {
		if _, err := x.o.Run(t.Context(), v, 1); layers.KindOf(err) != x.want || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
