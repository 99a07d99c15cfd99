package live_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

var citizens = &layers.Layer{ID: "persons", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess,
	Fields: []layers.Field{
		{Name: "name", Type: layers.String, Personal: true},
		{Name: "sex", Type: layers.String, Codes: []layers.Code{{Value: "male"}, {Value: "female"}}},
		{Name: "members", Type: layers.Integer, Measure: true},
		{Name: "building", Type: layers.String},
	}}

var (
	planner = layers.Subject{ID: "p", Role: layers.Planner}
	cleared = layers.Subject{ID: "c", Role: layers.Planner, Cleared: true}
)

func citizen(rng *rand.Rand, i int) layers.Change {
	id := fmt.Sprintf("p%05d", i)
	return layers.Change{Op: layers.Put, Layer: "persons", ID: id, Feature: &layers.Feature{Key: id,
		Shape: orb.Point{rng.Float64(), rng.Float64()}, Values: []layers.Value{layers.Text("name " + id),
			layers.Text([]string{"male", "female"}[rng.IntN(2)]), layers.Int(int64(1 + rng.IntN(5))), layers.Text("b1")}}}
}

func populate(t *testing.T, n int) (*live.Catalog, layers.Store, *rand.Rand) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 7))
	store := memstore.New()
	changes := gridChanges()
	for i := range n {
		changes = append(changes, citizen(rng, i))
	}
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{citizens, areasLayer}, Changes: changes}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, store, rng
}

func groupsOf(t *testing.T, v *live.View, q layers.Query, by live.By, m ...live.Measure) (map[string]live.Count, int) {
	t.Helper()
	groups, err := v.Group(t.Context(), q, by, m)
	if err != nil {
		t.Fatal(err)
	}
	out, sum := make(map[string]live.Count), 0
	for _, g := range groups {
		out[g.Key] = g.Count
		sum += g.N
	}
	return out, sum
}

// What a subject with counts only is told adds up at every level, is exact where
// the release promises it, and never lies between zero and the threshold.
func TestCountsComeFromTheRelease(t *testing.T) {
	c, _, _ := populate(t, 10_000)
	v := c.View()
	q, exact := layers.Query{Subject: planner, Layer: "persons"}, layers.Query{Subject: cleared, Layer: "persons"}
	total, err := v.Count(t.Context(), q)
	if err != nil || total.N != 10_000 {
		t.Fatalf("%+v, %v: the whole city is exact", total, err)
	}
	want, _ := groupsOf(t, v, exact, live.By{Level: layers.Grid})
	got, sum := groupsOf(t, v, q, live.By{Level: layers.Grid})
	if sum != total.N || len(got) != 100 {
		t.Errorf("%d groups sum to %d of %d", len(got), sum, total.N)
	}
	if diff := cmp.Diff(want, got); diff != "" { // 100 people a grid: every combination has enough
		t.Errorf("grids (-exact +released):\n%s", diff)
	}
	for res := range 16 {
		cells, sum := groupsOf(t, v, q, live.By{Cells: true, Res: res})
		if sum != total.N {
			t.Errorf("resolution %d sums to %d", res, sum)
		}
		for key, n := range cells {
			if n.N < layers.DefaultMinCount {
				t.Errorf("cell %s: %+v", key, n)
			}
		}
	}
	sexes, sum := groupsOf(t, v, q, live.By{Field: "sex"}, live.Measure{Op: live.Sum, Field: "members"}, live.Measure{Op: live.Avg, Field: "members"})
	if len(sexes) != 2 || sum != total.N {
		t.Errorf("%+v", sexes)
	}
	lake := layers.Query{Subject: planner, Layer: "persons", Region: &layers.Region{Geometry: orb.Bound{Min: orb.Point{5, 5}, Max: orb.Point{6, 6}}}}
	if n, err := v.Count(t.Context(), lake); err != nil || n.Below != 10 || n.N != 0 {
		t.Errorf("nobody is told apart from few: %+v, %v", n, err)
	}
}

func TestWhatAReleaseRefuses(t *testing.T) {
	c, _, _ := populate(t, 200)
	v := c.View()
	refused := func(name string, err error) {
		t.Helper()
		if layers.KindOf(err) != layers.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	equals := func(field, value string) layers.Expr {
		return layers.Compare{Op: layers.Eq, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Text(value)}}
	}
	for name, q := range map[string]layers.Query{
		"a personal field": {Filter: equals("name", "name p00001")},
		"a reference":      {Filter: equals("building", "b1")},
		"an id":            {IDs: []string{"p00001"}},
	} {
		q.Subject, q.Layer = planner, "persons"
		_, err := v.Count(t.Context(), q)
		refused(name, err)
	}
	if n, err := v.Count(t.Context(), layers.Query{Subject: planner, Layer: "persons", Filter: equals("sex", "male")}); err != nil || n.N < 10 {
		t.Errorf("a dimension: %+v, %v", n, err)
	}
	q := layers.Query{Subject: planner, Layer: "persons"}
	_, err := v.Group(t.Context(), q, live.By{Field: "building"}, nil)
	refused("groups by a reference", err)
	_, err = v.Group(t.Context(), q, live.By{}, []live.Measure{{Op: live.Max, Field: "members"}})
	refused("an extreme", err)
	for _, err := range v.Select(t.Context(), q) {
		refused("the list", err)
	}
}

// Changes show only when enough of them have come, also over a restart, and what
// was shown is stored before.
func TestReleasesFollow(t *testing.T) {
	c, store, rng := populate(t, 1000)
	q := layers.Query{Subject: planner, Layer: "persons"}
	count := func(c *live.Catalog) (live.Count, uint64) {
		t.Helper()
		if err := c.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		v := c.View()
		n, err := v.Count(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return n, v.ReleaseSeq("persons")
	}
	first, seq := count(c)
	next := 1000
	add := func(n int) {
		t.Helper()
		var b layers.Batch
		for range n {
			b.Changes = append(b.Changes, citizen(rng, next))
			next++
		}
		if _, err := c.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	add(layers.DefaultMinCount - 1)
	if n, s := count(c); n != first || s != seq {
		t.Errorf("nine newcomers show: %+v, publication %d after %+v, %d", n, s, first, seq)
	}
	reopened, err := live.Open(context.Background(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer reopened.Close()
	if n, _ := count(reopened); n != first {
		t.Errorf("nine newcomers show after a restart: %+v", n)
	}
	add(200)
	n, s := count(c)
	if s == seq || n.N <= first.N || n.N > next {
		t.Errorf("two hundred do not show: %+v, publication %d", n, s)
	}
	third, err := live.Open(context.Background(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	if again, _ := count(third); again != n {
		t.Errorf("after a restart %+v, before %+v", again, n)
	}
}

// failing is a store that cannot write.
type failing struct {
	layers.Store
	broken bool
}

var errDisk = errors.New("disk full")

func (f *failing) Apply(ctx context.Context, b layers.Batch) (uint64, error) {
	if f.broken {
		return 0, errDisk
	}
	return f.Store.Apply(ctx, b)
}

func TestNothingIsShownThatIsNotStored(t *testing.T) {
	_, store, _ := populate(t, 100)
	f := &failing{Store: store, broken: true}
	c, err := live.Open(t.Context(), f, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	q := layers.Query{Subject: planner, Layer: "persons"}
	if n, err := c.View().Count(t.Context(), q); !errors.Is(err, errDisk) {
		t.Errorf("%+v, %v", n, err)
	}
	f.broken = false
	if n, err := c.View().Count(t.Context(), q); err != nil || n.N != 100 {
		t.Errorf("%+v, %v", n, err)
	}
}
