package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

func openCity(t *testing.T, o live.Options) (*live.Catalog, layers.Store) {
	t.Helper()
	store := memstore.New()
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{thingsLayer, peopleLayer, areasLayer}}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, store
}

func thing(id string, x float64) layers.Change {
	return layers.Change{Op: layers.Put, Layer: "things", ID: id, Feature: &layers.Feature{Key: id, Shape: orb.Point{x, 0},
		Values: []layers.Value{layers.Text("lamp"), layers.Int(int64(x))}}}
}

func apply(t *testing.T, w layers.Writer, changes ...layers.Change) uint64 {
	t.Helper()
	seq, err := w.Apply(t.Context(), layers.Batch{Changes: changes})
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestListenerSeesOldAndNewInOrder(t *testing.T) {
	c, _ := openCity(t, live.Options{})
	l := c.Listen(0)
	apply(t, c, thing("a", 1), thing("b", 2))
	apply(t, c, thing("a", 3))
	apply(t, c, layers.Change{Op: layers.Delete, Layer: "things", ID: "b"})
	var got []live.Delta
	for len(got) < 4 {
		deltas, err := l.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, deltas...)
	}
	describe := func(f *layers.Feature) string {
		if f == nil {
			return "-"
		}
		return fmt.Sprint(f.Shape.(orb.Point)[0])
	}
	want := []string{"put a - 1", "put b - 2", "put a 1 3", "delete b 2 -"}
	for i, d := range got {
		if s := fmt.Sprintf("%s %s %s %s", d.Op, d.ID, describe(d.Old), describe(d.New)); s != want[i] {
			t.Errorf("delta %d is %q, want %q", i, s, want[i])
		}
		if i > 0 && d.Seq <= got[i-1].Seq {
			t.Errorf("sequence %d after %d", d.Seq, got[i-1].Seq)
		}
	}
}

func TestListenerResumesOrIsReset(t *testing.T) {
	c, _ := openCity(t, live.Options{Backlog: 4})
	first := apply(t, c, thing("a", 1))
	for i := range 4 {
		apply(t, c, thing(fmt.Sprint("x", i), float64(i)))
	}
	if deltas, err := c.Listen(first).Next(t.Context()); err != nil || len(deltas) != 4 || deltas[0].ID != "x0" {
		t.Fatalf("resuming within the backlog: %v, %v", deltas, err)
	}
	apply(t, c, thing("y", 1))
	if _, err := c.Listen(first).Next(t.Context()); !errors.Is(err, live.ErrReset) {
		t.Errorf("resuming from a change no longer kept: %v", err)
	}
	if _, err := c.Listen(c.View().Seq() + 10).Next(t.Context()); !errors.Is(err, live.ErrReset) {
		t.Errorf("resuming from the future: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Listen(0).Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled listener: %v", err)
	}
	l := c.Listen(0)
	c.Close()
	if _, err := l.Next(t.Context()); layers.KindOf(err) != layers.Unavailable {
		t.Errorf("listener of a closed catalog: %v", err)
	}
}

