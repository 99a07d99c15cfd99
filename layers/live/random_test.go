package live_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// The random-operation test drives a catalog and, beside it, the plain memstore
// with the same changes, and compares every kind of answer: the store's own
// reads for selections, brute force over them for the rest.

var (
	thingsLayer = &layers.Layer{ID: "things", Element: layers.Object, Geometry: layers.AnyGeometry,
		Fields: []layers.Field{
			{Name: "kind", Type: layers.String},
			{Name: "size", Type: layers.Integer, Measure: true},
			{Name: "weight", Type: layers.Number},
			{Name: "made", Type: layers.DateTime},
			{Name: "secret", Type: layers.String, Personal: true},
		}}
	peopleLayer = &layers.Layer{ID: "persons", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess,
		Fields: []layers.Field{{Name: "name", Type: layers.String, Personal: true}, {Name: "age", Type: layers.Integer}}}
	areasLayer = &layers.Layer{ID: "grids", Element: layers.Frame, Geometry: layers.Polygon, Level: layers.Grid,
		Access: layers.PublicAccess, TitleField: "name", Fields: []layers.Field{{Name: "name", Type: layers.String}}}
)

type harness struct {
	t     *testing.T
	ctx   context.Context
	rng   *rand.Rand
	store layers.Store
	live  *live.Catalog
	next  int
	ids   map[string][]string
}

func newHarness(t *testing.T) *harness {
	seed := geotest.Seed(t)
	h := &harness{t: t, ctx: context.Background(), rng: rand.New(rand.NewPCG(uint64(seed), 1)),
		store: memstore.New(), ids: make(map[string][]string)}
	if _, err := h.store.Apply(h.ctx, layers.Batch{Layers: []*layers.Layer{thingsLayer, peopleLayer, areasLayer}, Changes: gridChanges()}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(h.ctx, h.store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	h.live = c
	return h
}

// gridChanges makes a 10 × 10 partition of [0,1]² degrees. Its borders are
// exact, so that random lattice points lie on them.
func gridChanges() []layers.Change {
	var out []layers.Change
	for y := range 10 {
		for x := range 10 {
			x0, y0, x1, y1 := float64(x)/10, float64(y)/10, float64(x+1)/10, float64(y+1)/10
			code := fmt.Sprintf("g%d%d", x, 9-y)
			out = append(out, layers.Change{Op: layers.Put, Layer: "grids", ID: code, Feature: &layers.Feature{Key: code,
				Shape:  orb.Polygon{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}},
				Values: []layers.Value{layers.Text("grid " + code)}}})
		}
	}
	return out
}

func (h *harness) point() orb.Point {
	if h.rng.IntN(3) == 0 { // on the lattice: borders and coincidences
		return orb.Point{float64(h.rng.IntN(11)) / 10, float64(h.rng.IntN(11)) / 10}
	}
	return orb.Point{h.rng.Float64()*1.1 - 0.05, h.rng.Float64()*1.1 - 0.05}
}

func (h *harness) box(size float64) orb.Polygon {
	p := h.point()
	w, d := (0.01+h.rng.Float64())*size, (0.01+h.rng.Float64())*size
	return orb.Polygon{{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + d}, {p[0], p[1] + d}, p}}
}

func (h *harness) geometry() orb.Geometry {
	switch h.rng.IntN(10) {
	case 0:
		return nil
	case 1:
		return orb.LineString{h.point(), h.point(), h.point()}
	case 2, 3:
		return h.box(0.05)
	}
	return h.point()
}

func (h *harness) value(t layers.FieldType) layers.Value {
	if h.rng.IntN(8) == 0 {
		return layers.Value{}
	}
	switch t {
	case layers.Integer:
		return layers.Int(int64(h.rng.IntN(50)))
	case layers.Number:
		return layers.Float(float64(h.rng.IntN(1000)) / 8)
	case layers.DateTime:
		return layers.Instant(time.Date(2026, 1, 1+h.rng.IntN(300), 0, 0, 0, 0, time.UTC))
	case layers.Boolean:
		return layers.Bool(h.rng.IntN(2) == 0)
	case layers.String:
	}
	return layers.Text([]string{"lamp", "bench", "树", "bin", "50%"}[h.rng.IntN(5)])
}

