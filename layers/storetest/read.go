package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
)

func testSelect(t *testing.T, s *suite) {
	s.define(things())
	far := orb.Point{10, 10}
	s.changes(
		put("things", &layers.Feature{Key: "corner", Shape: orb.Point{1, 1}, Values: []layers.Value{layers.Text("x"), {}, layers.Int(1)}}),
		put("things", &layers.Feature{Key: "line", Shape: orb.LineString{{-1, 0.5}, {2, 0.5}}, Values: []layers.Value{layers.Text("y"), {}, layers.Int(2)}}),
		put("things", &layers.Feature{Key: "diagonal", Shape: orb.LineString{{1.5, 0}, {3, 1}}, Values: []layers.Value{layers.Text("y"), {}, layers.Int(3)}}),
		put("things", &layers.Feature{Key: "ring", Shape: orb.Polygon{{{-5, -5}, {5, -5}, {5, 5}, {-5, 5}, {-5, -5}}, {{-4, -4}, {-4, 4}, {4, 4}, {4, -4}, {-4, -4}}}}),
		put("things", &layers.Feature{Key: "far", Shape: far}),
		put("things", &layers.Feature{Key: "nowhere", Values: []layers.Value{layers.Text("y")}}),
	)
	box := orb.Bound{Max: orb.Point{1, 1}}
	square := box.ToPolygon()
	for _, c := range []struct {
		what string
		q    layers.Query
		want []string
	}{
		{"everything", layers.Query{}, []string{"corner", "diagonal", "far", "line", "nowhere", "ring"}},
		{"ids", layers.Query{IDs: []string{"ring", "nobody", "corner", "ring"}}, []string{"corner", "ring"}},
		{"no ids", layers.Query{IDs: []string{}}, nil},
		{"box with its border", layers.Query{Boxes: []orb.Bound{box}}, []string{"corner", "line"}},
		{"box in a hole", layers.Query{Boxes: []orb.Bound{{Min: orb.Point{-3, -3}, Max: orb.Point{-2, -2}}}}, nil},
		{"two boxes", layers.Query{Boxes: []orb.Bound{box, {Min: far, Max: far}}}, []string{"corner", "far", "line"}},
		{"region", layers.Query{Region: &layers.Region{Geometry: square}}, []string{"corner", "line"}},
		{"within", layers.Query{Region: &layers.Region{Geometry: orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{4, 4}}.ToPolygon(), Within: true}}, []string{"corner", "diagonal"}},
		{"a point on the border is not within", layers.Query{Region: &layers.Region{Geometry: square, Within: true}}, nil},
		{"ids and box", layers.Query{IDs: []string{"line", "far"}, Boxes: []orb.Bound{box}}, []string{"line"}},
		{"filter", layers.Query{Filter: layers.Compare{Op: layers.Eq, Left: layers.Property{Name: "name"}, Right: layers.Literal{Value: layers.Text("y")}}},
			[]string{"diagonal", "line", "nowhere"}},
		{"null does not match", layers.Query{Filter: layers.Not{Arg: layers.Compare{Op: layers.Eq, Left: layers.Property{Name: "name"}, Right: layers.Literal{Value: layers.Text("y")}}}},
			[]string{"corner"}},
		{"filter and box", layers.Query{Boxes: []orb.Bound{box}, Filter: layers.Compare{Op: layers.Ge, Left: layers.Property{Name: "size"}, Right: layers.Literal{Value: layers.Int(2)}}},
			[]string{"line"}},
	} {
		c.q.Layer = "things"
		s.expectIDs(c.what, s.read(c.q), c.want...)
	}
	// A buffer is inclusive to the last bit of the distance that measure gives.
	place := orb.Point{9, 10}
	d := measure.DistanceTo(far, place)
	for what, buffer := range map[string]float64{"at the distance": d, "just below": d * (1 - 1e-15), "wide": 2 * d} {
		got := s.read(layers.Query{Layer: "things", Region: &layers.Region{Geometry: place, BufferM: buffer}})
		if want := buffer >= d; (len(got) == 1) != want {
			t.Errorf("a buffer %s finds %q", what, ids(got))
		}
	}
	s.expectIDs("buffer of a region", s.read(layers.Query{Layer: "things", Region: &layers.Region{Geometry: square, BufferM: 60_000}}), "corner", "diagonal", "line")

	impossible := []layers.Query{{Layer: "things", Limit: -1}, {Layer: "things", Offset: -1}, {Layer: "No"}, {Layer: "things", Region: &layers.Region{}},
		{Layer: "things", Boxes: []orb.Bound{{Min: orb.Point{1, 1}}}}, {Layer: "things", Sort: []layers.SortKey{{Field: "nothing"}}},
		{Layer: "things", Sort: []layers.SortKey{{Field: "name"}}, After: &layers.Cursor{ID: "a"}},
		{Layer: "things", Filter: layers.IsNull{Term: layers.Property{Name: "nothing"}}}}
	for _, q := range impossible {
		q.Subject = system
		s.unreadable(layers.Invalid, q)
	}
	s.unreadable(layers.NotFound, layers.Query{Subject: system, Layer: "elsewhere"})
}

