package live_test

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// Brute force over the features of the plain store, with sums in arithmetic of
// 4,000 bits, is the oracle of every measure and every key.

var sightingsLayer = &layers.Layer{ID: "sightings", Element: layers.Object, Geometry: layers.Point,
	Fields: []layers.Field{
		{Name: "kind", Type: layers.String}, {Name: "note", Type: layers.String}, {Name: "count", Type: layers.Integer},
		{Name: "large", Type: layers.Integer}, {Name: "mass", Type: layers.Number}, {Name: "whole", Type: layers.Number},
		{Name: "seen", Type: layers.DateTime}, {Name: "sure", Type: layers.Boolean}, {Name: "empty", Type: layers.Number},
	}}

// sightings are features with values that are hard to add up, some of them null.
func sightings(rng *rand.Rand, n int) []layers.Change {
	out := make([]layers.Change, n)
	from := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC)
	for i := range out {
		id := fmt.Sprintf("s%06d", i)
		f := &layers.Feature{Key: id, Shape: orb.Point{rng.Float64()*1.1 - 0.05, rng.Float64()*1.1 - 0.05}, Values: []layers.Value{
			layers.Text([]string{"", "lamp", "树", "bench"}[rng.IntN(4)]), layers.Text(fmt.Sprint("n", rng.IntN(n))),
			layers.Int(int64(rng.IntN(200) - 50)), layers.Int(int64(rng.Uint64()) >> rng.IntN(40)),
			layers.Float(math.Ldexp(rng.NormFloat64(), rng.IntN(90)-45)), layers.Float(float64(rng.IntN(100))),
			layers.Instant(from.Add(time.Duration(rng.Int64N(int64(40 * 24 * time.Hour))))), layers.Bool(rng.IntN(2) == 0)}}
		if rng.IntN(20) == 0 {
			f.Shape = nil
		}
		for j := range f.Values {
			if rng.IntN(9) == 0 {
				f.Values[j] = layers.Value{}
			}
		}
		out[i] = layers.Change{Op: layers.Put, Layer: "sightings", ID: id, Feature: f}
	}
	return out
}

// groupCity is the sightings in a store, and two catalogs of it: one that read
// them in its own batches, some into the delta, and one that read them at once.
func groupCity(t *testing.T, rng *rand.Rand, n int) (layers.Store, *live.Catalog, *live.Catalog) {
	t.Helper()
	store := memstore.New()
	open := func() *live.Catalog {
		c, err := live.Open(t.Context(), store, live.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{sightingsLayer, areasLayer}, Changes: gridChanges()}); err != nil {
		t.Fatal(err)
	}
	grown := open()
	changes := sightings(rng, n)
	rng.Shuffle(n, func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
	for i, part := range slices.Collect(slices.Chunk(changes, n/3)) {
		if _, err := grown.Apply(t.Context(), layers.Batch{Changes: part}); err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			grown.MergeForTest()
		}
	}
	var gone []layers.Change
	for range n / 50 {
		gone = append(gone, layers.Change{Op: layers.Delete, Layer: "sightings", ID: changes[rng.IntN(n)].ID})
	}
	if _, err := grown.Apply(t.Context(), layers.Batch{Changes: gone}); err != nil {
		t.Fatal(err)
	}
	return store, grown, open()
}

// grids are the boxes of gridChanges.
var grids = sync.OnceValue(func() map[string]orb.Bound {
	out := map[string]orb.Bound{}
	for _, c := range gridChanges() {
		out[c.ID] = c.Feature.Shape.Bound()
	}
	return out
})

// gridAt is the lowest code of the grids that contain p.
func gridAt(p orb.Point) string {
	best := ""
	for code, b := range grids() {
		if b.Contains(p) && (best == "" || code < best) {
			best = code
		}
	}
	return best
}

