package spatial

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
)

// holds is the plain oracle of a link.
func holds(k Link, a, b orb.Geometry) bool {
	if a == nil || b == nil {
		return false
	}
	switch k.Relation {
	case Intersects:
		return predicate.Intersects(a, b)
	case Within:
		return predicate.Within(a, b)
	case Contains:
		return predicate.Within(b, a)
	case Touches:
		return predicate.Relate(predicate.Touches, a, b)
	case Crosses:
		return predicate.Relate(predicate.Crosses, a, b)
	case Overlaps:
		return predicate.Relate(predicate.Overlaps, a, b)
	case Equals:
		return predicate.Relate(predicate.Equals, a, b)
	case DWithin:
		return far(a, b) <= k.DistM
	}
	return false
}

func (c *city) join() *Join {
	names := []string{"things", "sites", "zones", "things", "grids"}
	j := &Join{Left: Part{Query: c.query(names[c.r.IntN(5)])}, Right: Part{Query: c.query(names[c.r.IntN(5)])}}
	j.Link.Relation = Relation(c.r.IntN(int(relations)))
	if j.Link.Relation == Disjoint || c.r.IntN(3) == 0 {
		j.Link.Relation = DWithin
	}
	if j.Link.Relation == DWithin && c.r.IntN(8) > 0 {
		j.Link.DistM = c.r.Float64() * 1500
	}
	if j.Right.Query.Layer == "sites" && c.r.IntN(2) == 0 {
		from, to := day(5), day(5+c.r.IntN(6))
		j.Right.During = func(a, b time.Time) bool { return (a.IsZero() || !a.After(to)) && (b.IsZero() || b.After(from)) }
	}
	if j.Left.Query.Layer != "grids" && j.Left.Query.Layer != "zones" && c.r.IntN(2) == 0 {
		j.Left.Query.Filter, _ = cql2.Parse("kind <> 'lamp'")
	}
	return j
}

// pairs is the join by a double loop: ids of the left features, each with those of
// its right ones.
func (c *city) pairs(j *Join) (left []string, right map[string][]string) {
	right = map[string][]string{}
	takes := func(p *Part, f *layers.Feature) bool {
		if p.Query.Filter != nil && (f.Value(0).IsNull() || f.Value(0) == layers.Text("lamp")) {
			return false
		}
		return p.During == nil || p.During(f.ValidFrom, f.ValidTo)
	}
	for i := range c.all[j.Left.Query.Layer] {
		a := &c.all[j.Left.Query.Layer][i]
		if !takes(&j.Left, a) {
			continue
		}
		left = append(left, a.Key)
		for k := range c.all[j.Right.Query.Layer] {
			if b := &c.all[j.Right.Query.Layer][k]; takes(&j.Right, b) && holds(j.Link, a.Shape, b.Shape) {
				right[a.Key] = append(right[a.Key], b.Key)
			}
		}
	}
	return left, right
}

func TestJoinsAgainstDoubleLoops(t *testing.T) {
	c := newCity(t, 100)
	v := c.cat.View()
	linked := 0
	for i := range 12 {
		j := c.join()
		if i == 0 { // points on borders are in no grid
			j = &Join{Left: Part{Query: c.query("sites")}, Right: Part{Query: c.query("grids")}, Link: Link{Relation: Within}}
		}
		name := fmt.Sprintf("%s %s %s %v", j.Left.Query.Layer, j.Link.Relation, j.Right.Query.Layer, j.Link.DistM)
		left, right := c.pairs(j)
		linked += len(right)
		var got []string
		for l, err := range j.Pairs(t.Context(), v) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, l.Left.ID())
			var ids []string
			for _, p := range l.Pairs {
				ids = append(ids, p.Row.ID())
				if want := far(l.Left.Geometry(), p.Row.Geometry()); j.Link.Relation == DWithin && math.Abs(p.DistanceM-want) > 1e-6 {
					t.Fatalf("%s: %s and %s are %v m apart, want %v", name, l.Left.ID(), p.Row.ID(), p.DistanceM, want)
				}
			}
			if diff := cmp.Diff(right[l.Left.ID()], ids); diff != "" {
				t.Fatalf("%s: %s (-loop +join):\n%s", name, l.Left.ID(), diff)
			}
		}
		if !slices.Equal(got, left) {
			t.Fatalf("%s: left %v, want %v", name, got, left)
		}
		c.checkDifference(j, name, left, right)
		c.checkCounts(j, name, right)
	}
	if linked < 30 {
		t.Errorf("only %d features were linked", linked)
	}
}

