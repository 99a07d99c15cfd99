package storetest

import (
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// testAccess: whoever is not cleared cannot read a person, in any way of asking.
func testAccess(t *testing.T, s *suite) {
	internal := things()
	internal.ID, internal.Access = "inside", layers.InternalAccess
	s.define(things(), persons(), internal)
	s.changes(put("persons", &layers.Feature{Key: "p", Shape: orb.Point{1, 1}, Values: []layers.Value{layers.Text("Wang")}}),
		put("things", thing("a", 1)), put("inside", thing("i", 1)))
	ways := []layers.Query{{}, {IDs: []string{"p"}}, {Boxes: []orb.Bound{{Max: orb.Point{2, 2}}}}, {Limit: 1},
		{Sort: []layers.SortKey{{Field: "age"}}}, {At: day(0)}}
	for _, c := range []struct {
		who     layers.Subject
		layer   string
		refused layers.Kind
	}{
		{layers.Subject{ID: "d", Role: layers.Dispatcher}, "persons", layers.Forbidden},
		{layers.Subject{ID: "c", Role: layers.Commander}, "persons", layers.Forbidden},
		{layers.Subject{}, "persons", layers.NotFound},
		{layers.Subject{}, "inside", layers.NotFound},
		{layers.Subject{ID: "a", Role: layers.SysAdmin, Cleared: true}, "persons", layers.NotFound},
		{layers.Subject{ID: "g", Role: layers.GridWorker, Cleared: true, Layers: []string{"things"}}, "persons", layers.NotFound},
	} {
		for _, q := range ways {
			q.Subject, q.Layer = c.who, c.layer
			s.unreadable(c.refused, q)
		}
	}
	cleared := layers.Subject{ID: "g", Role: layers.GridWorker, Cleared: true}
	s.expectIDs("cleared", s.read(layers.Query{Subject: cleared, Layer: "persons"}), "p")
	if got, err := collect(s.ctx, s.store, layers.Query{Layer: "things"}); err != nil || len(got) != 1 {
		t.Errorf("the public reads %q of a public layer: %v", ids(got), err)
	}
}

// testMasks: a personal field of a layer that may be listed reads as null, and
// cannot be asked about.
func testMasks(t *testing.T, s *suite) {
	s.define(things())
	f := thing("a", 1)
	f.Values = append(f.Values, make([]layers.Value, 4)...)
	f.Values[secret] = layers.Text("hidden")
	s.changes(put("things", f))
	planner := layers.Subject{ID: "p", Role: layers.Planner}
	bySecret := layers.Compare{Op: layers.Eq, Left: layers.Property{Name: "secret"}, Right: layers.Literal{Value: layers.Text("hidden")}}
	got := s.read(layers.Query{Subject: planner, Layer: "things"})
	if len(got) != 1 || !got[0].Values[secret].IsNull() || got[0].Values[name].Str() != "thing a" {
		t.Errorf("a masked subject reads %+v", got)
	}
	s.unreadable(layers.Forbidden, layers.Query{Subject: planner, Layer: "things", Filter: bySecret})
	s.unreadable(layers.Forbidden, layers.Query{Subject: planner, Layer: "things", Filter: layers.Or{Args: []layers.Expr{layers.Truth(true), layers.IsNull{Term: layers.Property{Name: "secret"}}}}})
	s.unreadable(layers.Forbidden, layers.Query{Subject: planner, Layer: "things", Sort: []layers.SortKey{{Field: "secret"}}})
	planner.Cleared = true
	if got := s.read(layers.Query{Subject: planner, Layer: "things", Filter: bySecret}); len(got) != 1 || got[0].Values[secret].Str() != "hidden" {
		t.Errorf("a cleared subject reads %+v", got)
	}
}

// testRegion: a subject limited to an area sees what has its point in it.
func testRegion(t *testing.T, s *suite) {
	s.define(things(), grids())
	square := func(x float64) orb.Geometry {
		return orb.Bound{Min: orb.Point{x, 0}, Max: orb.Point{x + 1, 1}}.ToPolygon()
	}
	s.changes(put("grids", &layers.Feature{Key: "g0", Shape: square(0)}), put("grids", &layers.Feature{Key: "g1", Shape: square(1)}),
		put("grids", &layers.Feature{Key: "nowhere"}),
		put("things", &layers.Feature{Key: "inside", Shape: orb.Point{0.5, 0.5}}),
		put("things", &layers.Feature{Key: "border", Shape: orb.Point{1, 0.5}}),
		put("things", &layers.Feature{Key: "outside", Shape: orb.Point{1.5, 0.5}}),
		put("things", &layers.Feature{Key: "mostly outside", Shape: orb.Bound{Min: orb.Point{0.9, 0.2}, Max: orb.Point{1.9, 0.8}}.ToPolygon()}),
		put("things", &layers.Feature{Key: "no place"}))
	in := func(code string) layers.Subject {
		return layers.Subject{ID: "g", Role: layers.GridWorker, Region: code}
	}
	s.expectIDs("in g0", s.read(layers.Query{Subject: in("g0"), Layer: "things"}), "border", "inside")
	s.expectIDs("in g1", s.read(layers.Query{Subject: in("g1"), Layer: "things"}), "border", "mostly outside", "outside")
	s.expectIDs("in g1, by id", s.read(layers.Query{Subject: in("g1"), Layer: "things", IDs: []string{"inside", "outside"}}), "outside")
	s.expectIDs("in an area without borders", s.read(layers.Query{Subject: in("nowhere"), Layer: "things"}))
	s.expectIDs("in an area that does not exist", s.read(layers.Query{Subject: in("g9"), Layer: "things"}))
	s.expectIDs("the frame is not cut", s.read(layers.Query{Subject: in("g0"), Layer: "grids"}), "g0", "g1", "nowhere")
	s.changes(remove("grids", "g0"))
	s.expectIDs("in an area that was deleted", s.read(layers.Query{Subject: in("g0"), Layer: "things"}))
}
