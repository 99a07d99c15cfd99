package live_test

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/proximity"
	"wutu/layers"
	"wutu/layers/live"
)

// far is the plain distance of two geometries.
func far(a, b orb.Geometry) float64 {
	if p, ok := a.(orb.Point); ok {
		return measure.DistanceTo(p, b)
	}
	if predicate.Intersects(a, b) {
		return 0
	}
	return measure.Between(a, b)
}

type found struct {
	id string
	d  float64
}

func byDistance(a, b found) int { return cmp.Or(cmp.Compare(a.d, b.d), strings.Compare(a.id, b.id)) }

// sameFound compares up to a micrometre: ties may then stand in another order.
func sameFound(want, got []found) bool {
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if math.Abs(want[i].d-got[i].d) > 1e-6 {
			return false
		}
		if want[i].id != got[i].id && !slices.ContainsFunc(got, func(f found) bool { return f.id == want[i].id && math.Abs(f.d-want[i].d) < 1e-6 }) &&
			math.Abs(want[i].d-want[len(want)-1].d) > 1e-6 {
			return false
		}
	}
	return true
}

func (h *harness) checkNearestTo(v *live.View, q layers.Query, all []layers.Feature) {
	h.t.Helper()
	shape := h.geometry()
	for shape == nil {
		shape = h.geometry()
	}
	n := live.NearShape{Shape: proximity.New(shape), K: h.rng.IntN(20)}
	if n.K == 0 || h.rng.IntN(3) == 0 {
		n.RadiusM = 100 + h.rng.Float64()*40000
	}
	per := -1
	if q.Layer == "things" && h.rng.IntN(2) == 0 {
		n.Per, n.PerK, per = "kind", 1+h.rng.IntN(4), 0
		if h.rng.IntN(2) == 0 {
			n.K, n.RadiusM = 0, 0
		}
	}
	var want []found
	kinds := map[string]layers.Value{}
	for i := range all {
		if all[i].Shape == nil {
			continue
		}
		if d := far(shape, all[i].Shape); n.RadiusM == 0 || d <= n.RadiusM {
			want = append(want, found{all[i].Key, d})
			if per >= 0 {
				kinds[all[i].Key] = all[i].Value(per)
			}
		}
	}
	slices.SortFunc(want, byDistance)
	if per >= 0 {
		seen := map[layers.Value]int{}
		want = slices.DeleteFunc(want, func(f found) bool { seen[kinds[f.id]]++; return seen[kinds[f.id]] > n.PerK })
	}
	if n.K > 0 && len(want) > n.K {
		want = want[:n.K]
	}
	var got []found
	for hit, err := range v.NearestTo(h.ctx, q, n) {
		if err != nil {
			h.t.Fatal(err)
		}
		got = append(got, found{hit.ID(), hit.DistanceM})
	}
	if !sameFound(want, got) {
		h.t.Fatalf("%s near %v, k %d, radius %v, %d per %q:\nwant %v\ngot  %v", describe(q), shape, n.K, n.RadiusM, n.PerK, n.Per, want, got)
	}
}

func (h *harness) checkFinder(v *live.View, q layers.Query, all []layers.Feature) {
	h.t.Helper()
	f, err := v.Finder(h.ctx, q)
	if err != nil {
		h.t.Fatal(err)
	}
	s := f.Seeker()
	at := h.point()
	for range 12 {
		switch h.rng.IntN(4) {
		case 0:
			at = h.point()
		case 1:
			at = orb.Point{at[0] + h.rng.Float64()*0.01, at[1]}
		}
		maxM := 0.0
		if h.rng.IntN(2) == 0 {
			maxM = h.rng.Float64() * 20_000
		}
		best, some := found{d: math.Inf(1)}, false
		for i := range all {
			if g := all[i].Shape; g != nil {
				if x := (found{all[i].Key, far(at, g)}); (maxM == 0 || x.d <= maxM) && byDistance(x, best) < 0 {
					best, some = x, true
				}
			}
		}
		hit, ok := s.Nearest(at, maxM)
		if ok != some || ok && (hit.ID() != best.id || hit.DistanceM != best.d) {
			h.t.Fatalf("%s nearest to %v within %v: %v %+v, want %+v", describe(q), at, maxM, ok, hit, best)
		}
		g := h.geometry()
		if g == nil {
			g = at
		}
		reach, want := h.rng.Float64()*10_000, false
		for i := range all {
			want = want || all[i].Shape != nil && far(g, all[i].Shape) <= reach
		}
		if got := s.Within(g, reach); got != want {
			h.t.Fatalf("%s within %v m of %v: %v, want %v", describe(q), reach, g, got, want)
		}
	}
}

func (h *harness) checkProbe(v *live.View, q layers.Query, all []layers.Feature) {
	h.t.Helper()
	x, err := v.Probe(h.ctx, q)
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.box(0.3).Bound()
	var want, got []string
	for i := range all {
		if g := all[i].Shape; g != nil && g.Bound().Intersects(b) {
			want = append(want, all[i].Key)
		}
	}
	x.Search(b, func(r *live.Row) bool {
		if r.Geometry().Bound().Intersects(b) {
			got = append(got, r.ID())
		}
		return true
	})
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		h.t.Fatalf("%s in %v: %v, want %v", describe(q), b, got, want)
	}
}

