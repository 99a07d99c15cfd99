package index

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
)

func TestPackedIsWellFormed(t *testing.T) {
	r := geotest.Rand(t)
	for _, n := range []int{0, 1, 15, 16, 17, 256, 257, 5000} {
		boxes := make([]orb.Bound, n)
		for i := range boxes {
			boxes[i] = geotest.Box(r, geotest.City, 0.01)
			if r.IntN(10) == 0 {
				boxes[i] = orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
			}
		}
		tree, _ := Build(n, func(i int) orb.Bound { return boxes[i] })
		if err := tree.Check(); err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
		if n > 16 {
			tree.boxes[len(tree.boxes)-1].maxX++
			if tree.Check() == nil {
				t.Errorf("%d rows: a wrong root passed", n)
			}
		}
	}
}

// Random inserts and deletes against a map; snapshots must keep their state and
// the nearest rows come exactly, by distance.
func TestDeltaAgainstMap(t *testing.T) {
	r := geotest.Rand(t)
	d := NewDelta()
	model := map[uint32]orb.Bound{}
	var snapshot *Delta
	var frozen map[uint32]orb.Bound
	compare := func(d *Delta, model map[uint32]orb.Bound) {
		t.Helper()
		if err := d.Check(); err != nil || d.Len() != len(model) {
			t.Fatalf("%d rows, want %d: %v", d.Len(), len(model), err)
		}
		b := geotest.Box(r, geotest.City, 0.3)
		found := map[uint32]bool{}
		d.Search(b, func(row uint32) bool { found[row] = true; return true })
		for row, box := range model {
			if box.Intersects(b) && !found[row] {
				t.Fatalf("row %d in %v was not found", row, b)
			}
		}
		p := geotest.Point(r, geotest.City)
		exact := func(row uint32) float64 { return measure.DistanceTo(p, model[row]) }
		var got, want []float64
		d.Nearest(func(b orb.Bound) float64 { return measure.BoundDistance(p, b) }, exact, func(_ uint32, m float64) bool {
			got = append(got, m)
			return len(got) < 10
		})
		for row := range model {
			want = append(want, exact(row))
		}
		slices.Sort(want)
		if want = want[:min(10, len(want))]; !slices.Equal(got, want) {
			t.Fatalf("nearest to %v: %v, want %v", p, got, want)
		}
	}
	for step := range 4000 {
		row := uint32(r.IntN(500))
		if box, ok := model[row]; ok {
			d.Delete(box, row)
			delete(model, row)
		} else {
			model[row] = geotest.Box(r, geotest.City, 0.02)
			d.Insert(model[row], row)
		}
		if step%400 == 0 {
			if snapshot != nil {
				compare(snapshot, frozen)
			}
			snapshot, frozen = d.Snapshot(), map[uint32]orb.Bound{}
			for row, box := range model {
				frozen[row] = box
			}
		}
		if step%100 == 0 {
			compare(d, model)
		}
	}
}
