package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// Live does random things to a catalog that follows an empty store, and compares
// what it says of the past with the model: lists, pages, counts, single features,
// the nearest, groups by the areas of then, regions of subjects. Now and then the
// catalog is opened anew, and then it lags behind the store.
func Live(t *testing.T, store layers.Store) {
	r := geotest.Rand(t)
	s := &pastCity{T: t, ctx: context.Background(), r: r, store: store, model: memstore.New()}
	s.both(layers.Batch{Layers: Layers()})
	s.open()
	defer func() { s.city.Close() }()
	for i := range 60 {
		b := layers.Batch{At: day(r.IntN(100))}
		for range 1 + r.IntN(8) {
			b.Changes = append(b.Changes, Story(r))
		}
		s.both(b)
		if i%11 == 10 {
			if err := s.city.Close(); err != nil {
				t.Fatal(err)
			}
			s.open()
		}
		if err := s.city.Sync(s.ctx); err != nil {
			t.Fatal(err)
		}
		for range 6 {
			s.ask(randomQuery(r))
		}
		s.nearest()
		s.owners()
		s.lag()
		if t.Failed() {
			return
		}
	}
}

type pastCity struct {
	*testing.T
	ctx   context.Context
	r     *rand.Rand
	store layers.Store
	model *memstore.Store
	city  *live.Catalog
}

func (s *pastCity) both(b layers.Batch) {
	s.Helper()
	for _, store := range []layers.Store{s.store, s.model} {
		if _, err := store.Apply(s.ctx, b); err != nil {
			s.Fatal(err)
		}
	}
}

func (s *pastCity) open() {
	s.Helper()
	c, err := live.Open(s.ctx, s.store, live.Options{})
	if err != nil {
		s.Fatal(err)
	}
	s.city = c
}

func (s *pastCity) instant() time.Time {
	return day(s.r.IntN(110)).Add(time.Duration(s.r.IntN(2)) * time.Microsecond)
}

// view is the present with the query's At, or a view of the past.
func (s *pastCity) view(q *layers.Query) *live.View {
	s.Helper()
	if s.r.IntN(2) == 0 {
		return s.city.View()
	}
	v, err := s.city.View().AsOf(s.ctx, q.At)
	if err != nil {
		s.Fatal(err)
	}
	q.At = time.Time{}
	return v
}

func (s *pastCity) ask(q layers.Query) {
	s.Helper()
	q.At = s.instant()
	what := describeQuery(&q)
	want, wantErr := collect(s.ctx, s.model, q)
	v := s.view(&q)
	var got []layers.Feature
	var gotErr error
	for row, err := range v.Select(s.ctx, q) {
		if err != nil {
			gotErr = err
			break
		}
		got = append(got, row.Feature())
	}
	if (gotErr == nil) != (wantErr == nil) || gotErr != nil && layers.KindOf(gotErr) != layers.KindOf(wantErr) {
		s.Fatalf("%s: %v, expected %v", what, gotErr, wantErr)
	}
	if wantErr != nil {
		return
	}
	equalFeatures(s.T, what, got, want)
	all := q
	all.At, all.After, all.Offset, all.Limit = cmp.Or(q.At, v.At()), nil, 0, 0
	matching, err := collect(s.ctx, s.model, all)
	if err != nil {
		s.Fatal(err)
	}
	n, err := v.Count(s.ctx, q)
	if err != nil || n.N != len(matching) {
		s.Errorf("count of %s: %d, %v; expected %d", what, n.N, err, len(matching))
	}
	if len(matching) == 0 {
		return
	}
	one := matching[s.r.IntN(len(matching))]
	v, err = v.AsOf(s.ctx, all.At)
	if err != nil {
		s.Fatal(err)
	}
	f, err := v.Get(s.ctx, &q.Subject, q.Layer, one.Key)
	if err != nil {
		s.Fatalf("feature %s of %s: %v", one.Key, what, err)
	}
	equalFeatures(s.T, what+" by id", []layers.Feature{f}, []layers.Feature{one})
}

