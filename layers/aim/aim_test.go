package aim

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// The circle holds every place that the camera sees, and none is smaller by more
// than a hundredth: points drawn from the sector against the answer.
func TestTheCircleHoldsTheSector(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 5))
	for range 200 {
		azimuth, fov := r.Float64()*720-360, 1+r.Float64()*200
		c := Camera{At: orb.Point{111.28 + r.Float64(), 30 + r.Float64()}, RangeM: 10 + r.Float64()*500, Azimuth: &azimuth, FOV: &fov}
		p, accuracy, ok := c.Spot()
		if !ok {
			t.Fatalf("%+v has no spot", c)
		}
		// The smallest circle is held by the apex and the two ends of the arc, or by
		// the arc's ends alone; beyond half a circle by the arc.
		farthest := measure.Distance(p, c.At)
		for i := range 200 {
			direction := azimuth + fov*(r.Float64()-.5)
			if i < 2 {
				direction = azimuth + fov*(float64(i)-.5)
			}
			distance := c.RangeM
			if i%2 == 1 && i > 2 {
				distance *= r.Float64()
			}
			q := measure.Destination(c.At, direction, distance)
			farthest = max(farthest, measure.Distance(p, q))
		}
		if farthest > accuracy*1.0001+.001 {
			t.Fatalf("fov %.1f, range %.0f: a place %.2f m away, the circle has %.2f m", fov, c.RangeM, farthest, accuracy)
		}
		if farthest < accuracy*.99 {
			t.Fatalf("fov %.1f, range %.0f: the circle of %.2f m is too large: %.2f m would do", fov, c.RangeM, accuracy, farthest)
		}
		// No other middle has a smaller circle around the three corners.
		corner := func(side float64) orb.Point { return measure.Destination(c.At, azimuth+fov/2*side, c.RangeM) }
		if fov < 179 {
			for range 30 {
				m := measure.Destination(p, r.Float64()*360, r.Float64()*c.RangeM)
				if max(measure.Distance(m, c.At), measure.Distance(m, corner(1)), measure.Distance(m, corner(-1))) < accuracy*.999 {
					t.Fatalf("fov %.1f: a smaller circle than %.2f m does", fov, accuracy)
				}
			}
		}
	}
}

func TestTiltedCamerasLookAtOneSpot(t *testing.T) {
	n := func(x float64) *float64 { return &x }
	at := orb.Point{111.28, 30.69}
	c := Camera{At: at, RangeM: 300, Azimuth: n(90), FOV: n(60), HeightM: n(6), Pitch: n(45)}
	p, accuracy, ok := c.Spot()
	if d := measure.Distance(at, p); !ok || math.Abs(d-6) > .01 || p[0] <= at[0] || accuracy > 6 {
		t.Errorf("45° from 6 m: %.2f m ahead, accuracy %.2f", d, accuracy)
	}
	c.Pitch = n(.5) // meets the ground beyond the range
	flat := Camera{At: at, RangeM: 300, Azimuth: n(90), FOV: n(60)}
	p, accuracy, _ = c.Spot()
	if q, want, _ := flat.Spot(); p != q || accuracy != want {
		t.Errorf("a camera that looks at the horizon: %v %v, want %v %v", p, accuracy, q, want)
	}
	for _, c := range []Camera{{At: at}, {At: at, RangeM: math.NaN()}, {At: at, RangeM: math.Inf(1)}, {At: at, RangeM: 9, Azimuth: n(0), FOV: n(-1)}} {
		if _, _, ok := c.Spot(); ok {
			t.Errorf("%+v has a spot", c)
		}
	}
	if p, accuracy, ok := (&Camera{At: at, RangeM: 50}).Spot(); p != at || accuracy != 50 || !ok {
		t.Errorf("a camera without an azimuth: %v %v", p, accuracy)
	}
}