func testOrder(t *testing.T, s *suite) {
	s.define(things())
	for _, f := range []struct {
		id   string
		name layers.Value
		size layers.Value
	}{
		{"d", layers.Text("b"), layers.Int(1)}, {"a", layers.Text("b"), layers.Int(2)}, {"c", layers.Value{}, layers.Int(2)},
		{"b", layers.Text("a"), layers.Value{}}, {"e", layers.Text(""), layers.Int(-1)},
	} {
		s.changes(put("things", &layers.Feature{Key: f.id, Values: []layers.Value{f.name, {}, f.size}}))
	}
	by := func(keys ...layers.SortKey) layers.Query { return layers.Query{Layer: "things", Sort: keys} }
	s.expectIDs("by id", s.read(by()), "a", "b", "c", "d", "e")
	s.expectIDs("by name", s.read(by(layers.SortKey{Field: "name"})), "c", "e", "b", "a", "d")
	s.expectIDs("by name, descending", s.read(by(layers.SortKey{Field: "name", Desc: true})), "a", "d", "b", "e", "c")
	s.expectIDs("by size, then name", s.read(by(layers.SortKey{Field: "size", Desc: true}, layers.SortKey{Field: "name"})), "c", "a", "d", "e", "b")
	q := by(layers.SortKey{Field: "size", Desc: true}, layers.SortKey{Field: "name"})
	q.Offset, q.Limit = 1, 2
	s.expectIDs("the second and third", s.read(q), "a", "d")
	q.Offset = 9
	s.expectIDs("beyond the end", s.read(q))
	q = layers.Query{Layer: "things", After: &layers.Cursor{ID: "bb"}, Limit: 2}
	s.expectIDs("after an id that does not exist", s.read(q), "c", "d")
}

// testPaging reads pages by cursor while the rows around them change: no row
// that was there all the time is missed or seen twice.
func testPaging(t *testing.T, s *suite) {
	s.define(things())
	var changes []layers.Change
	for i := range 300 {
		changes = append(changes, put("things", thing(fmt.Sprintf("keep%03d", i), i%7)))
		changes = append(changes, put("things", thing(fmt.Sprintf("gone%03d", i), i%7)))
	}
	s.changes(changes...)
	for _, sort := range [][]layers.SortKey{nil, {{Field: "size"}}, {{Field: "size", Desc: true}, {Field: "name"}}} {
		var wg sync.WaitGroup
		stop := make(chan struct{})
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				_, err := s.store.Apply(s.ctx, layers.Batch{Changes: []layers.Change{remove("things", fmt.Sprintf("gone%03d", i%300)),
					put("things", thing(fmt.Sprintf("new%03d", i%300), i%7)), put("things", thing(fmt.Sprintf("gone%03d", (i+150)%300), i%7))}})
				if err != nil {
					t.Errorf("apply: %v", err)
					return
				}
			}
		})
		seen := make(map[string]int)
		q := layers.Query{Layer: "things", Sort: sort, Limit: 17}
		for pages := 0; pages < 200; pages++ {
			page := s.read(q)
			for i := range page {
				seen[page[i].Key]++
			}
			if len(page) < q.Limit {
				break
			}
			last := page[len(page)-1]
			q.After = &layers.Cursor{ID: last.Key}
			for _, k := range sort {
				q.After.Values = append(q.After.Values, last.Value(things().FieldIndex(k.Field)))
			}
		}
		close(stop)
		wg.Wait()
		for i := range 300 {
			if id := fmt.Sprintf("keep%03d", i); seen[id] != 1 {
				t.Errorf("sorted by %v, %s was seen %d times", sort, id, seen[id])
			}
		}
	}
}

