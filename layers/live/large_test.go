package live_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// large is a catalog with so many rows that every way to find them is taken: nodes
// inside and outside, gathered bits, walks in order, and the plain store beside it.
type large struct {
	t     *testing.T
	ctx   context.Context
	rng   *rand.Rand
	store *memstore.Store
	view  *live.View
}

var (
	dotsLayer = &layers.Layer{ID: "dots", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "kind", Type: layers.String}, {Name: "size", Type: layers.Integer}, {Name: "name", Type: layers.String}, {Name: "made", Type: layers.DateTime}}}
	formsLayer = &layers.Layer{ID: "forms", Element: layers.Object, Geometry: layers.AnyGeometry, Fields: dotsLayer.Fields}
)

const largeRows = 4_000

func newLarge(t *testing.T) *large {
	h := &large{t: t, ctx: context.Background(), rng: rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 4)), store: memstore.New()}
	if _, err := h.store.Apply(h.ctx, layers.Batch{Layers: []*layers.Layer{dotsLayer, formsLayer, areasLayer}, Changes: gridChanges()}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(h.ctx, h.store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for round := range 4 { // two segments, the dead among them, and a delta
		var b layers.Batch
		for _, l := range []*layers.Layer{dotsLayer, formsLayer} {
			for i := range []int{largeRows, largeRows / 4, 400, 300}[round] {
				n := i
				if round > 0 && i%3 > 0 {
					n = h.rng.IntN(largeRows)
				} else if round > 0 {
					n = round*largeRows + i
				}
				b.Changes = append(b.Changes, h.change(l, fmt.Sprintf("%s-%06d", l.ID[:1], n*7919%1_000_003)))
			}
		}
		if _, err := c.Apply(h.ctx, b); err != nil {
			t.Fatal(err)
		}
		if round == 0 || round == 2 {
			c.MergeForTest()
		}
	}
	h.view = c.View()
	return h
}

func (h *large) change(l *layers.Layer, id string) layers.Change {
	if h.rng.IntN(12) == 0 {
		return layers.Change{Op: layers.Delete, Layer: l.ID, ID: id}
	}
	f := &layers.Feature{Key: id, Shape: h.place(), Values: []layers.Value{
		layers.Text([]string{"lamp", "bench", "树", "bin", "50%", "sign"}[h.rng.IntN(6)]), layers.Int(int64(h.rng.IntN(1000))),
		layers.Text(fmt.Sprint("n", h.rng.IntN(9000))), layers.Instant(time.Unix(1.7e9+h.rng.Int64N(1e7), 0))}}
	if i := h.rng.IntN(20); i < len(f.Values) {
		f.Values[i] = layers.Value{}
	}
	if l.Geometry == layers.AnyGeometry {
		f.Shape = h.shape(0.02)
	}
	return layers.Change{Op: layers.Put, Layer: l.ID, ID: id, Feature: f}
}

// place is mostly in the city, sometimes by the antimeridian or a pole.
func (h *large) place() orb.Point {
	switch h.rng.IntN(12) {
	case 0:
		return orb.Point{180 - h.rng.Float64()*0.5, h.rng.Float64()*2 - 1}
	case 1:
		return orb.Point{-180 + h.rng.Float64()*0.5, h.rng.Float64()*2 - 1}
	case 2:
		return orb.Point{h.rng.Float64()*360 - 180, 89.5 + h.rng.Float64()*0.5}
	case 3:
		return orb.Point{float64(h.rng.IntN(11)) / 10, float64(h.rng.IntN(11)) / 10}
	}
	return orb.Point{h.rng.Float64(), h.rng.Float64()}
}

func (h *large) shape(size float64) orb.Geometry {
	p := h.place()
	near := func() orb.Point {
		return orb.Point{max(-180, min(180, p[0]+(h.rng.Float64()*2-1)*size)), max(-90, min(90, p[1]+(h.rng.Float64()*2-1)*size))}
	}
	switch h.rng.IntN(8) {
	case 0:
		return orb.LineString{near(), near(), near()}
	case 1, 2:
		b := orb.MultiPoint{near(), near()}.Bound()
		return b.ToPolygon()
	case 3:
		return orb.MultiPoint{near(), near()}
	case 4:
		if h.rng.IntN(4) == 0 {
			return nil
		}
	}
	return p
}

func (h *large) query() layers.Query {
	q := layers.Query{Layer: "dots", Subject: layers.Subject{ID: "u", Role: layers.Planner}}
	if h.rng.IntN(2) == 0 {
		q.Layer = "forms"
	}
	size := math.Exp(-h.rng.Float64() * 5)
	switch h.rng.IntN(8) {
	case 0, 1: // a circle
		q.Region = &layers.Region{Geometry: h.place(), BufferM: size * 90_000, Within: h.rng.IntN(4) == 0}
	case 2, 3: // a belt around anything
		for q.Region == nil || q.Region.Geometry == nil {
			q.Region = &layers.Region{Geometry: h.shape(size / 3), BufferM: size * 40_000, Within: h.rng.IntN(4) == 0}
		}
	case 4:
		q.Region = &layers.Region{Geometry: geotest.Polygon(h.rng, orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{1, 1}}, 30), Within: h.rng.IntN(2) == 0}
	}
	if h.rng.IntN(3) == 0 {
		for range 1 + h.rng.IntN(3) {
			p := h.place()
			q.Boxes = append(q.Boxes, orb.Bound{Min: p, Max: orb.Point{min(180, p[0]+size), min(90, p[1]+size)}})
		}
	}
	switch h.rng.IntN(5) {
	case 0:
		q.Subject.Region = fmt.Sprintf("g%d%d", h.rng.IntN(10), h.rng.IntN(10))
	case 1:
		lines := []layers.Grant{{ID: "own", Mode: layers.GrantList, Layers: []string{"dots", "forms"}, Region: fmt.Sprintf("g%d%d", h.rng.IntN(10), h.rng.IntN(10))}}
		if h.rng.IntN(2) == 0 {
			lines[0].MarginM = size * 20_000
		}
		if h.rng.IntN(2) == 0 {
			lines[0].Filter = "kind <> 'bin' AND size < 900"
		}
		policy, err := access.NewPolicy(lines)
		if err != nil {
			h.t.Fatal(err)
		}
		q.Subject.Grants = policy.For(&q.Subject, time.Unix(1.8e9, 0))
	}
	filters := []string{"kind = 'lamp'", "NOT kind IN ('bin','树')", "kind IS NULL", "kind = 'lamp' AND size > 500", "size > 900 OR kind = 'bench'",
		"name LIKE 'n1%' AND kind <> 'sign'", "name = 'n77'", "S_INTERSECTS(geometry, POLYGON((0.2 0.2, 0.7 0.25, 0.5 0.8, 0.2 0.2))) AND kind = 'bench'",
		"CASEI(kind) = 'lamp' AND (size < 100 OR size > 900)", "id > 'd-5' AND kind = 'lamp'", "made > TIMESTAMP('2023-12-01T00:00:00Z') AND NOT (kind = 'bin')"}
	if h.rng.IntN(2) == 0 {
		e, err := cql2.Parse(filters[h.rng.IntN(len(filters))])
		if err != nil {
			h.t.Fatal(err)
		}
		q.Filter = e
	}
	return q
}