func key(by live.By, f *layers.Feature) string {
	switch {
	case by.Level != layers.NoLevel:
		if f.Shape == nil {
			return ""
		}
		return gridAt(f.Shape.(orb.Point))
	case by.Cells:
		if f.Shape == nil {
			return ""
		}
		return hexgrid.At(f.Shape.(orb.Point), by.Res).String()
	}
	v := f.Value(sightingsLayer.FieldIndex(by.Field))
	if by.Unit == live.NoUnit || v.IsNull() {
		return v.String()
	}
	return wall(by.Unit, v.Time().In(by.Zone))
}

// judge compares a measure of a group with what its features have.
func judge(t *testing.T, about string, g *live.Group, i int, m live.Measure, of, all []*layers.Feature) {
	t.Helper()
	column := func(list []*layers.Feature) (values []layers.Value, numbers []float64) {
		for _, f := range list {
			if v := f.Value(sightingsLayer.FieldIndex(m.Field)); !v.IsNull() {
				values = append(values, v)
				x := v.Float()
				if v.Type() == layers.DateTime {
					x = float64(v.Micro())
				}
				numbers = append(numbers, x)
			}
		}
		slices.Sort(numbers)
		return values, numbers
	}
	values, numbers := column(of)
	want := math.NaN()
	sum := func() float64 {
		s := new(big.Float).SetPrec(4000)
		for _, v := range values {
			if v.Type() == layers.Integer {
				s.Add(s, new(big.Float).SetPrec(4000).SetInt64(v.Int()))
			} else {
				s.Add(s, new(big.Float).SetPrec(4000).SetFloat64(v.Float()))
			}
		}
		x, _ := s.Float64()
		return x
	}
	n := len(numbers)
	switch m.Op {
	case live.Values:
		want = float64(n)
	case live.Distinct:
		set := map[layers.Value]bool{}
		for _, v := range values {
			set[v] = true
		}
		want = float64(len(set))
	case live.Bins:
		judgeBins(t, about, g, i, m, numbers, func() []float64 { _, every := column(all); return every })
	}
	if n > 0 {
		switch m.Op {
		case live.Sum:
			want = sum()
		case live.Avg:
			want = sum() / float64(n)
		case live.Min:
			want = numbers[0]
		case live.Max:
			want = numbers[n-1]
		case live.Quantile: // in fractions
			at := new(big.Rat).Mul(new(big.Rat).SetFloat64(m.Q), big.NewRat(int64(n-1), 1))
			k := int(new(big.Int).Quo(at.Num(), at.Denom()).Int64())
			low, high := new(big.Rat).SetFloat64(numbers[k]), new(big.Rat).SetFloat64(numbers[min(k+1, n-1)])
			u := new(big.Rat).Sub(at, big.NewRat(int64(k), 1))
			exact, _ := new(big.Rat).Add(low, u.Mul(u, high.Sub(high, low))).Float64()
			if got := g.Measures[i]; math.Abs(got-exact) > 1e-13*math.Max(math.Abs(numbers[k]), math.Abs(numbers[min(k+1, n-1)]))*float64(n) {
				t.Fatalf("%s: %s is %v, want %v", about, m, got, exact)
			}
			return
		}
	}
	if got := g.Measures[i]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Fatalf("%s: %s is %v, want %v", about, m, got, want)
	}
}

