package live_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// Counts and sums by cell are those of the rows themselves, to the last bit: for any
// filter and subject, after any changes, for the present view and for views kept
// from before, whichever is asked first, through merges, moved borders and changes
// that nobody asked about for longer than they are kept.
func TestCellsFollowTheRows(t *testing.T) {
	for _, backlog := range []int{0, 24} {
		t.Run(fmt.Sprint("backlog", backlog), func(t *testing.T) { cellsFollowTheRows(t, backlog) })
	}
}

func cellsFollowTheRows(t *testing.T, backlog int) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 17))
	h := &harness{t: t, ctx: t.Context(), rng: rng, store: memstore.New(), ids: make(map[string][]string)}
	if _, err := h.store.Apply(h.ctx, layers.Batch{Layers: []*layers.Layer{thingsLayer, peopleLayer, areasLayer}, Changes: gridChanges()}); err != nil {
		t.Fatal(err)
	}
	var err error
	if h.live, err = live.Open(h.ctx, h.store, live.Options{Backlog: backlog}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.live.Close() })
	// Numbers of which sums in doubles lose digits, if they are not careful.
	awkward := []float64{0.1, -0.1, 1e17, -1e17, 1e-9, 3, 1 << 60, math.MaxFloat64 / 4, -math.MaxFloat64 / 4}
	var kept []*live.View
	for round := range 120 {
		b := layers.Batch{Actor: "test"}
		for range 1 + rng.IntN(20) {
			c := h.change(thingsLayer)
			if c.Feature != nil && rng.IntN(2) == 0 {
				c.Feature.Values[1], c.Feature.Values[2] = layers.Int(rng.Int64()-rng.Int64()), layers.Float(awkward[rng.IntN(len(awkward))])
			}
			b.Changes = append(b.Changes, c)
		}
		if round%30 == 29 { // a border moves
			c := gridChanges()[rng.IntN(100)]
			area := c.Feature.Shape.(orb.Polygon)
			area[0][1][0] += 0.01
			area[0][2][0] += 0.01
			b.Changes = append(b.Changes, c)
		}
		if _, err := h.live.Apply(h.ctx, b); err != nil {
			t.Fatal(err)
		}
		if round%40 == 20 {
			h.live.MergeForTest()
		}
		if kept = append(kept, h.live.View()); len(kept) > 6 {
			kept = kept[1:]
		}
		for range 4 {
			v := kept[len(kept)-1]
			if rng.IntN(3) == 0 {
				v = kept[rng.IntN(len(kept))]
			}
			checkCells(t, h, v)
		}
	}
}

func checkCells(t *testing.T, h *harness, v *live.View) {
	t.Helper()
	q := layers.Query{Layer: "things", Subject: layers.Subject{ID: "u", Role: layers.Planner}}
	if h.rng.IntN(3) == 0 {
		q.Subject.Region = fmt.Sprintf("g%d%d", h.rng.IntN(3), h.rng.IntN(3))
	}
	if f := []string{"", "", "size > 20", "kind = 'lamp' OR size IS NULL", "weight < 5"}[h.rng.IntN(5)]; f != "" {
		e, err := cql2.Parse(f)
		if err != nil {
			t.Fatal(err)
		}
		q.Filter = e
	}
	type sums struct {
		count int
		with  [2]int
		sum   [2]*big.Float
	}
	res := 3 + h.rng.IntN(7)
	want := map[hexgrid.Cell]*sums{}
	all, err := h.fromView(v, q)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		f := &all[i]
		if f.Shape == nil {
			continue
		}
		c := hexgrid.At(predicate.InteriorPoint(f.Shape), res)
		s := want[c]
		if s == nil {
			s = &sums{}
			for j := range s.sum {
				s.sum[j] = new(big.Float).SetPrec(2400)
			}
			want[c] = s
		}
		s.count++
		for j := range s.sum {
			switch value := f.Value(1 + j); {
			case value.IsNull():
			case value.Type() == layers.Integer:
				s.with[j]++
				s.sum[j].Add(s.sum[j], new(big.Float).SetPrec(2400).SetInt64(value.Int()))
			default:
				s.with[j]++
				s.sum[j].Add(s.sum[j], new(big.Float).SetPrec(2400).SetFloat64(value.Float()))
			}
		}
	}
	if h.rng.IntN(2) == 0 {
		q.Boxes = []orb.Bound{h.box(0.6).Bound(), h.box(0.2).Bound()}[:1+h.rng.IntN(2)]
	}
	got, err := v.Cells(h.ctx, q, res, []string{"size", "weight"})
	if err != nil {
		t.Fatal(err)
	}
	asked := fmt.Sprintf("%s res %d view %d of %d", describe(q), res, v.Seq(), h.live.View().Seq())
	seen := map[hexgrid.Cell]bool{}
	for i, c := range got {
		seen[c.Cell] = true
		if i > 0 && got[i-1].Cell >= c.Cell {
			t.Fatalf("%s: cell %v comes behind %v", asked, c.Cell, got[i-1].Cell)
		}
		if !inBoxes(q.Boxes, c.Cell) {
			continue
		}
		w := want[c.Cell]
		if w == nil || w.count != c.Count {
			t.Fatalf("%s: cell %v has %d, want %+v", asked, c.Cell, c.Count, w)
		}
		for j := range w.sum {
			sum, _ := w.sum[j].Float64()
			if w.with[j] == 0 {
				sum = math.NaN()
			}
			if math.Float64bits(sum) != math.Float64bits(c.Sums[j]) && !(math.IsNaN(sum) && math.IsNaN(c.Sums[j])) {
				t.Fatalf("%s: cell %v field %d sums to %v, want %v", asked, c.Cell, j, c.Sums[j], sum)
			}
		}
	}
	for c := range want {
		if !seen[c] && inBoxes(q.Boxes, c) {
			t.Fatalf("%s: cell %v is missing", asked, c)
		}
	}
}