func (h *large) selected(q layers.Query) []string {
	h.t.Helper()
	var out []string
	for r, err := range h.view.Select(h.ctx, q) {
		if err != nil {
			h.t.Fatal(err)
		}
		out = append(out, r.ID())
	}
	return out
}

// TestManyRows compares counts, lists, pages at any depth and the nearest with the
// plain store and brute force over what it returns.
func TestManyRows(t *testing.T) {
	h := newLarge(t)
	hits := 0
	for range 45 {
		q := h.query()
		var all []layers.Feature
		for f, err := range h.store.Read(h.ctx, q) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, f)
		}
		want := make([]string, len(all))
		for i := range all {
			want[i] = all[i].Key
		}
		hits += len(all)
		if n, err := h.view.Count(h.ctx, q); err != nil || n.N != len(want) {
			t.Fatalf("%s: counted %d (%v), not %d", describe(q), n.N, err, len(want))
		}
		if got := h.selected(q); !slices.Equal(got, want) {
			t.Fatalf("%s: %d rows in order, not %d", describe(q), len(got), len(want))
		}
		h.checkPages(q, want)
		h.checkSorted(q, all)
		h.checkNear(q, all)
	}
	if hits < 3_000 {
		t.Fatalf("%d hits in all: the questions miss the data", hits)
	}
}

// checkPages reads pages from a random place on: by cursor and by offset.
func (h *large) checkPages(q layers.Query, want []string) {
	h.t.Helper()
	if len(want) == 0 {
		return
	}
	q.Limit = []int{1, 7, 100, 3000}[h.rng.IntN(4)]
	at := h.rng.IntN(len(want))
	for range 3 {
		q.After = &layers.Cursor{ID: want[at]}
		rest := want[at+1:]
		page := rest[:min(q.Limit, len(rest))]
		if got := h.selected(q); !slices.Equal(got, page) {
			h.t.Fatalf("%s: the page of %d after %s has %d rows, not %d", describe(q), q.Limit, want[at], len(got), len(page))
		}
		if len(page) == 0 {
			break
		}
		at += len(page)
	}
	q.After, q.Offset = nil, h.rng.IntN(len(want)+2)
	rest := want[min(q.Offset, len(want)):]
	if got := h.selected(q); !slices.Equal(got, rest[:min(q.Limit, len(rest))]) {
		h.t.Fatalf("%s: the page of %d from %d on has %d rows", describe(q), q.Limit, q.Offset, len(got))
	}
}

