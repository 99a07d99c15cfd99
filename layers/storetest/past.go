package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/memstore"
)

// Story makes one random change of a life in which validity matters: versions
// with and without bounds, corrections of the past, plans for the future, holes
// torn by short-lived versions, deletions. It concerns the layers things, persons
// and grids of Layers.
func Story(r *rand.Rand) layers.Change {
	layer := []string{"things", "things", "persons", "grids"}[r.IntN(4)]
	id := fmt.Sprintf("f%02d", r.IntN(25))
	if layer == "grids" {
		id = fmt.Sprintf("g%d", r.IntN(4))
	}
	if r.IntN(6) == 0 {
		return remove(layer, id)
	}
	var f *layers.Feature
	if layer == "grids" {
		a, b := geotest.LatticePoint(r, lattice), geotest.LatticePoint(r, lattice)
		box := orb.MultiPoint{a, b, {a[0] + 1, a[1] + 1}}.Bound()
		f = &layers.Feature{Key: id, Shape: orb.MultiPolygon{box.ToPolygon()}}
	} else {
		f = randomFeature(r, layer, id)
	}
	f.ValidFrom, f.ValidTo = time.Time{}, time.Time{}
	if r.IntN(4) > 0 {
		f.ValidFrom = day(r.IntN(100))
	}
	if r.IntN(3) == 0 {
		f.ValidTo = day(r.IntN(60))
		if !f.ValidFrom.IsZero() {
			f.ValidTo = f.ValidFrom.AddDate(0, 0, 1+r.IntN(40))
		}
	}
	return put(layer, f)
}

// Layers are the layers of Story.
func Layers() []*layers.Layer { return []*layers.Layer{things(), persons(), grids()} }

// testPast compares what a store knows of the past with the model.
func testPast(t *testing.T, s *suite) {
	store, ok := s.store.(layers.PastReader)
	if !ok {
		return // permitted: resident tables read the whole layer then
	}
	r := geotest.Rand(t)
	model := memstore.New()
	first := layers.Batch{Layers: Layers()}
	s.apply(first)
	if _, err := model.Apply(s.ctx, first); err != nil {
		t.Fatal(err)
	}
	known := uint64(0)
	for range 120 {
		b := layers.Batch{At: day(r.IntN(100))}
		for range 1 + r.IntN(6) {
			b.Changes = append(b.Changes, Story(r))
		}
		seq := s.apply(b)
		if _, err := model.Apply(s.ctx, b); err != nil {
			t.Fatal(err)
		}
		q := layers.Past{Layer: []string{"things", "persons", "grids"}[r.IntN(3)], At: day(r.IntN(110)).Add(time.Duration(r.IntN(2)) * time.Microsecond)}
		if r.IntN(2) == 0 {
			for range 1 + r.IntN(2) {
				q.Boxes = append(q.Boxes, orb.MultiPoint{geotest.LatticePoint(r, lattice), geotest.LatticePoint(r, lattice)}.Bound())
			}
		}
		if r.IntN(4) == 0 {
			q.IDs = []string{"f03", "g1", fmt.Sprintf("f%02d", r.IntN(30)), "f03"}
		} else if q.Boxes == nil && r.IntN(2) == 0 {
			q.AfterID, q.Limit = fmt.Sprintf("f%02d", r.IntN(25)), 1+r.IntN(9)
		}
		q.Known = max(known, seq-uint64(r.IntN(8)))
		compare := func() {
			t.Helper()
			got, gotIDs := gather(s, store, q)
			want, wantIDs := gather(s, model, q)
			what := fmt.Sprintf("past %+v", q)
			equal(t, what+": changed", gotIDs, wantIDs)
			equalFeatures(t, what, got, want)
		}
		compare()
		q.Changed = func(string, *layers.Feature) {}
		compare()
		s.steady(store, q.Layer, q.At)
		if t.Failed() {
			return
		}
	}
	for _, err := range store.Past(s.ctx, layers.Past{Layer: "things"}) {
		if layers.KindOf(err) != layers.Invalid || err == nil {
			t.Errorf("the past without an instant: %v", err)
		}
	}
	for _, err := range store.Past(s.ctx, layers.Past{Layer: "nothing", At: day(1)}) {
		if layers.KindOf(err) != layers.NotFound {
			t.Errorf("the past of an unknown layer: %v", err)
		}
	}
}

