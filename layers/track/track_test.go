package track_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/layers/track"
)

// walk is a track of n fixes, some seconds apart, of a walker with pauses.
func walk(r *rand.Rand, n int) []track.Fix {
	p, at, heading := orb.Point{111.3 + r.Float64()*.02, 30.7 + r.Float64()*.02}, time.Date(2026, 11, 20, r.IntN(24), 0, 0, 0, time.UTC), r.Float64()*360
	out := make([]track.Fix, 0, n)
	speed := 0.0
	for range n {
		if r.IntN(30) == 0 {
			speed = []float64{0, 0, 5, 5, 30}[r.IntN(5)]
		}
		heading = math.Mod(heading+r.NormFloat64()*15+360, 360)
		step := time.Duration(8000+r.IntN(4000)) * time.Millisecond
		if r.IntN(40) == 0 {
			step += time.Duration(r.IntN(3000)) * time.Second
		}
		at = at.Add(step)
		p = measure.Destination(p, heading, speed/3.6*min(step.Seconds(), 30)+math.Abs(r.NormFloat64())*3)
		acc, v, h := 3+r.Float64()*10, speed, heading
		f, err := track.NewFix(at, p, &acc, &v, &h)
		if err != nil {
			panic(err)
		}
		out = append(out, f)
	}
	return out
}

func TestFix(t *testing.T) {
	at := time.Date(2026, 11, 21, 17, 0, 0, 123_456_789, time.UTC)
	acc, speed, heading := 4.26, 31.04, 359.99
	f, err := track.NewFix(at, orb.Point{111.12345678, -30.7654321}, &acc, &speed, &heading)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := f.AccuracyM()
	v, _ := f.SpeedKmh()
	h, _ := f.HeadingDeg()
	if !f.At().Equal(at.Truncate(time.Millisecond)) || f.Point() != (orb.Point{111.1234568, -30.7654321}) || a != 4.3 || v != 31 || h != 0 {
		t.Errorf("%v %v %v %v %v", f.At(), f.Point(), a, v, h)
	}
	f, err = track.NewFix(at, orb.Point{-180, 90}, nil, nil, nil)
	_, ok := f.AccuracyM()
	if err != nil || ok || f.Point() != (orb.Point{-180, 90}) {
		t.Errorf("%v %v", f, err)
	}
	nan, minus, far := math.NaN(), -1.0, 1e9
	for _, bad := range []func() (track.Fix, error){
		func() (track.Fix, error) { return track.NewFix(at, orb.Point{math.NaN(), 0}, nil, nil, nil) },
		func() (track.Fix, error) { return track.NewFix(at, orb.Point{0, 90.1}, nil, nil, nil) },
		func() (track.Fix, error) { return track.NewFix(time.Time{}, orb.Point{0, 0}, nil, nil, nil) },
		func() (track.Fix, error) { return track.NewFix(at, orb.Point{0, 0}, &nan, nil, nil) },
		func() (track.Fix, error) { return track.NewFix(at, orb.Point{0, 0}, nil, &minus, nil) },
		func() (track.Fix, error) { return track.NewFix(at, orb.Point{0, 0}, nil, nil, &far) },
	} {
		if f, err := bad(); err == nil {
			t.Errorf("%v is taken", f)
		}
	}
	if f, err := track.NewFix(at, orb.Point{0, 0}, &far, &far, nil); err != nil {
		t.Error(err)
	} else if a, _ := f.AccuracyM(); a != 6553.4 {
		t.Errorf("%v", a)
	}
}

// What is packed comes back, whatever it is, and takes less than 11 bytes a
// fix of a receiver that rounds nothing.
func TestPacking(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 1))
	for round := range 60 {
		fixes := walk(r, r.IntN(400))
		if round%5 == 0 { // no pattern at all
			for i := range fixes {
				fixes[i] = track.Fix{T: r.Int64N(1e13), X: int32(r.IntN(3_600_000_001) - 1_800_000_000), Y: int32(r.IntN(1_800_000_001) - 900_000_000),
					Acc: uint16(r.IntN(65536)), Speed: uint16(r.IntN(65536)), Heading: uint16(r.IntN(3601))}
			}
			slices.SortFunc(fixes, func(a, b track.Fix) int { return int(a.T>>1 - b.T>>1) })
			fixes = slices.CompactFunc(fixes, func(a, b track.Fix) bool { return a.T == b.T })
		}
		b := track.AppendChunk(nil, fixes)
		back, err := track.ReadChunk(b)
		if err != nil || !slices.Equal(back, fixes) {
			t.Fatalf("%v: %v", err, fixes)
		}
		if per := float64(len(b)) / float64(len(fixes)); round%5 != 0 && len(fixes) > 200 && per > 11 {
			t.Errorf("%.1f bytes a fix", per)
		}
		for range 20 { // cut short
			if len(b) == 0 {
				break
			}
			i := r.IntN(len(b))
			if _, err := track.ReadChunk(b[:i]); err == nil {
				t.Fatalf("%d of %d bytes are a chunk", i, len(b))
			}
		}
		k := &track.Block{Layer: "movers", Objects: []string{"甲", "b", ""}, Fixes: fixes}
		for range fixes {
			k.Of = append(k.Of, int32(r.IntN(3)))
		}
		if len(fixes) < 3 {
			continue
		}
		again, err := track.ReadBlock("movers", track.AppendBlock(nil, k))
		if err != nil || !slices.Equal(again.Fixes, k.Fixes) || !slices.Equal(again.Of, k.Of) || !slices.Equal(again.Objects, k.Objects) {
			t.Fatalf("%v", err)
		}
	}
}