func (h *harness) checkCover(v *live.View, q layers.Query, all []layers.Feature) {
	h.t.Helper()
	center, radius := h.point(), h.rng.Float64()*40_000
	res := 4 + h.rng.IntN(4)
	l, _ := v.Layer(q.Layer)
	test := func(g orb.Geometry) bool { return far(center, g) <= radius }
	whole, cells, err := v.Cover(h.ctx, q, live.Cover{Res: res, Weight: l.Fields[1].Name, Test: test})
	if err != nil {
		h.t.Fatal(err)
	}
	want := map[hexgrid.Cell]*live.Covered{}
	for i := range all {
		var cell hexgrid.Cell
		if all[i].Shape != nil {
			cell = hexgrid.At(predicate.InteriorPoint(all[i].Shape), res)
		}
		c := want[cell]
		if c == nil {
			c = &live.Covered{Cell: cell}
			want[cell] = c
		}
		c.Rows.N++
		c.Sum += all[i].Value(1).Float()
		if all[i].Shape != nil && test(all[i].Shape) {
			c.In.N++
			c.SumIn += all[i].Value(1).Float()
		} else {
			c.Out.N++
		}
	}
	var sum live.Covered
	for _, c := range cells {
		if w := want[c.Cell]; w == nil || *w != c {
			h.t.Fatalf("%s cell %s: %+v, want %+v", describe(q), c.Cell, c, w)
		}
		sum.Rows.N += c.Rows.N
		sum.In.N += c.In.N
		sum.Out.N += c.Out.N
		sum.Sum += c.Sum
		sum.SumIn += c.SumIn
	}
	if sum != whole || len(cells) != len(want) {
		h.t.Fatalf("%s: %d cells of %d add up to %+v, not %+v", describe(q), len(cells), len(want), sum, whole)
	}
}

// Every question about space against a loop over what the list holds, with rows in
// segments, in the delta and deleted.
func TestSpaceAgainstLoops(t *testing.T) {
	h := newHarness(t)
	for round := range 60 {
		h.apply(5 + h.rng.IntN(30))
		if round%7 == 3 {
			h.live.MergeForTest()
		}
		v := h.live.View()
		for range 4 {
			q := h.query(h.rng.IntN(2) == 0)
			all, err := h.fromStore(q)
			if err != nil {
				t.Fatal(err)
			}
			h.checkNearestTo(v, q, all)
			h.checkFinder(v, q, all)
			h.checkProbe(v, q, all)
			h.checkCover(v, q, all)
		}
	}
}

// Who may only count learns from a coverage what the release says, and nothing
// else; the rest is refused.
func TestCoverOfWhomNobodyMayList(t *testing.T) {
	c, _, _ := populate(t, 4000)
	v := c.View()
	q := layers.Query{Subject: planner, Layer: "persons"}
	west := func(g orb.Geometry) bool { return g.(orb.Point)[0] < 0.31 }
	whole, cells, err := v.Cover(t.Context(), q, live.Cover{Res: 6, Weight: "members", Test: west})
	if err != nil || whole.Rows.N != 4000 || whole.In.N+whole.Out.N != 4000 {
		t.Fatalf("%+v, %v", whole, err)
	}
	groups, _ := groupsOf(t, v, q, live.By{Cells: true, Res: 6})
	for _, x := range cells {
		if groups[x.Cell.String()] != x.Rows {
			t.Errorf("cell %s: %+v, the groups say %+v", x.Cell, x.Rows, groups[x.Cell.String()])
		}
		for _, n := range []live.Count{x.Rows, x.In, x.Out} {
			if n.N < layers.DefaultMinCount && n.Below != layers.DefaultMinCount {
				t.Errorf("cell %s: %+v", x.Cell, n)
			}
		}
		if x.In.Below > 0 && x.SumIn != 0 {
			t.Errorf("cell %s: a sum of what is withheld: %+v", x.Cell, x)
		}
	}
	if len(cells) != len(groups) {
		t.Errorf("%d cells, the groups have %d", len(cells), len(groups))
	}
	refused := func(name string, err error) {
		t.Helper()
		if layers.KindOf(err) != layers.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = v.Finder(t.Context(), q)
	refused("finder", err)
	_, err = v.Probe(t.Context(), q)
	refused("probe", err)
	for _, err := range v.NearestTo(t.Context(), q, live.NearShape{Shape: proximity.New(orb.Point{0.5, 0.5}), K: 1}) {
		refused("nearest", err)
	}
	_, _, err = v.Cover(t.Context(), q, live.Cover{Res: 6, Weight: "name", Test: west})
	var e *layers.Error
	if !errors.As(err, &e) || e.Field == "" {
		t.Errorf("a weight that is no number: %v", err)
	}
	secret := layers.Query{Subject: layers.Subject{Role: layers.Planner}, Layer: "persons"}
	secret.Filter = layers.Compare{Op: layers.Eq, Left: layers.Property{Name: "name"}, Right: layers.Literal{Value: layers.Text("name p00001")}}
	_, _, err = v.Cover(t.Context(), secret, live.Cover{Res: 6, Test: west})
	refused("by name", err)
}

func TestNearestPerHiddenField(t *testing.T) {
	h := newHarness(t)
	h.apply(50)
	q := layers.Query{Layer: "things", Subject: planner}
	n := live.NearShape{Shape: proximity.New(orb.Point{0.5, 0.5}), Per: "secret", PerK: 1}
	for _, err := range h.live.View().NearestTo(h.ctx, q, n) {
		if layers.KindOf(err) != layers.Forbidden {
			t.Fatalf("the values of a hidden field were told apart: %v", err)
		}
	}
	n.Per = "nothing"
	for _, err := range h.live.View().NearestTo(h.ctx, q, n) {
		if layers.KindOf(err) != layers.Invalid {
			t.Fatalf("a field that is not there: %v", err)
		}
	}
}