func (c *city) checkDifference(j *Join, name string, left []string, right map[string][]string) {
	c.t.Helper()
	var with, without []string
	for _, id := range left {
		if len(right[id]) > 0 {
			with = append(with, id)
		} else {
			without = append(without, id)
		}
	}
	for having, want := range map[bool][]string{true: with, false: without} {
		var got []string
		for r, err := range j.Difference(c.t.Context(), c.cat.View(), having) {
			if err != nil {
				c.t.Fatal(err)
			}
			got = append(got, r.ID())
		}
		if !slices.Equal(got, want) {
			c.t.Fatalf("%s having %v: %v, want %v", name, having, got, want)
		}
	}
	if len(without) > 2 { // a page goes on where the last one ended
		paged := *j
		paged.After = without[len(without)/2]
		for r, err := range paged.Difference(c.t.Context(), c.cat.View(), false) {
			if err != nil || r.ID() != without[len(without)/2+1] {
				c.t.Fatalf("%s behind %s: %v, %v", name, paged.After, r.ID(), err)
			}
			break
		}
	}
}

func (c *city) checkCounts(j *Join, name string, right map[string][]string) {
	c.t.Helper()
	field := map[string]string{"things": "size", "sites": "beds", "zones": "rank"}[j.Right.Query.Layer]
	if field == "" {
		return
	}
	l, _ := c.cat.View().Layer(j.Right.Query.Layer)
	f := l.FieldIndex(field)
	values := map[string]float64{}
	kinds := map[string]string{}
	for i := range c.all[j.Right.Query.Layer] {
		x := &c.all[j.Right.Query.Layer][i]
		values[x.Key], kinds[x.Key] = x.Value(f).Float(), x.Value(0).String()
	}
	measures := []live.Measure{{Op: live.Sum, Field: field}, {Op: live.Avg, Field: field}, {Op: live.Min, Field: field}, {Op: live.Max, Field: field}}
	for x, err := range j.Counts(c.t.Context(), c.cat.View(), measures) {
		if err != nil {
			c.t.Fatal(err)
		}
		ids := right[x.Left.ID()]
		want := []float64{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
		for i, id := range ids {
			v := values[id]
			if i == 0 {
				want = []float64{0, 0, v, v}
			}
			want[0] += v
			want[1] = want[0] / float64(i+1)
			want[2], want[3] = min(want[2], v), max(want[3], v)
		}
		if x.Count.N != len(ids) || !slices.EqualFunc(x.Measures, want, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
			c.t.Fatalf("%s: %s has %+v %v, want %d %v", name, x.Left.ID(), x.Count, x.Measures, len(ids), want)
		}
	}
	groups, err := j.Groups(c.t.Context(), c.cat.View(), "", l.Fields[0].Name, measures[:1], 1000)
	if err != nil {
		c.t.Fatal(err)
	}
	type sum struct {
		Pairs, Features int
		Sum             float64
	}
	want, got := map[string]sum{}, map[string]sum{}
	for _, ids := range right {
		seen := map[string]bool{}
		for _, id := range ids {
			s := want[kinds[id]]
			s.Pairs++
			s.Sum += values[id]
			if !seen[kinds[id]] {
				seen[kinds[id]] = true
				s.Features++
			}
			want[kinds[id]] = s
		}
	}
	for _, g := range groups {
		got[g.Right] = sum{g.Pairs, g.Features, g.Measures[0]}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Fatalf("%s in groups (-loop +join):\n%s", name, diff)
	}
}

// Symmetric links have as many pairs there as back.
func TestJoinsBothWays(t *testing.T) {
	c := newCity(t, 80)
	count := func(j *Join) (n int) {
		for x, err := range j.Counts(t.Context(), c.cat.View(), nil) {
			if err != nil {
				t.Fatal(err)
			}
			n += x.Count.N
		}
		return n
	}
	for range 12 {
		j := c.join()
		back := &Join{Left: j.Right, Right: j.Left, Link: j.Link}
		switch j.Link.Relation {
		case Within:
			back.Link.Relation = Contains
		case Contains:
			back.Link.Relation = Within
		default:
		}
		if there, back := count(j), count(back); there != back {
			t.Fatalf("%s %s %s: %d pairs there and %d back", j.Left.Query.Layer, j.Link.Relation, j.Right.Query.Layer, there, back)
		}
	}
}

// Who may only count the right layer gets counts that its release gives.
func TestJoinWithWhomNobodyMayList(t *testing.T) {
	c := newCity(t, 400)
	v := c.cat.View()
	j := &Join{Left: Part{Query: c.query("grids")}, Right: Part{Query: c.query("persons")}, Link: Link{Relation: Contains}}
	sum, some := 0, 0
	for x, err := range j.Counts(t.Context(), v, []live.Measure{{Op: live.Sum, Field: "members"}}) {
		if err != nil {
			t.Fatal(err)
		}
		q := c.query("persons")
		q.Region = &layers.Region{Geometry: x.Left.Geometry(), Within: true}
		want, err := v.Count(t.Context(), q)
		if err != nil || want != x.Count {
			t.Fatalf("%s: %+v, the engine counts %+v, %v", x.Left.ID(), x.Count, want, err)
		}
		if x.Count.Below == 0 {
			some++
		} else if !math.IsNaN(x.Measures[0]) {
			t.Errorf("a measure of what is withheld: %+v", x)
		}
		sum += x.Count.N
	}
	if some == 0 || sum == 0 {
		t.Error("nothing was counted")
	}
	refused := func(name string, err error) {
		t.Helper()
		if layers.KindOf(err) != layers.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range j.Pairs(t.Context(), v) {
		refused("pairs", err)
	}
	for _, err := range j.Difference(t.Context(), v, false) {
		refused("difference", err)
	}
	_, err := j.Groups(t.Context(), v, "", "age", nil, 10)
	refused("groups", err)
	touching := *j
	touching.Link.Relation = Touches
	for _, err := range touching.Counts(t.Context(), v, nil) {
		refused("touches", err)
	}
	left := &Join{Left: j.Right, Right: j.Left, Link: Link{Relation: Within}}
	for _, err := range left.Counts(t.Context(), v, nil) {
		refused("persons on the left", err)
	}
	secret := &Join{Left: Part{Query: c.query("grids")}, Right: Part{Query: c.query("things")}}
	_, err = secret.Groups(t.Context(), v, "", "secret", nil, 10)
	refused("by a hidden field", err)
}

func TestJoinRefuses(t *testing.T) {
	c := newCity(t, 20)
	for name, k := range map[string]Link{"disjoint": {Relation: Disjoint}, "no number": {Relation: DWithin, DistM: math.NaN()}, "a distance beside": {DistM: 3}} {
		j := &Join{Left: Part{Query: c.query("sites")}, Right: Part{Query: c.query("things")}, Link: k}
		for _, err := range j.Pairs(t.Context(), c.cat.View()) {
			if layers.KindOf(err) != layers.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	j := &Join{Left: Part{Query: c.query("sites")}, Right: Part{Query: c.query("things")}}
	for _, err := range j.Pairs(gone, c.cat.View()) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after the caller left: %v", err)
		}
	}
}

// A run that holds too much is done again in halves, with the same answers; a row that
// is too much by itself is refused.
func TestRunsOfWork(t *testing.T) {
	c := newCity(t, 60)
	j := &Join{Left: Part{Query: c.query("sites")}, Right: Part{Query: c.query("things")}, Link: Link{Relation: DWithin, DistM: 20_000}}
	run := func(most int64) (total int, err error) {
		x, err := j.begin(t.Context(), c.cat.View())
		if err != nil {
			t.Fatal(err)
		}
		l := &load{most: most}
		last := ""
		for n, err := range inRuns(t.Context(), x, l, func(k *linker, left *live.Row) [2]any {
			n := 0
			k.each(left.Geometry(), func(*live.Row) bool { n++; return l.add() })
			return [2]any{left.ID(), n}
		}) {
			if err != nil {
				return total, err
			}
			if id := n[0].(string); id <= last {
				t.Fatalf("%s comes after %s", id, last)
			} else {
				last = id
			}
			total += n[1].(int)
		}
		return total, nil
	}
	whole, err := run(1 << 40)
	if err != nil || whole < 1000 {
		t.Fatalf("%d, %v", whole, err)
	}
	for _, most := range []int64{60, 100, 1000} {
		if n, err := run(most); err != nil || n != whole {
			t.Errorf("at most %d at a time: %d of %d, %v", most, n, whole, err)
		}
	}
	if _, err := run(5); layers.KindOf(err) != layers.TooLarge || err == nil {
		t.Errorf("at most 5: %v", err)
	}
}