func judgeBins(t *testing.T, about string, g *live.Group, i int, m live.Measure, numbers []float64, column func() []float64) {
	t.Helper()
	var every []float64
	if m.N > 0 {
		if every = column(); len(every) == 0 {
			if g.Bins != nil && g.Bins[i] != nil {
				t.Fatalf("%s: %s has bins without a value", about, m)
			}
			return
		}
	}
	h := g.Bins[i]
	if h == nil {
		t.Fatalf("%s: %s is missing", about, m)
	}
	edges := m.Edges
	if m.N > 0 {
		edges = h.Edges
		if len(edges) != m.N+1 || edges[0] != every[0] || edges[m.N] != every[len(every)-1] {
			t.Fatalf("%s: %s has edges %v, values lie from %v to %v", about, m, edges, every[0], every[len(every)-1])
		}
		for j, x := range edges {
			even := edges[0] + (edges[m.N]-edges[0])*float64(j)/float64(m.N)
			if math.Abs(x-even) > 1e-9*(edges[m.N]-edges[0]) {
				t.Fatalf("%s: %s has edges %v, which are not even", about, m, edges)
			}
		}
	}
	counts, under, over := make([]int, len(edges)-1), 0, 0
	for _, x := range numbers {
		switch {
		case x < edges[0]:
			under++
		case x > edges[len(edges)-1]:
			over++
		default:
			for j := range counts {
				if x >= edges[j] && (x < edges[j+1] || j == len(counts)-1) {
					counts[j]++
					break
				}
			}
		}
	}
	if !slices.Equal(h.Counts, counts) || h.Under != under || h.Over != over || !slices.Equal(h.Edges, edges) {
		t.Fatalf("%s: %s is %+v, want %v, %d under and %d over %v", about, m, h, counts, under, over, edges)
	}
}

func TestGroupsAgainstBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 7))
	store, grown, fresh := groupCity(t, rng, 36_000)
	var zones []*time.Location
	for _, name := range []string{"Asia/Shanghai", "America/Los_Angeles", "Asia/Kathmandu", "Europe/Lisbon"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	keys := func() live.By {
		switch rng.IntN(5) {
		case 0:
			return live.By{Level: layers.Grid}
		case 1:
			return live.By{Cells: true, Res: 3 + rng.IntN(6)}
		case 2:
			return live.By{Field: "seen", Unit: live.Hour + live.TimeUnit(rng.IntN(5)), Zone: zones[rng.IntN(len(zones))]}
		}
		return live.By{Field: []string{"kind", "count", "whole", "sure", "mass", "empty"}[rng.IntN(6)]}
	}
	asked := []string{"sum:mass", "mean:mass", "min:mass", "max:mass", "sum:large", "mean:large", "sum:count", "sum:whole", "min:seen", "max:seen", "count:kind",
		"distinct:kind", "distinct:note", "distinct:mass", "distinct:seen", "distinct:sure", "median:mass", "q:0:mass", "q:1:count", "p90:count", "q:0.137:mass",
		"histogram:7:mass", "histogram:-50,0,7,149:count", "histogram:5:0:80:whole", "histogram:3:count", "sum:empty", "distinct:empty", "histogram:4:empty", "median:empty"}
	for range 12 {
		q := layers.Query{Subject: layers.SystemSubject(), Layer: "sightings"}
		switch rng.IntN(4) {
		case 0:
			x, y := rng.Float64(), rng.Float64()
			q.Region = &layers.Region{Geometry: orb.Polygon{{{x, y}, {x + 0.6, y + 0.1}, {x + 0.2, y + 0.7}, {x, y}}}}
		case 1:
			q.Boxes = []orb.Bound{{Min: orb.Point{0.1, 0.1}, Max: orb.Point{0.8, 0.5}}, {Min: orb.Point{0.3, 0.2}, Max: orb.Point{0.4, 0.9}}}
		case 2:
			q.Filter, _ = cql2.Parse("kind = 'lamp' AND count > 10")
		}
		var by []live.By
		for range rng.IntN(4) {
			by = append(by, keys())
		}
		var measures []live.Measure
		for range rng.IntN(6) {
			m, err := live.ParseMeasure(asked[rng.IntN(len(asked))])
			if err != nil {
				t.Fatal(err)
			}
			measures = append(measures, m)
		}
		compareWithBrute(t, store, grown.View(), fresh.View(), q, by, measures)
	}
}

