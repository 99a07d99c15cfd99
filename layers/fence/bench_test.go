package fence_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers/fence"
)

// Fixes of 10,000 objects that wander among overlapping fences of 65 vertices,
// about eight around each place whatever their number.
func BenchmarkMove(b *testing.B) {
	for _, n := range []int{1000, 23_000, 100_000} {
		b.Run(fmt.Sprint(n, " fences"), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			side := 0.4 * math.Sqrt(float64(n)/23_000) // as dense whatever their number
			area := orb.Bound{Min: orb.Point{116, 39.5}, Max: orb.Point{116 + side, 39.5 + side}}
			fences := fence.NewFences()
			for i := range n {
				fences.Put(fmt.Sprint("f", i), orb.Polygon{geotest.Star(rng, geotest.Point(rng, area), 0.0065, 64)})
			}
			tracker := fence.NewTracker(fences, fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave, fence.Cross, fence.Dwell), DwellTime: time.Hour})
			fixes := make([]fence.Fix, 10_000)
			for i := range fixes {
				fixes[i] = fence.Fix{Object: fmt.Sprint("o", i), Point: geotest.Point(rng, area)}
			}
			at, told := time.Unix(1_700_000_000, 0), 0
			move := func(count int) {
				at = at.Add(time.Second)
				for i := range fixes[:count] {
					f := &fixes[i]
					f.At = at
					f.Point = orb.Point{f.Point[0] + rng.NormFloat64()*0.0001, f.Point[1] + rng.NormFloat64()*0.0001}
				}
				batch := tracker.Begin()
				list, _ := batch.Move(fixes[:count])
				told += len(list)
				batch.Commit()
			}
			move(len(fixes)) // fences are prepared when first met
			b.ResetTimer()
			for done := 0; done < b.N; done += len(fixes) {
				move(min(len(fixes), b.N-done))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fixes/s")
			b.ReportMetric(float64(told)/float64(b.N), "told/fix")
		})
	}
}
