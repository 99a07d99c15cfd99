package fence_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers/fence"
)

// Fixes of 10,000 objects that wander among overlapping fences of 65 vertices. The
// area grows with the number of fences, so that a place lies in 8.3 of them whatever
// their number, and objects turn back before its border: the figures of different
// numbers are of the same work, as told/fix shows.
//
// Circles are buffers of points, as peers are measured with. Stars are harder: their
// borders go to and fro, and a step of twelve metres crosses more than one of them.
// Still objects stand at their place and tell it again.
func BenchmarkMove(b *testing.B) {
	circle := func(_ *rand.Rand, center orb.Point) orb.Geometry {
		ring := make(orb.Ring, 65)
		for i := range ring {
			sin, cos := math.Sincos(2 * math.Pi * float64(i%64) / 64)
			ring[i] = orb.Point{center[0] + 0.0043*cos, center[1] + 0.0043*sin}
		}
		return orb.Polygon{ring}
	}
	star := func(rng *rand.Rand, center orb.Point) orb.Geometry {
		return orb.Polygon{geotest.Star(rng, center, 0.0065, 64)}
	}
	for _, x := range []struct {
		name  string
		shape func(*rand.Rand, orb.Point) orb.Geometry
		step  float64 // degrees
	}{{"circles", circle, 0.0001}, {"stars", star, 0.0001}, {"still", circle, 0}} {
		for _, n := range []int{1000, 23_000, 100_000} {
			b.Run(fmt.Sprint(x.name, "/", n), func(b *testing.B) { benchMove(b, n, x.shape, x.step) })
		}
	}
}

func benchMove(b *testing.B, n int, shape func(*rand.Rand, orb.Point) orb.Geometry, step float64) {
	rng := rand.New(rand.NewPCG(1, 1))
	side := 0.4 * math.Sqrt(float64(n)/23_000) // as dense whatever their number
	area := orb.Bound{Min: orb.Point{116, 39.5}, Max: orb.Point{116 + side, 39.5 + side}}
	inner := area.Pad(-0.0065) // where a place lies in as many as any other
	fences := fence.NewFences()
	for i := range n {
		fences.Put(fmt.Sprint("f", i), shape(rng, geotest.Point(rng, area)))
	}
	tracker := fence.NewTracker(fences, fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave, fence.Cross, fence.Dwell), DwellTime: time.Hour})
	fixes := make([]fence.Fix, 10_000)
	for i := range fixes {
		fixes[i] = fence.Fix{Object: fmt.Sprint("o", i), Point: geotest.Point(rng, inner)}
	}
	at, told := time.Unix(1_700_000_000, 0), 0
	var spent time.Duration
	move := func(count int) {
		at = at.Add(time.Second)
		for i := range fixes[:count] {
			f := &fixes[i]
			f.At = at
			for axis := range 2 {
				x := f.Point[axis] + rng.NormFloat64()*step
				low, high := inner.Min[axis], inner.Max[axis]
				f.Point[axis] = max(x, 2*low-x) + min(0, 2*(high-x))
			}
		}
		before := processorTime()
		batch := tracker.Begin()
		list, _ := batch.Move(fixes[:count])
		told += len(list)
		batch.Commit()
		spent += processorTime() - before
	}
	move(len(fixes)) // fences are packed when first needed
	told, spent = 0, 0
	b.ResetTimer()
	for done := 0; done < b.N; done += len(fixes) {
		move(min(len(fixes), b.N-done))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fixes/s")
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "cpu-ns/fix")
	b.ReportMetric(float64(told)/float64(b.N), "told/fix")
}

// processorTime is what all processors together have spent on this process.
func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