// testStableRead: a read that is under way does not see later commits, and does
// not keep anybody from writing.
func testStableRead(t *testing.T, s *suite) {
	s.define(things())
	var changes []layers.Change
	for i := range 1000 {
		changes = append(changes, put("things", thing(fmt.Sprintf("t%04d", i), 1)))
	}
	s.changes(changes...)
	n := 0
	for f, err := range s.store.Read(s.ctx, layers.Query{Subject: system, Layer: "things"}) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 10 {
			for i := range changes {
				changes[i] = put("things", thing(changes[i].ID, 2))
			}
			s.changes(append(changes[:500], remove("things", "t0900"), put("things", thing("z", 3)))...)
			if got := s.read(layers.Query{Layer: "things", Limit: 1}); got[0].Values[size].Int() != 2 {
				t.Error("a new read does not see the commit")
			}
		}
		if f.Values[size].Int() != 1 {
			t.Fatalf("feature %s, the %dth of a read, has a value committed later", f.Key, n)
		}
		n++
	}
	if n != 1000 {
		t.Errorf("%d features, 1000 were there when the read began", n)
	}
	for range s.store.Read(s.ctx, layers.Query{Subject: system, Layer: "things"}) {
		break // leaving early must not block anything
	}
	s.changes(put("things", thing("after", 1)))
}

func testHistory(t *testing.T, s *suite) {
	s.define(things())
	at := func(n int, f *layers.Feature) layers.Change { f.ValidFrom = day(n); return put("things", f) }
	s.apply(layers.Batch{At: day(0), Changes: []layers.Change{at(0, thing("a", 1)), at(0, thing("b", 1)), put("things", thing("always", 1))}})
	s.apply(layers.Batch{At: day(10), Changes: []layers.Change{at(10, thing("a", 2)), at(20, thing("c", 1))}})
	s.apply(layers.Batch{At: day(30), Changes: []layers.Change{remove("things", "b"), at(30, thing("a", 3))}})
	s.apply(layers.Batch{At: day(40), Changes: []layers.Change{remove("things", "a")}})
	s.apply(layers.Batch{At: day(50), Changes: []layers.Change{at(50, thing("a", 4))}})
	for _, c := range []struct {
		day  int
		want string
	}{{-1, "always=1"}, {0, "a=1 always=1 b=1"}, {10, "a=2 always=1 b=1"}, {25, "a=2 always=1 b=1 c=1"}, {35, "a=3 always=1 c=1"}, {45, "always=1 c=1"}, {55, "a=4 always=1 c=1"}} {
		q := layers.Query{Subject: system, Layer: "things", At: day(c.day)}
		found, err := collect(s.ctx, s.store, q)
		if layers.KindOf(err) == layers.Unsupported && err != nil {
			return // permitted by the contract
		}
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i, f := range found {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprintf("%s=%d", f.Key, f.Values[size].Int())
		}
		if got != c.want {
			t.Errorf("day %d: %q, expected %q", c.day, got, c.want)
		}
		q.IDs, q.Sort, q.Limit = []string{"a", "c"}, []layers.SortKey{{Field: "size", Desc: true}}, 1
		some := s.read(q)
		var want []string
		for i := range found {
			if slices.Contains(q.IDs, found[i].Key) && (len(want) == 0) {
				want = []string{found[i].Key} // a's sizes are never below c's
			}
		}
		s.expectIDs(fmt.Sprintf("the largest on day %d", c.day), some, want...)
	}
}