// gather reads the past in order of id, and what was told to have changed.
func gather(s *suite, store layers.PastReader, q layers.Past) (found []layers.Feature, changed []string) {
	s.Helper()
	if q.Changed != nil {
		q.Changed = func(id string, now *layers.Feature) {
			if changed = append(changed, id); now != nil {
				changed[len(changed)-1] += fmt.Sprint(" ", *now)
			}
		}
	}
	for f, err := range store.Past(s.ctx, q) {
		if err != nil {
			s.Fatal(err)
		}
		found = append(found, f)
	}
	slices.SortFunc(found, func(a, b layers.Feature) int { return strings.Compare(a.Key, b.Key) })
	slices.Sort(changed)
	return found, changed
}

// steady asserts that the truth does not change within the steady interval.
func (s *suite) steady(store layers.PastReader, layer string, at time.Time) {
	s.Helper()
	from, to, err := store.Steady(s.ctx, layer, at)
	if err != nil {
		s.Fatal(err)
	}
	if !from.IsZero() && from.After(at) || !to.IsZero() && !to.After(at) {
		s.Fatalf("%s is steady from %v to %v, which %v is not within", layer, from, to, at)
	}
	want := s.read(layers.Query{Layer: layer, At: at})
	if from.IsZero() {
		from = at.AddDate(-20, 0, 0)
	}
	if to.IsZero() {
		to = at.AddDate(20, 0, 0)
	}
	for _, t := range []time.Time{from, to.Add(-time.Microsecond)} {
		equalFeatures(s.T, fmt.Sprintf("%s at %v, steady around %v", layer, t, at), s.read(layers.Query{Layer: layer, At: t}), want)
	}
}

// testLog compares the steps a store tells with those of the model.
func testLog(t *testing.T, s *suite) {
	store, ok := s.store.(layers.LogReader)
	if !ok {
		return
	}
	r := geotest.Rand(t)
	model := memstore.New()
	b := layers.Batch{Layers: Layers()}
	for range 60 {
		for range 1 + r.IntN(6) {
			b.Changes = append(b.Changes, Story(r))
		}
		b.At = day(r.IntN(100))
		s.apply(b)
		if _, err := model.Apply(s.ctx, b); err != nil {
			t.Fatal(err)
		}
		b = layers.Batch{}
		if r.IntN(10) == 0 { // the layer gains a field
			l := *things()
			l.Fields = append(l.Fields, layers.Field{Name: "more", Type: layers.Integer})
			b.Layers = []*layers.Layer{&l}
		}
	}
	for range 20 {
		since := uint64(r.IntN(int(s.seq()) + 5))
		names := []string{"things", "grids", "persons", "nothing"}[r.IntN(3):]
		var got, want []layers.Step
		for store, out := range map[layers.LogReader]*[]layers.Step{store: &got, model: &want} {
			for step, err := range store.Log(s.ctx, since, names) {
				if err != nil {
					t.Fatal(err)
				}
				*out = append(*out, step)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("log since %d of %v: %d steps, expected %d", since, names, len(got), len(want))
		}
		for i := range got {
			a, b := got[i], want[i]
			for _, f := range [][2]*layers.Feature{{a.Old, b.Old}, {a.Feature, b.Feature}} {
				if (f[0] == nil) != (f[1] == nil) {
					t.Fatalf("step %d: %+v, expected %+v", b.Seq, a, b)
				}
				if f[0] != nil {
					if d := difference(f[0], f[1]); d != "" {
						t.Errorf("step %d: %s", b.Seq, d)
					}
				}
			}
			a.Old, a.Feature, b.Old, b.Feature = nil, nil, nil, nil
			if !a.At.Equal(b.At) || a.Seq != b.Seq || a.Op != b.Op || a.Layer != b.Layer || a.ID != b.ID {
				t.Errorf("step %+v, expected %+v", a, b)
			}
		}
	}
}