// change makes one random change of a layer: mostly new features, some
// replaced, some deleted.
func (h *harness) change(l *layers.Layer) layers.Change {
	known := h.ids[l.ID]
	if len(known) > 0 && h.rng.IntN(4) == 0 {
		return layers.Change{Op: layers.Delete, Layer: l.ID, ID: known[h.rng.IntN(len(known))]}
	}
	id := ""
	if len(known) > 0 && h.rng.IntN(3) == 0 {
		id = known[h.rng.IntN(len(known))]
	} else {
		h.next++
		id = fmt.Sprintf("%s-%06d", l.ID, h.rng.IntN(1000)*1000+h.next)
		h.ids[l.ID] = append(known, id)
	}
	f := &layers.Feature{Key: id, Shape: h.geometry()}
	if l.Geometry == layers.Point {
		f.Shape = h.point()
	}
	for i := range l.Fields {
		f.Values = append(f.Values, h.value(l.Fields[i].Type))
	}
	return layers.Change{Op: layers.Put, Layer: l.ID, ID: id, Feature: f}
}

func (h *harness) apply(n int) {
	h.t.Helper()
	b := layers.Batch{Actor: "test"}
	for range n {
		b.Changes = append(b.Changes, h.change([]*layers.Layer{thingsLayer, peopleLayer}[h.rng.IntN(2)]))
	}
	seq, err := h.live.Apply(h.ctx, b)
	if err != nil {
		h.t.Fatal(err)
	}
	if got := h.live.View().Seq(); got < seq {
		h.t.Fatalf("view is at %d after a commit of %d", got, seq)
	}
}

func (h *harness) query(cleared bool) layers.Query {
	q := layers.Query{Layer: "things", Subject: layers.Subject{ID: "u", Role: layers.Planner, Cleared: cleared}}
	if h.rng.IntN(3) == 0 {
		q.Layer = "persons"
		q.Subject.Cleared = true
	}
	if h.rng.IntN(4) == 0 {
		q.Boxes = append(q.Boxes, h.box(0.4).Bound())
		if h.rng.IntN(3) == 0 {
			q.Boxes = append(q.Boxes, h.box(0.4).Bound())
		}
	}
	if h.rng.IntN(3) == 0 {
		q.Region = &layers.Region{Geometry: h.box(0.5), Within: h.rng.IntN(3) == 0}
		if h.rng.IntN(3) == 0 {
			q.Region = &layers.Region{Geometry: h.point(), BufferM: h.rng.Float64() * 30000}
			if g := h.geometry(); g != nil {
				q.Region.Geometry, q.Region.Within = g, h.rng.IntN(3) == 0
			}
		}
	}
	if h.rng.IntN(4) == 0 {
		q.Subject.Region = fmt.Sprintf("g%d%d", h.rng.IntN(10), h.rng.IntN(11))
	}
	filters := []string{"size > 20", "kind = 'lamp' OR size IS NULL", "kind LIKE '%0%'", "weight BETWEEN 10 AND 50 AND NOT kind IN ('bin','树')",
		"T_AFTER(made, TIMESTAMP('2026-06-01T00:00:00Z'))", "S_INTERSECTS(geometry, POLYGON((0.2 0.2, 0.7 0.25, 0.5 0.8, 0.2 0.2)))"}
	if q.Layer == "persons" {
		filters = []string{"age < 10", "age IS NULL"}
	}
	if h.rng.IntN(2) == 0 {
		e, err := cql2.Parse(filters[h.rng.IntN(len(filters))])
		if err != nil {
			h.t.Fatal(err)
		}
		q.Filter = e
	}
	return q
}

func (h *harness) page(q layers.Query) layers.Query {
	if h.rng.IntN(2) == 0 {
		q.Limit = 1 + h.rng.IntN(30)
	}
	if h.rng.IntN(3) == 0 {
		q.Offset = h.rng.IntN(20)
	}
	if q.Layer == "things" && h.rng.IntN(3) == 0 {
		q.Sort = []layers.SortKey{{Field: "kind", Desc: h.rng.IntN(2) == 0}, {Field: "size", Desc: h.rng.IntN(2) == 0}}
	}
	if ids := h.ids[q.Layer]; len(ids) > 0 && h.rng.IntN(3) == 0 {
		q.After = &layers.Cursor{ID: ids[h.rng.IntN(len(ids))]}
		for range q.Sort {
			q.After.Values = append(q.After.Values, layers.Value{})
		}
		if len(q.Sort) == 2 {
			q.After.Values = []layers.Value{h.value(layers.String), h.value(layers.Integer)}
		}
	}
	if ids := h.ids[q.Layer]; len(ids) > 0 && h.rng.IntN(6) == 0 {
		for range h.rng.IntN(10) {
			q.IDs = append(q.IDs, ids[h.rng.IntN(len(ids))])
		}
		q.IDs = append(q.IDs, "no-such-id")
	}
	return q
}