// inBoxes reports whether a cell lies in one of the boxes, or there are none.
func inBoxes(boxes []orb.Bound, c hexgrid.Cell) bool {
	if boxes == nil {
		return true
	}
	b := c.Boundary().Bound()
	for _, box := range boxes {
		if box.Contains(b.Min) && box.Contains(b.Max) {
			return true
		}
	}
	return false
}

// Askers of different views at once, while the city changes, all get the sums of
// their view.
func TestCellsAtOnce(t *testing.T) {
	c, _ := openCity(t, live.Options{Backlog: 64})
	apply(t, c, thing("first", 1))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 300 {
			if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{thing(fmt.Sprint("t", i%50), float64(i%5))}}); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	q := layers.Query{Subject: layers.SystemSubject(), Layer: "things"}
	ask := func() error {
		v := c.View()
		cells, err := v.Cells(t.Context(), q, 3, []string{"size"})
		if err != nil {
			return err
		}
		n, sum := 0, 0.0
		for _, c := range cells {
			n, sum = n+c.Count, sum+c.Sums[0]
		}
		all, err := v.Group(t.Context(), q, live.By{}, []live.Measure{{Op: live.Sum, Field: "size"}})
		if err == nil && (n != all[0].N || sum != all[0].Measures[0]) {
			err = fmt.Errorf("view %d: cells hold %d and %v, the layer %d and %v", v.Seq(), n, sum, all[0].N, all[0].Measures[0])
		}
		return err
	}
	errs := make(chan error)
	for range 3 {
		go func() {
			for {
				if err := ask(); err != nil {
					errs <- err
					return
				}
				select {
				case <-done:
					errs <- nil
					return
				default:
				}
			}
		}()
	}
	for range 3 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// A question is refused as the same by groups is, and ends with its context.
func TestCellsRefuse(t *testing.T) {
	c, _ := openCity(t, live.Options{})
	apply(t, c, thing("a", 1))
	v := c.View()
	q := layers.Query{Subject: layers.Subject{Role: layers.Planner}, Layer: "things"}
	for _, fields := range [][]string{{"nothing"}, {"kind"}, {"secret"}, {"made"}} {
		_, err := v.Cells(t.Context(), q, 5, fields)
		_, want := v.Group(t.Context(), q, live.By{Cells: true, Res: 5}, []live.Measure{{Op: live.Sum, Field: fields[0]}})
		if err == nil || layers.KindOf(err) != layers.KindOf(want) {
			t.Errorf("%v: %v, want %v", fields, err, want)
		}
	}
	for _, res := range []int{-1, 16} {
		if _, err := v.Cells(t.Context(), q, res, nil); layers.KindOf(err) != layers.Invalid {
			t.Errorf("resolution %d: %v", res, err)
		}
	}
	past := q
	past.At = time.Now()
	if got, err := v.Cells(t.Context(), past, 5, nil); err != nil || len(got) != 1 {
		t.Errorf("as of now: %v, %v", got, err)
	}
}
