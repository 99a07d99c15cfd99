package live

import (
	"math/rand/v2"
	"slices"
	"testing"

	"wutu/geo/geotest"
)

// Sets of rows in pages answer as a plain set does, clones leave what they were made
// of as it was, and flat and deadOf are inverse.
func TestDeadRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 23))
	for range 60 {
		n := 1 + rng.IntN(30_000)
		var d deadRows
		want := map[uint32]bool{}
		type kept struct {
			set  deadRows
			size int
		}
		var before []kept
		for range 5 {
			before = append(before, kept{d, len(want)})
			d = d.clone(n)
			for range rng.IntN(1 + n/(1<<rng.IntN(12))) {
				row := uint32(rng.IntN(n))
				d.add(row)
				want[row] = true
			}
		}
		for _, k := range before {
			if got := k.set.countRange(0, uint32(n)); got != k.size {
				t.Fatalf("a set of %d rows has %d after changes to its clone", k.size, got)
			}
		}
		again := deadOf(d.flat(n), n)
		for range 40 {
			lo := uint32(rng.IntN(n + 1))
			hi := lo + uint32(rng.IntN(n+1-int(lo)))
			var rows []uint32
			for row := lo; row < hi; row++ {
				if want[row] != d.has(row) || want[row] != again.has(row) {
					t.Fatalf("row %d of %d: %v and %v, want %v", row, n, d.has(row), again.has(row), want[row])
				}
				if want[row] {
					rows = append(rows, row)
				}
			}
			var got []uint32
			d.each(lo, hi, func(row uint32) { got = append(got, row) })
			if !slices.Equal(got, rows) || d.countRange(lo, hi) != len(rows) || again.countRange(lo, hi) != len(rows) {
				t.Fatalf("rows %d to %d of %d: %d listed, %d counted, want %d", lo, hi, n, len(got), d.countRange(lo, hi), len(rows))
			}
		}
	}
}