// checkSorted compares pages in the order of fields with all matches sorted.
func (h *large) checkSorted(q layers.Query, all []layers.Feature) {
	h.t.Helper()
	q.Sort = []layers.SortKey{{Field: []string{"kind", "size", "name", "made"}[h.rng.IntN(4)], Desc: h.rng.IntN(2) == 0}}
	if h.rng.IntN(3) == 0 {
		q.Sort = append(q.Sort, layers.SortKey{Field: "size", Desc: h.rng.IntN(2) == 0})
		if q.Sort[0].Field == "size" {
			q.Sort[0].Field = "kind"
		}
	}
	want := slices.Clone(all)
	slices.SortStableFunc(want, func(a, b layers.Feature) int { // the store lists by id
		for _, k := range q.Sort {
			f := dotsLayer.FieldIndex(k.Field)
			if c := a.Value(f).Order(b.Value(f)); c != 0 && k.Desc {
				return -c
			} else if c != 0 {
				return c
			}
		}
		return 0
	})
	q.Limit = []int{0, 1, 20, 500}[h.rng.IntN(4)]
	for range 4 {
		page := want
		if q.Limit > 0 {
			page = want[:min(q.Limit, len(want))]
		}
		if got, ids := h.selected(q), keysOf(page); !slices.Equal(got, ids) {
			h.t.Fatalf("%s by %v, %d after %v: %d rows, not %d", describe(q), q.Sort, q.Limit, q.After, len(got), len(ids))
		}
		if q.Limit == 0 || len(page) == 0 {
			return
		}
		last := &page[len(page)-1]
		want = want[len(page):]
		q.After = &layers.Cursor{ID: last.Key}
		for _, k := range q.Sort {
			q.After.Values = append(q.After.Values, last.Value(dotsLayer.FieldIndex(k.Field)))
		}
	}
}

func keysOf(list []layers.Feature) []string {
	var out []string
	for i := range list {
		out = append(out, list[i].Key)
	}
	return out
}

// checkNear measures every match.
func (h *large) checkNear(q layers.Query, all []layers.Feature) {
	h.t.Helper()
	n := live.Near{Point: h.place(), K: []int{0, 1, 10, 200}[h.rng.IntN(4)]}
	if n.K == 0 || h.rng.IntN(2) == 0 {
		n.RadiusM = math.Exp(-h.rng.Float64()*8) * 300_000
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
	slices.SortStableFunc(want, func(a, b hit) int { // the store lists by id
		switch {
		case a.d < b.d:
			return -1
		case a.d > b.d:
			return 1
		}
		return 0
	})
	if n.K > 0 && len(want) > n.K {
		want = want[:n.K]
	}
	var got []hit
	for r, err := range h.view.Nearest(h.ctx, q, n) {
		if err != nil {
			h.t.Fatal(err)
		}
		got = append(got, hit{r.ID(), r.DistanceM})
	}
	if !slices.Equal(got, want) {
		h.t.Fatalf("%s: the nearest to %v (k %d, %v m) are %d, not %d:\n%v\n%v", describe(q), n.Point, n.K, n.RadiusM, len(got), len(want), got[:min(5, len(got))], want[:min(5, len(want))])
	}
}

// TestReadsEndWithTheirContext expects every read of many rows to end soon after
// its context.
func TestReadsEndWithTheirContext(t *testing.T) {
	h := newLarge(t)
	ended, cancel := context.WithCancel(h.ctx)
	cancel()
	q := layers.Query{Layer: "dots", Subject: layers.SystemSubject()}
	circle := q
	circle.Region = &layers.Region{Geometry: orb.Point{0.5, 0.5}, BufferM: 30_000}
	sorted := q
	sorted.Sort = []layers.SortKey{{Field: "size"}}
	for _, q := range []layers.Query{q, circle, sorted} {
		if _, err := h.view.Count(ended, q); err != context.Canceled {
			t.Errorf("counting ended with %v", err)
		}
		for _, err := range h.view.Select(ended, q) {
			if err != context.Canceled {
				t.Errorf("listing ended with %v", err)
			}
		}
		for _, err := range h.view.Nearest(ended, q, live.Near{Point: orb.Point{0.5, 0.5}, K: 10}) {
			if err != context.Canceled {
				t.Errorf("the nearest ended with %v", err)
			}
		}
	}
	ctx, stop := context.WithCancel(h.ctx)
	n := 0
	for _, err := range h.view.Select(ctx, q) {
		if n++; n == 10 {
			stop()
		}
		if err != nil {
			break
		}
	}
	stop()
	if n > 10+2*4096 {
		t.Errorf("%d rows came after the end", n)
	}
}