func FuzzChunk(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	f.Add(track.AppendChunk(nil, walk(r, 5)))
	f.Add(track.AppendBlock(nil, &track.Block{Objects: []string{"a"}, Of: []int32{0}, Fixes: walk(r, 1)}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if fixes, err := track.ReadChunk(b); err == nil {
			if again, err := track.ReadChunk(track.AppendChunk(nil, fixes)); err != nil || !slices.Equal(again, fixes) {
				t.Errorf("%v", err)
			}
		}
		_, _ = track.ReadBlock("x", b)
	})
}

// Split, Stops, Trips and Simplify against what their comments say, read plainly.
func TestWays(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 3))
	for range 40 {
		fixes := walk(r, r.IntN(300))
		gap := time.Duration(1+r.IntN(1200)) * time.Second
		admit := func(f track.Fix) bool { return f.T%7 != 0 }
		var want [][]track.Fix
		for i, f := range fixes {
			switch {
			case !admit(f):
			case i > 0 && admit(fixes[i-1]) && f.T-fixes[i-1].T <= gap.Milliseconds():
				want[len(want)-1] = append(want[len(want)-1], f)
			default:
				want = append(want, []track.Fix{f})
			}
		}
		parts := track.Split(fixes, gap, admit)
		if !slices.EqualFunc(parts, want, slices.Equal[[]track.Fix]) {
			t.Fatalf("split: %d parts, want %d", len(parts), len(want))
		}
		for _, part := range parts {
			radius, least := 5+r.Float64()*60, time.Duration(r.IntN(300))*time.Second
			stops := track.Stops(part, radius, least)
			checkStops(t, part, stops, radius, least)
			trips := track.Trips(part, stops)
			covered := 0.0
			for _, x := range trips {
				covered += track.Length(part[x.First : x.Last+1])
			}
			for _, s := range stops {
				covered += track.Length(part[s.First : s.Last+1])
			}
			if whole := track.Length(part); math.Abs(covered-whole) > 1e-6*whole+1e-9 {
				t.Errorf("trips and stops are %v m of %v", covered, whole)
			}
			tolerance := r.Float64() * 50
			simple := track.Simplify(part, tolerance)
			if simple[0] != part[0] || simple[len(simple)-1] != part[len(part)-1] {
				t.Error("simplified away an end")
			}
			for i, at := 0, 0; i < len(part); i++ {
				for at+1 < len(simple) && simple[at+1].T <= part[i].T {
					at++
				}
				if at+1 == len(simple) {
					break
				}
				way := orb.LineString{simple[at].Point(), simple[at+1].Point()}
				if d := measure.DistanceTo(part[i].Point(), way); d > tolerance*1.002+0.01 {
					t.Errorf("%v m off with a tolerance of %v", d, tolerance)
				}
			}
		}
	}
}

// checkStops decides for every fix whether a stop begins there, with distances only.
func checkStops(t *testing.T, part []track.Fix, stops []track.Stop, radius float64, least time.Duration) {
	t.Helper()
	next := 0
	for i := 0; i < len(part); {
		j := i
		for j+1 < len(part) && measure.Distance(part[i].Point(), part[j+1].Point()) <= radius {
			j++
		}
		long := part[j].At().Sub(part[i].At())
		if long < least || j == i && least > 0 {
			i++
			continue
		}
		if next >= len(stops) || stops[next].First != i || stops[next].Last != j {
			t.Fatalf("stop %d should be [%d, %d] of %d: %v", next, i, j, len(part), stops)
		}
		i = j + 1
		next++
	}
	if next != len(stops) {
		t.Fatalf("%d stops, want %d", len(stops), next)
	}
}
