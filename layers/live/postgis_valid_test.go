package live_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/valid"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// validityAgainstPostGIS: what is valid here is valid in PostGIS, and the other way round: bow ties,
// spikes, holes that touch, cross, nest and cut, parts that overlap.
func validityAgainstPostGIS(t *testing.T, p *peers) {
	var shapes []orb.Geometry
	var rows strings.Builder
	for i := range postgisQuestions(t) {
		g := geotest.Lattice(p.world.rng, 2+i%4)
		if i%3 == 0 {
			g = p.world.placed(g)
		}
		if b, ok := g.(orb.Bound); ok {
			g = b.ToPolygon()
		}
		shapes = append(shapes, g)
		fmt.Fprintf(&rows, "%d\t\\N\t%s\t\\N\t\\N\n", i, p.hex(g))
	}
	p.copy(askedColumns, rows.String())
	bad := 0
	for _, line := range p.query("SELECT id, ST_IsValid(geom)::int, CASE WHEN ST_IsValid(geom) THEN '' ELSE ST_IsValidReason(geom) END FROM q ORDER BY id") {
		fields := strings.Split(line, "\t")
		var i int
		fmt.Sscan(fields[0], &i)
		err := valid.Check(shapes[i])
		var broken *valid.Error
		if errors.As(err, &broken) {
			if broken.Rule == valid.Range {
				continue // the plane of PostGIS has no end
			}
			bad++
		}
		if (err == nil) != (fields[1] == "1") {
			t.Errorf("%s: here %v, in PostGIS %q", text(shapes[i]), err, fields[2])
		}
	}
	if bad < len(shapes)/10 {
		t.Errorf("only %d of %d shapes were invalid", bad, len(shapes))
	}
}

// spoilt draws a shape that may break any rule, up to numbers that are none.
func (w *world) spoilt() orb.Geometry {
	g := remade(geotest.Lattice(w.rng, 4), func(p orb.Point) orb.Point { return orb.Point{10 + p[0]/8, 50 + p[1]/8} })
	ring := func() orb.Ring {
		r := geotest.LatticeRing(w.rng, 4)
		for i := range r {
			r[i] = orb.Point{10 + r[i][0]/8, 50 + r[i][1]/8}
		}
		return r
	}
	switch w.rng.IntN(12) {
	case 0: // unclosed
		r := ring()
		return orb.Polygon{r[:len(r)-1]}
	case 1: // of too few points, or none
		return orb.Polygon{ring()[:w.rng.IntN(3)]}
	case 2:
		return orb.Polygon{nil, ring(), {}}
	case 3:
		return orb.LineString{{10, 50}, {10, 50}}[:w.rng.IntN(3)]
	case 4: // a spike
		r := ring()
		return orb.Polygon{append(orb.Ring{r[1]}, r...)}
	case 10: // a hole somewhere else
		return orb.Polygon{{{10, 50}, {10.125, 50}, {10, 50.125}, {10, 50}}, {{10.25, 50.25}, {10.5, 50.25}, {10.5, 50.5}, {10.25, 50.25}}}
	case 5:
		return orb.MultiPolygon{{ring()}, nil, {ring(), ring()}, {}}
	case 6:
		return orb.MultiLineString{nil, {{10, 50}}, {}}
	case 7:
		return orb.Collection{g, nil, orb.Collection{orb.Polygon{ring()}}}
	case 8, 9: // numbers that are none, or lie nowhere on Earth
		bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 5e-324, 1000}[w.rng.IntN(7)]
		n := 0
		at := w.rng.IntN(4)
		return remade(g, func(p orb.Point) orb.Point {
			if n++; n%4 == at {
				p[w.rng.IntN(2)] = bad
			}
			return p
		})
	}
	return g
}

// TestInvalidShapes asks with and about shapes that break rules: each question has
// an answer, the same every time, or an error that says what is wrong.
func TestInvalidShapes(t *testing.T) {
	ctx := t.Context()
	w := newWorld(geotest.Rand(t))
	store := memstore.New()
	l := &layers.Layer{ID: "shapes", Element: layers.Object, Geometry: layers.AnyGeometry, Fields: []layers.Field{{Name: "kind", Type: layers.String}}}
	b := layers.Batch{Layers: []*layers.Layer{l}}
	refused := map[valid.Rule]int{}
	rules := []valid.Rule{valid.Finite, valid.Range, valid.LinePoints, valid.RingPoints, valid.RingClosed, valid.RingArea, valid.SelfCross, valid.HoleOutside}
	unbroken := func(rule valid.Rule) bool { return refused[rule] == 0 }
	for i := 0; i < 200 || i < 2000 && slices.ContainsFunc(rules, unbroken); i++ {
		g := w.spoilt()
		var bad *valid.Error
		if err := valid.Check(g); err != nil && (!errors.As(err, &bad) || bad.Rule == "" || bad.Error() == "") {
			t.Fatalf("%#v: the error %v names no rule", g, err)
		}
		if bad != nil {
			refused[bad.Rule]++
		}
		id := fmt.Sprintf("r%04d", i)
		if bad != nil && bad.Rule == valid.Finite {
			_, err := store.Apply(ctx, layers.Batch{Layers: []*layers.Layer{l}, Changes: []layers.Change{{Op: layers.Put, Layer: l.ID, ID: id, Feature: &layers.Feature{Key: id, Shape: g}}}})
			if layers.KindOf(err) != layers.Invalid {
				t.Fatalf("%#v is stored: %v", g, err)
			}
			continue
		}
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, ID: id,
			Feature: &layers.Feature{Key: id, Shape: g, Values: []layers.Value{layers.Text("x")}}})
	}
	for _, rule := range rules {
		if unbroken(rule) {
			t.Errorf("nothing broke the rule %s", rule)
		}
	}
	if _, err := store.Apply(ctx, b); err != nil {
		t.Fatal(err)
	}
	city, err := live.Open(ctx, store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	kinds := planarKinds()
	for i := range 600 {
		g := w.spoilt()
		ask := func() ([]string, error) {
			q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}
			if k := i % (len(kinds) + 1); k < len(kinds) && kinds[k].name != "box" {
				kinds[k].ask(g, nil, &q)
			} else {
				q.Region = &layers.Region{Geometry: g, BufferM: 500}
			}
			var ids []string
			for r, err := range city.View().Select(ctx, q) {
				if err != nil {
					return nil, err
				}
				ids = append(ids, r.ID())
			}
			return ids, nil
		}
		one, err := ask()
		again, _ := ask()
		if !slices.Equal(one, again) {
			t.Fatalf("%#v: %v, then %v", g, one, again)
		}
		if err != nil && layers.KindOf(err) != layers.Invalid {
			t.Fatalf("%#v: %v", g, err)
		}
		measure.Area(g)
		measure.Length(g)
		measure.DistanceTo(orb.Point{10, 50}, g)
		predicate.LabelPoint(g)
	}
}

// Of rings that cross themselves the even-odd rule says what is inside.
func TestCrossingRingsAreEvenOdd(t *testing.T) {
	rng := geotest.Rand(t)
	for range 600 {
		g := orb.Polygon{geotest.LatticeRing(rng, 4)}
		at := orb.Point{float64(rng.IntN(9)) / 2, float64(rng.IntN(9)) / 2}
		want := meets(at, g)
		if got := predicate.Intersects(at, g); got != want {
			t.Fatalf("%s meets %s: %v", text(at), text(g), got)
		}
		if d := measure.DistanceTo(at, g); (d < 1e-6) != want {
			t.Fatalf("%s is %v m from %s", text(at), d, text(g))
		}
	}
}
