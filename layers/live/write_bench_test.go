package live_test

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
)

// benchMove is a change of a random one of the million points: to a place nearby, as
// things that move go.
func benchMove(rng *rand.Rand) layers.Change {
	id := fmt.Sprintf("t%07d", rng.IntN(benchRows))
	return layers.Change{Op: layers.Put, Layer: "things", ID: id, Feature: &layers.Feature{Key: id,
		Shape:  orb.Point{rng.Float64(), rng.Float64()},
		Values: []layers.Value{layers.Text("lamp"), layers.Int(int64(rng.IntN(1000))), layers.Float(rng.Float64())}}}
}

// processor is the processor time of this process, collecting included: on a machine
// that does other work, too, it says more than the clock.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// reportProcessor reports the processor time since began for each of n.
func reportProcessor(b *testing.B, began time.Duration, n int, unit string) {
	b.ReportMetric(float64(processor(b)-began)/float64(n), unit)
}

func benchWrite(b *testing.B, changes int, prepare func(c *live.Catalog, rng *rand.Rand)) {
	c := benchCity()
	rng := rand.New(rand.NewPCG(3, 3))
	if prepare != nil {
		prepare(c, rng)
	}
	batch := layers.Batch{Changes: make([]layers.Change, changes)}
	b.ReportAllocs()
	began := processor(b)
	for b.Loop() {
		for i := range batch.Changes {
			batch.Changes[i] = benchMove(rng)
		}
		if _, err := c.Apply(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	reportProcessor(b, began, b.N*changes, "cpu-ns/change")
}

// cellTile asks for the cells of about a tile at a zoom.
func cellTile(b *testing.B, c *live.Catalog, rng *rand.Rand, res int, side float64, filter layers.Expr) {
	x, y := rng.Float64(), rng.Float64()
	q := benchQuery()
	q.Filter, q.Boxes = filter, []orb.Bound{{Min: orb.Point{x - side, y - side}, Max: orb.Point{x + side, y + side}}}
	if _, err := c.View().Cells(b.Context(), q, res, []string{"size", "weight"}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWrite is a commit of one change, and of a hundred, to a layer of a million
// points in memory, shown and told: what the store costs comes on top.
func BenchmarkWrite(b *testing.B) {
	b.Run("one", func(b *testing.B) { benchWrite(b, 1, nil) })
	b.Run("hundred", func(b *testing.B) { benchWrite(b, 100, nil) })
	b.Run("two-thousand", func(b *testing.B) { benchWrite(b, 2000, nil) })
	b.Run("one-of-500-scopes", func(b *testing.B) {
		benchWrite(b, 1, func(c *live.Catalog, _ *rand.Rand) { watchScopes(b, c, 500) })
	})
}

// BenchmarkCellsAfterWrite is a change and the hexagons of a tile after it, at the
// zooms of a city, a district and a street.
func BenchmarkCellsAfterWrite(b *testing.B) {
	lamps := benchFilter(b, "kind = 'lamp'")
	for _, t := range []struct {
		name string
		res  int
		side float64
	}{{"z8", 6, 1}, {"z11", 7, 0.2}, {"z12", 8, 0.1}, {"z14", 9, 0.02}} {
		for name, filter := range map[string]layers.Expr{"all": nil, "filter": lamps} {
			b.Run(t.name+"/"+name, func(b *testing.B) {
				c := benchCity()
				rng := rand.New(rand.NewPCG(4, 4))
				cellTile(b, c, rng, t.res, t.side, filter)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Apply(b.Context(), layers.Batch{Changes: []layers.Change{benchMove(rng)}}); err != nil {
						b.Fatal(err)
					}
					cellTile(b, c, rng, t.res, t.side, filter)
				}
			})
		}
	}
}

// BenchmarkMerge is the work of merging what changed into a segment of its own, and
// into one with all rows.
func BenchmarkMerge(b *testing.B) {
	c := benchCity()
	rng := rand.New(rand.NewPCG(5, 5))
	batch := layers.Batch{Changes: make([]layers.Change, 8000)}
	for i := range batch.Changes {
		batch.Changes[i] = benchMove(rng)
	}
	if _, err := c.Apply(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	for name, most := range map[string]int{"delta": 0, "all": 2 * benchRows} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			rows, began := 0, processor(b)
			for b.Loop() {
				rows = c.MergedForTest("things", most)
			}
			reportProcessor(b, began, b.N*rows, "cpu-ns/row")
		})
	}
}

// BenchmarkNearestUnderWrites is BenchmarkNearest10 with fifty thousand changes in the
// delta.
func BenchmarkNearestUnderWrites(b *testing.B) {
	c := benchCity()
	rng := rand.New(rand.NewPCG(6, 6))
	batch := layers.Batch{Changes: make([]layers.Change, 50_000)}
	for i := range batch.Changes {
		batch.Changes[i] = benchMove(rng)
	}
	if _, err := c.Apply(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	v := c.View()
	b.ReportAllocs()
	began := processor(b)
	defer func() { reportProcessor(b, began, b.N, "cpu-ns/op") }()
	for b.Loop() {
		for _, err := range v.Nearest(b.Context(), benchQuery(), live.Near{Point: orb.Point{rng.Float64(), rng.Float64()}, K: 10}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// watchScopes has the versions of as many scopes followed: subjects of the grids,
// each with a margin of its own.
func watchScopes(b *testing.B, c *live.Catalog, n int) {
	for i := range n {
		s := layers.Subject{Role: layers.Planner, Region: fmt.Sprintf("g%02d", i%100)}
		d := access.Decide(&s, thingsLayer)
		d.MarginM = float64(i / 100)
		c.View().Version(&d, "things")
	}
	c.View()
}