func compareWithBrute(t *testing.T, store layers.Store, a, b *live.View, q layers.Query, by []live.By, measures []live.Measure) {
	t.Helper()
	var all []*layers.Feature
	want := make(map[string][]*layers.Feature)
	for f, err := range store.Read(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &f)
		var parts []string
		for _, one := range by {
			parts = append(parts, key(one, &f))
		}
		k := strings.Join(parts, "|")
		want[k] = append(want[k], &f)
	}
	groups, err := a.GroupBy(t.Context(), q, by, measures)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.GroupBy(t.Context(), q, by, measures)
	if err != nil {
		t.Fatal(err)
	}
	about := fmt.Sprintf("%s by %+v", describe(q), by)
	if len(groups) != len(want) {
		t.Fatalf("%s: %d groups, want %d", about, len(groups), len(want))
	}
	if same := sameGroups(groups, again); same != "" {
		t.Fatalf("%s: a catalog that read the same anew answers otherwise: %s", about, same)
	}
	for i := range groups {
		g := &groups[i]
		of := want[g.Key]
		if g.N != len(of) {
			t.Fatalf("%s: %q has %d rows, want %d", about, g.Key, g.N, len(of))
		}
		if i > 0 && slices.CompareFunc(groups[i-1].Keys, g.Keys, func(a, b live.Key) int {
			if c := a.From.Compare(b.From); c != 0 {
				return c
			}
			return strings.Compare(a.Text, b.Text)
		}) >= 0 {
			t.Fatalf("%s: %q comes before %q", about, groups[i-1].Key, g.Key)
		}
		if i%(1+len(groups)/10) != 0 { // ten of them are judged
			continue
		}
		for j, m := range measures {
			judge(t, about+" at "+g.Key, g, j, m, of, all)
		}
	}
}

// sameGroups is how two answers differ in any bit, "" for not.
func sameGroups(a, b []live.Group) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d and %d groups", len(a), len(b))
	}
	for i := range a {
		x, y := a[i], b[i]
		for j := range x.Measures {
			if math.Float64bits(x.Measures[j]) != math.Float64bits(y.Measures[j]) {
				return fmt.Sprintf("%q: measure %d is %x and %x", x.Key, j, x.Measures[j], y.Measures[j])
			}
		}
		x.Measures, y.Measures = nil, nil
		if !reflect.DeepEqual(x, y) {
			return fmt.Sprintf("%+v and %+v", x, y)
		}
	}
	return ""
}

// Units of time begin where the wall clock says so, also where clocks are put
// forward and back, and follow one another without gap or overlap.
func TestUnitsOfTime(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 8))
	store := memstore.New()
	l := &layers.Layer{ID: "ticks", Element: layers.Object, Geometry: layers.NoGeometry, Fields: []layers.Field{{Name: "at", Type: layers.DateTime}}}
	batch := layers.Batch{Layers: []*layers.Layer{l}}
	for i := range 6_000 {
		id := fmt.Sprintf("t%05d", i)
		at := time.Date(1950+rng.IntN(90), 1, 1, 0, 0, 0, rng.IntN(1e9), time.UTC).Add(time.Duration(rng.IntN(366*24*3600)) * time.Second)
		batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: "ticks", ID: id, Feature: &layers.Feature{Key: id, Values: []layers.Value{layers.Instant(at)}}})
	}
	if _, err := store.Apply(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, name := range []string{"Asia/Shanghai", "America/Sao_Paulo", "Australia/Lord_Howe", "Europe/London", "America/St_Johns", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for unit := live.Hour; unit <= live.Year; unit++ {
			by := live.By{Field: "at", Unit: unit, Zone: zone}
			groups, err := c.View().Group(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "ticks"}, by,
				[]live.Measure{{Op: live.Min, Field: "at"}, {Op: live.Max, Field: "at"}})
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range groups {
				k := g.Keys[0]
				for _, us := range g.Measures {
					at := time.UnixMicro(int64(us)).In(zone)
					if at.Before(k.From) || !at.Before(k.To) {
						t.Fatalf("%s: %v is not in %s %s from %v to %v", name, at, unit, k.Text, k.From, k.To)
					}
					// Within two hours of an edge, the clock may have been put back over it.
					if unit >= live.Day && wall(unit, at) != k.Text && at.Sub(k.From) > 2*time.Hour && k.To.Sub(at) > 2*time.Hour {
						t.Fatalf("%s: %v is counted in %s", name, at, k.Text)
					}
				}
				for _, edge := range []time.Time{k.From, k.To} { // the wall clock says another unit a moment before
					if unit >= live.Day && wall(unit, edge.Add(-time.Microsecond)) == wall(unit, edge) {
						t.Fatalf("%s: %s %s has its edge %v within", name, unit, k.Text, edge)
					}
				}
				if i > 0 && groups[i-1].Keys[0].To.After(k.From) {
					t.Fatalf("%s: %s and %s overlap", name, groups[i-1].Key, k.Text)
				}
			}
		}
	}
}