func (h *harness) fromStore(q layers.Query) ([]layers.Feature, error) {
	var out []layers.Feature
	for f, err := range h.store.Read(h.ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (h *harness) fromView(v *live.View, q layers.Query) ([]layers.Feature, error) {
	var out []layers.Feature
	for r, err := range v.Select(h.ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, r.Feature())
	}
	return out, nil
}

var sameFeature = cmp.Options{cmp.Comparer(func(a, b layers.Value) bool { return a == b }),
	cmp.Transformer("padded", func(f layers.Feature) any {
		values := slices.Clone(f.Values)
		for len(values) < 5 {
			values = append(values, layers.Value{})
		}
		return []any{f.Key, f.Shape, values, f.ValidFrom, f.ValidTo, f.Version}
	})}

func (h *harness) check() {
	h.t.Helper()
	v := h.live.View()
	q := h.page(h.query(h.rng.IntN(2) == 0))
	h.checkSelect(v, q)
	q.Limit, q.Offset, q.After, q.Sort, q.IDs = 0, 0, nil, nil, nil
	all, err := h.fromStore(q)
	if err != nil {
		h.t.Fatalf("%s: %v", describe(q), err)
	}
	h.checkCount(v, q, len(all))
	h.checkGroups(v, q, all)
	h.checkNearest(v, q, all)
}

func (h *harness) checkSelect(v *live.View, q layers.Query) {
	h.t.Helper()
	want, err := h.fromStore(q)
	if err != nil {
		h.t.Fatalf("store: %s: %v", describe(q), err)
	}
	got, err := h.fromView(v, q)
	if err != nil {
		h.t.Fatalf("view: %s: %v", describe(q), err)
	}
	if diff := cmp.Diff(want, got, sameFeature); diff != "" {
		h.t.Fatalf("%s (-store +view):\n%s", describe(q), diff)
	}
}

func (h *harness) checkCount(v *live.View, q layers.Query, want int) {
	h.t.Helper()
	got, err := v.Count(h.ctx, q)
	if err != nil || got.N != want || got.Below != 0 {
		h.t.Fatalf("%s: counted %+v, %v; the list has %d", describe(q), got, err, want)
	}
	if q.Layer != "persons" {
		return
	}
	q.Subject.Cleared = false // counts of the release only
	counted, err := v.Count(h.ctx, q)
	if q.Filter != nil || q.IDs != nil || !q.At.IsZero() {
		if layers.KindOf(err) != layers.Forbidden {
			h.t.Fatalf("%s: not cleared: counted %+v, %v; want a refusal", describe(q), counted, err)
		}
	} else if err != nil || counted.N > 0 && counted.N < layers.DefaultMinCount || (counted.N == 0) != (counted.Below == layers.DefaultMinCount) {
		h.t.Fatalf("%s: not cleared: counted %+v, %v", describe(q), counted, err)
	}
	if _, err := h.fromView(v, q); layers.KindOf(err) != layers.Forbidden {
		h.t.Fatalf("%s: not cleared: listing gave %v", describe(q), err)
	}
}

// owner is the brute-force rule: the lowest code among the areas that contain
// the feature's point, borders included.
func (h *harness) owner(f *layers.Feature) string {
	if f.Shape == nil {
		return ""
	}
	p := predicate.InteriorPoint(f.Shape)
	best := ""
	for _, c := range gridChanges() {
		b := c.Feature.Shape.Bound()
		if p[0] >= b.Min[0] && p[0] <= b.Max[0] && p[1] >= b.Min[1] && p[1] <= b.Max[1] && (best == "" || c.ID < best) {
			best = c.ID
		}
	}
	return best
}

func (h *harness) checkGroups(v *live.View, q layers.Query, all []layers.Feature) {
	h.t.Helper()
	res := 4 + h.rng.IntN(5)
	l, _ := v.Layer(q.Layer)
	cases := map[string]struct {
		by  live.By
		key func(*layers.Feature) string
	}{
		"grid": {live.By{Level: layers.Grid}, h.owner},
		"h3": {live.By{Cells: true, Res: res}, func(f *layers.Feature) string {
			if f.Shape == nil {
				return ""
			}
			return hexgrid.At(predicate.InteriorPoint(f.Shape), res).String()
		}},
		"field": {live.By{Field: l.Fields[1].Name}, func(f *layers.Feature) string { return f.Value(1).String() }},
		"none":  {live.By{}, func(*layers.Feature) string { return "" }},
	}
	for name, c := range cases {
		want := make(map[string]int)
		for i := range all {
			want[c.key(&all[i])]++
		}
		groups, err := v.Group(h.ctx, q, c.by, []live.Measure{{Op: live.Sum, Field: l.Fields[1].Name}})
		if err != nil {
			h.t.Fatalf("%s by %s: %v", describe(q), name, err)
		}
		got := make(map[string]int)
		sum := 0.0
		for _, g := range groups {
			got[g.Key] += g.N
			if !math.IsNaN(g.Measures[0]) {
				sum += g.Measures[0]
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			h.t.Fatalf("%s by %s (-brute +view):\n%s", describe(q), name, diff)
		}
		wantSum := 0.0
		for i := range all {
			wantSum += all[i].Value(1).Float()
		}
		if sum != wantSum { // integers: exact
			h.t.Fatalf("%s by %s: measures sum to %v, want %v", describe(q), name, sum, wantSum)
		}
	}
}

func (h *harness) checkNearest(v *live.View, q layers.Query, all []layers.Feature) {
	h.t.Helper()
	n := live.Near{Point: h.point(), K: h.rng.IntN(20)}
	if n.K == 0 || h.rng.IntN(3) == 0 {
		n.RadiusM = 100 + h.rng.Float64()*40000
	}
	type hit struct {
		id string
		d  float64
	}
	var want []hit
	for i := range all {
		if all[i].Shape == nil {
			continue
		}
		if d := measure.DistanceTo(n.Point, all[i].Shape); n.RadiusM == 0 || d <= n.RadiusM {
			want = append(want, hit{all[i].Key, d})
		}
	}
	slices.SortFunc(want, func(a, b hit) int {
		if a.d != b.d {
			return int(math.Copysign(1, a.d-b.d))
		}
		return strings.Compare(a.id, b.id)
	})
	if n.K > 0 && len(want) > n.K {
		want = want[:n.K]
	}
	var got []hit
	for near, err := range v.Nearest(h.ctx, q, n) {
		if err != nil {
			h.t.Fatal(err)
		}
		got = append(got, hit{near.ID(), near.DistanceM})
	}
	if !slices.Equal(want, got) {
		h.t.Fatalf("%s near %+v:\nbrute %v\nview  %v", describe(q), n, want, got)
	}
}

func describe(q layers.Query) string {
	s := fmt.Sprintf("%s as %+v", q.Layer, q.Subject)
	if q.Filter != nil {
		s += " filter " + cql2.Format(q.Filter)
	}
	if q.Region != nil {
		s += fmt.Sprintf(" region %+v", *q.Region)
	}
	return s + fmt.Sprintf(" boxes %v sort %v after %+v offset %d limit %d ids %v", q.Boxes, q.Sort, q.After, q.Offset, q.Limit, q.IDs)
}

func TestRandomOperationsAgainstMemstore(t *testing.T) {
	h := newHarness(t)
	for round := range 60 {
		h.apply(1 + h.rng.IntN(60))
		if round == 20 || round == 40 {
			h.live.MergeForTest()
		}
		for range 5 {
			h.check()
		}
	}
}

// A catalog opened on the same store later answers the same as the one that
// followed every change.
func TestReopenedCatalogAnswersTheSame(t *testing.T) {
	h := newHarness(t)
	for range 10 {
		h.apply(100)
	}
	again, err := live.Open(h.ctx, h.store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for range 50 {
		q := h.page(h.query(true))
		a, errA := h.fromView(h.live.View(), q)
		b, errB := h.fromView(again.View(), q)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if diff := cmp.Diff(a, b, sameFeature); diff != "" {
			t.Fatalf("%s:\n%s", describe(q), diff)
		}
	}
}

func TestViewsAreImmutable(t *testing.T) {
	h := newHarness(t)
	h.apply(200)
	v := h.live.View()
	q := layers.Query{Layer: "things", Subject: layers.SystemSubject()}
	before, err := h.fromView(v, q)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		h.apply(50)
	}
	h.live.MergeForTest()
	after, err := h.fromView(v, q)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after, sameFeature); diff != "" {
		t.Fatalf("an old view changed:\n%s", diff)
	}
}

func TestReadersAndWritersAtOnce(t *testing.T) {
	h := newHarness(t)
	h.apply(500)
	done := make(chan struct{})
	failed := make(chan error, 4)
	for range 3 {
		go func() {
			for {
				select {
				case <-done:
					failed <- nil
					return
				default:
				}
				v := h.live.View()
				q := layers.Query{Layer: "things", Subject: layers.SystemSubject()}
				n, err := v.Count(h.ctx, q)
				list, err2 := h.fromView(v, q)
				groups, err3 := v.Group(h.ctx, q, live.By{Level: layers.Grid}, nil)
				sum := 0
				for _, g := range groups {
					sum += g.N
				}
				if e := errors.Join(err, err2, err3); e != nil || n.N != len(list) || n.N != sum {
					failed <- fmt.Errorf("count %d, list %d, groups %d: %w", n.N, len(list), sum, e)
					return
				}
			}
		}()
	}
	for i := range 40 {
		h.apply(50)
		if i%10 == 9 {
			h.live.MergeForTest()
		}
	}
	close(done)
	for range 3 {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
}
