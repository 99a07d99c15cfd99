package track

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers/track"
)

// What is written by hand reads as the library writes it.
func TestNumbersAndTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 21))
	for range 5000 {
		at := time.UnixMilli(r.Int64N(7_000_000_000_000))
		if r.IntN(3) == 0 {
			at = at.Truncate(time.Duration([]int{1, 10, 100, 1000}[r.IntN(4)]) * time.Millisecond)
		}
		f, err := track.NewFix(at, orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(appendInstant(nil, f)), at.UTC().Format(time.RFC3339Nano); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		if got, err := strconv.ParseFloat(string(appendDegrees(nil, f.X)), 64); err != nil || got != f.Point()[0] {
			t.Fatalf("%v, want %v", got, f.Point()[0])
		}
	}
}