// What happens in other layers neither wakes nor resets who follows some.
func TestListenerOfSomeLayers(t *testing.T) {
	c, _ := openCity(t, live.Options{Backlog: 4})
	opened := c.View().Seq()
	person := func(id string) layers.Change {
		return layers.Change{Op: layers.Put, Layer: peopleLayer.ID, ID: id, Feature: &layers.Feature{Key: id, Values: make([]layers.Value, len(peopleLayer.Fields))}}
	}
	first := apply(t, c, thing("a", 1))
	things, people := c.Listen(first).Of([]string{"things"}), c.Listen(first).Of([]string{areasLayer.ID, peopleLayer.ID})
	apply(t, c, person("p"))
	for i := range 9 {
		apply(t, c, person(fmt.Sprint("p", i)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := things.Wait(ctx); !errors.Is(err, context.Canceled) || things.Missed() {
		t.Errorf("changes of other layers: %v, missed %v", err, things.Missed())
	}
	apply(t, c, thing("b", 2))
	if deltas, err := things.Next(t.Context()); err != nil || len(deltas) != 1 || deltas[0].ID != "b" {
		t.Errorf("%v, %v", deltas, err)
	}
	var kept []string
	deltas, err := c.Listen(opened).Of([]string{"things"}).Pending()
	for _, d := range deltas {
		if d.Layer == "things" {
			kept = append(kept, d.ID)
		}
	}
	if err != nil || !slices.Equal(kept, []string{"a", "b"}) {
		t.Errorf("a layer that changes seldom has kept %v, %v", kept, err)
	}
	if _, err := people.Next(t.Context()); !errors.Is(err, live.ErrReset) {
		t.Errorf("of a layer whose changes are no longer kept: %v", err)
	}
	if !c.Listen(first).Missed() {
		t.Error("of all layers changes are missed")
	}
	if !c.Listen(opened - 1).Of([]string{areasLayer.ID}).Missed() {
		t.Error("nothing is known of before the catalog was opened")
	}
	if !c.Listen(opened).Of([]string{peopleLayer.ID}).Missed() || c.Listen(opened).Of([]string{areasLayer.ID}).Missed() {
		t.Error("what was since the catalog was opened")
	}
}

// Commits of another process reach the catalog through the store alone.
func TestForeignCommitsAreFollowed(t *testing.T) {
	c, store := openCity(t, live.Options{})
	l := c.Listen(0)
	apply(t, store, thing("foreign", 5))
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if deltas, err := l.Next(t.Context()); err != nil || len(deltas) != 1 || deltas[0].ID != "foreign" {
		t.Fatalf("%v, %v", deltas, err)
	}
	system := layers.SystemSubject()
	if _, err := c.View().Get(t.Context(), &system, "things", "foreign"); err != nil {
		t.Error(err)
	}
	wider := *thingsLayer
	wider.Fields = append(wider.Fields[:len(wider.Fields):len(wider.Fields)], layers.Field{Name: "colour", Type: layers.String})
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{&wider}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := c.View().Get(t.Context(), &system, "things", "foreign")
	if err != nil || len(f.Values) != len(wider.Fields) || !f.Value(5).IsNull() {
		t.Errorf("after the layer gained a field: %+v, %v", f, err)
	}
}

// A large import is merged in the background; nothing is lost or doubled.
func TestBackgroundMergesKeepEveryRow(t *testing.T) {
	c, _ := openCity(t, live.Options{})
	const rows = 60_000
	var batch []layers.Change
	for i := range rows {
		batch = append(batch, thing(fmt.Sprintf("t%06d", i*7919%rows), float64(i%170)))
		if len(batch) == 3000 {
			apply(t, c, batch...)
			apply(t, c, layers.Change{Op: layers.Delete, Layer: "things", ID: batch[0].ID}, thing(batch[1].ID, 1))
			batch = nil
		}
	}
	for c.Merging() { // wait for the background worker to have nothing left to do
		if t.Context().Err() != nil {
			t.Fatal("the worker never finished")
		}
	}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: "things"}
	seen, last := 0, ""
	for r, err := range c.View().Select(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		if r.ID() <= last {
			t.Fatalf("%s after %s", r.ID(), last)
		}
		last = r.ID()
		seen++
	}
	if want := rows - rows/3000; seen != want {
		t.Errorf("%d rows, want %d", seen, want)
	}
}

func TestAdmitsFollowsTheRules(t *testing.T) {
	c, _ := openCity(t, live.Options{})
	apply(t, c, gridChanges()...)
	v := c.View()
	inside, outside := &layers.Feature{Key: "a", Shape: orb.Point{0.05, 0.05}, Values: []layers.Value{layers.Text("n")}}, &layers.Feature{Key: "b", Shape: orb.Point{0.95, 0.05}}
	worker := layers.Subject{ID: "w", Role: layers.GridWorker, Cleared: true, Region: "g09"}
	planner := layers.Subject{ID: "p", Role: layers.Planner}
	for _, c := range []struct {
		what    string
		subject layers.Subject
		layer   string
		f       *layers.Feature
		want    bool
	}{
		{"own area", worker, "persons", inside, true},
		{"another area", worker, "persons", outside, false},
		{"without a place", worker, "persons", &layers.Feature{Key: "c"}, false},
		{"not cleared", planner, "persons", inside, false},
		{"not personal", planner, "things", outside, true},
		{"anonymous", layers.Subject{}, "things", inside, false},
		{"anonymous, public layer", layers.Subject{}, "grids", inside, true},
		{"unknown layer", planner, "nothing", inside, false},
	} {
		if got := v.Admits(&c.subject, c.layer, c.f); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