// nearest compares the nearest of the past with all of it, sorted by distance.
func (s *pastCity) nearest() {
	s.Helper()
	q := layers.Query{Subject: system, Layer: "things", At: s.instant()}
	if s.r.IntN(3) == 0 {
		q.Region = &layers.Region{Geometry: validShape(s.r)}
	}
	n := live.Near{Point: geotest.LatticePoint(s.r, lattice), K: s.r.IntN(9)}
	if n.K == 0 || s.r.IntN(2) == 0 {
		n.RadiusM = float64(s.r.IntN(600_000)) + 1
	}
	found, err := collect(s.ctx, s.model, q)
	if err != nil {
		s.Fatal(err)
	}
	type hit struct {
		id string
		d  float64
	}
	var want, got []hit
	for _, f := range found {
		if f.Shape == nil {
			continue
		}
		d := measure.DistanceTo(n.Point, f.Shape)
		if p, ok := f.Shape.(orb.Point); ok {
			d = measure.Distance(n.Point, p)
		}
		if !math.IsInf(d, 1) && (n.RadiusM == 0 || d <= n.RadiusM) { // an empty shape is nowhere
			want = append(want, hit{f.Key, d})
		}
	}
	slices.SortFunc(want, func(a, b hit) int { return cmp.Or(cmp.Compare(a.d, b.d), strings.Compare(a.id, b.id)) })
	if n.K > 0 {
		want = want[:min(n.K, len(want))]
	}
	for h, err := range s.city.View().Nearest(s.ctx, q, n) {
		if err != nil {
			s.Fatal(err)
		}
		got = append(got, hit{h.ID(), h.DistanceM})
	}
	equal(s.T, fmt.Sprintf("nearest %+v of %s", n, describeQuery(&q)), got, want)
}

// owners compares groups by the areas of then with the model's areas of then.
func (s *pastCity) owners() {
	s.Helper()
	q := layers.Query{Subject: system, Layer: "things", At: s.instant()}
	found, err := collect(s.ctx, s.model, q)
	if err != nil {
		s.Fatal(err)
	}
	areas, err := collect(s.ctx, s.model, layers.Query{Subject: system, Layer: "grids", At: q.At})
	if err != nil {
		s.Fatal(err)
	}
	owner := func(p orb.Point) string {
		for _, a := range areas { // in order of code
			if a.Shape != nil && predicate.Intersects(p, a.Shape) {
				return a.Key
			}
		}
		return ""
	}
	want := make(map[string]int)
	v, err := s.city.View().AsOf(s.ctx, q.At)
	if err != nil {
		s.Fatal(err)
	}
	for _, f := range found {
		code := ""
		if f.Shape != nil {
			p := predicate.InteriorPoint(f.Shape)
			code = owner(p)
			if a, _ := v.AreaAt(layers.Grid, p); a.Code != code {
				s.Errorf("at %v the area of %v is %q, expected %q", q.At, p, a.Code, code)
			}
		}
		want[code]++
	}
	groups, err := s.city.View().Group(s.ctx, q, live.By{Level: layers.Grid}, nil)
	if err != nil {
		s.Fatal(err)
	}
	for _, g := range groups {
		if g.N != want[g.Key] {
			s.Errorf("at %v, area %q had %d things, expected %d", q.At, g.Key, g.N, want[g.Key])
		}
		delete(want, g.Key)
	}
	if len(want) > 0 {
		s.Errorf("at %v, these areas are missing: %v", q.At, want)
	}
}

// lag changes the store behind the catalog's back: the past is answered as the
// store knows it.
func (s *pastCity) lag() {
	s.Helper()
	b := layers.Batch{At: day(s.r.IntN(100))}
	for range 3 {
		if c := Story(s.r); c.Layer != "grids" {
			b.Changes = append(b.Changes, c)
		}
	}
	s.both(b)
	for range 3 {
		q := randomQuery(s.r)
		q.Subject = system
		s.ask(q)
	}
	s.nearest()
}
