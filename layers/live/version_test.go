package live_test

import (
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// A change shows in the version of a scope if and only if it shows in the scope.
func TestVersionsOfScopes(t *testing.T) {
	store := memstore.New()
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{thingsLayer, areasLayer}, Changes: gridChanges()}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	inside, outside := orb.Point{0.05, 0.95}, orb.Point{0.95, 0.05} // grid g00, and far from it
	s := layers.Subject{Role: layers.Planner, Region: "g00"}
	d := access.Decide(&s, thingsLayer)
	first, second := c.View().Version(&d, "things"), c.View().Version(&d, "things")
	if first == second && first>>63 == 1 {
		t.Error("a scope no view knows gives the same version twice")
	}
	put := func(id string, at orb.Point, kind, secret string) {
		t.Helper()
		f := &layers.Feature{Key: id, Shape: at, Values: []layers.Value{layers.Text(kind), {}, {}, {}, layers.Text(secret)}}
		if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: "things", ID: id, Feature: f}}}); err != nil {
			t.Fatal(err)
		}
	}
	drop := func(id string) {
		t.Helper()
		if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{{Op: layers.Delete, Layer: "things", ID: id}}}); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		name  string
		do    func()
		shows bool
	}{
		{"a feature outside", func() { put("out", outside, "a", "") }, false},
		{"it changes outside", func() { put("out", outside, "b", "") }, false},
		{"it goes", func() { drop("out") }, false},
		{"a feature inside", func() { put("in", inside, "a", "x") }, true},
		{"its hidden field changes", func() { put("in", inside, "a", "y") }, false},
		{"its shown field changes", func() { put("in", inside, "b", "y") }, true},
		{"it leaves", func() { put("in", outside, "b", "y") }, true},
		{"it changes out there", func() { put("in", outside, "c", "y") }, false},
		{"it comes back", func() { put("in", inside, "c", "y") }, true},
		{"it is deleted", func() { drop("in") }, true},
		{"the border moves", func() {
			g := gridChanges()[90] // any area
			if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{g}}); err != nil {
				t.Fatal(err)
			}
		}, true},
	}
	before := c.View().Version(&d, "things")
	for _, step := range steps {
		step.do()
		after := c.View().Version(&d, "things")
		if (after != before) != step.shows {
			t.Errorf("%s: version %d after %d, want a change: %v", step.name, after, before, step.shows)
		}
		before = after
	}
}