func wall(unit live.TimeUnit, at time.Time) string {
	if unit == live.Week {
		y, w := at.ISOWeek()
		return fmt.Sprintf("%d-W%02d", y, w)
	}
	return at.Format(map[live.TimeUnit]string{live.Hour: "2006-01-02T15:00Z07:00", live.Day: "2006-01-02", live.Month: "2006-01", live.Year: "2006"}[unit])
}

func TestMeasuresReadBack(t *testing.T) {
	for _, s := range []string{"sum:a", "avg:a", "min:a", "max:a", "count:a", "distinct:a", "q:0.25:a", "histogram:12:a", "histogram:0,2.5,1000:a"} {
		m, err := live.ParseMeasure(s)
		if err != nil || m.String() != s {
			t.Errorf("%s reads back as %s, %v", s, m, err)
		}
	}
	for s, want := range map[string]string{"mean:a": "avg:a", "median:a": "q:0.5:a", "p90:a": "q:0.9:a", "p99.9:a": "q:0.9990000000000001:a", "hist:2:0:1:a": "histogram:0,0.5,1:a"} {
		if m, err := live.ParseMeasure(s); err != nil || m.String() != want {
			t.Errorf("%s is %s, %v; want %s", s, m, err, want)
		}
	}
	for _, s := range []string{"", ":", "sum", "sum:", ":a", "mode:a", "sum:1:a", "q:a", "q:-0.1:a", "q:1.1:a", "q:NaN:a", "p101:a", "p:a", "pp:a", "histogram:a",
		"histogram:0:a", "histogram:1001:a", "histogram:2:1:0:a", "histogram:2:1:a", "histogram:1,1:a", "histogram:2,1:a", "histogram:1,:a", "histogram:1,inf:a"} {
		if m, err := live.ParseMeasure(s); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%q was read as %s", s, m)
		}
	}
}

func FuzzParseMeasure(f *testing.F) {
	for _, s := range []string{"sum:a", "q:0.5:a", "p90:a", "histogram:3:a", "histogram:0,1,2:a", "hist:9:0:1:a", "::", "p:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := live.ParseMeasure(s)
		if err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		again, err := live.ParseMeasure(m.String())
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Fatalf("%q is %+v, which reads back as %+v, %v", s, m, again, err)
		}
	})
}

// A grouping that has no end of groups is refused, and one that is cancelled ends.
func TestGroupLimits(t *testing.T) {
	h := newHarness(t)
	h.apply(300)
	q := layers.Query{Subject: layers.SystemSubject(), Layer: "things"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.live.View().Group(ctx, q, live.By{Level: layers.Grid}, nil); err == nil {
		t.Error("a cancelled question was answered")
	}
	if _, err := h.live.View().GroupBy(t.Context(), q, []live.By{{Field: "size"}, {Field: "kind"}},
		[]live.Measure{{Op: live.Bins, Field: "weight", Edges: []float64{2, 1}}}); layers.KindOf(err) != layers.Invalid {
		t.Errorf("edges that descend: %v", err)
	}
}
