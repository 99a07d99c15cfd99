package roadnet_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/valid"
	"wutu/layers/roadnet"
)

// TestIsochronesHoldWhatIsReached asks for the ways to random places of the road
// network: those within the limit lie on the roads of the isochrone and in its
// area, the others on none of them. Less time lies within more.
func TestIsochronesHoldWhatIsReached(t *testing.T) {
	r := geotest.Rand(t)
	g := graph(t, town)
	within, beyond := 0, 0
	for round := 0; round < 5 || within < 20 && round < 60; round++ {
		m := roadnet.Mode(r.IntN(2))
		inward := r.IntN(2) == 0
		from := places(g, m, r, 1)[0]
		limits := []time.Duration{time.Duration(30+r.IntN(120)) * time.Second, time.Duration(200+r.IntN(200)) * time.Second}
		if m == roadnet.Walk {
			limits[0], limits[1] = 5*limits[0], 5*limits[1]
		}
		rings, err := g.Isochrones(t.Context(), m, &from, limits, inward)
		if err != nil {
			t.Fatal(err)
		}
		again, err := g.Isochrones(t.Context(), m, &from, slices.Clone(limits[:1]), inward)
		if err != nil || len(again[0].Roads) != len(rings[0].Roads) || again[0].Metres != rings[0].Metres {
			t.Fatalf("asked for alone %v m, %v; with another %v m", again[0].Metres, err, rings[0].Metres)
		}
		for i := range rings {
			checkArea(t, &rings[i])
		}
		if rings[0].Metres > rings[1].Metres || predicate.Within(rings[0].Area, rings[1].Area) == false && len(rings[0].Area) > 0 {
			t.Errorf("%v is not within %v", limits[0], limits[1])
		}
		for tries := 0; tries < 60; {
			p := g.PlaceOn(r)
			if measure.Distance(p, from.Point) > .6*limits[1].Seconds()*20 && r.IntN(20) > 0 {
				continue // far beyond
			}
			tries++
			to, ok := g.Snap(m, p, .02)
			if !ok {
				continue
			}
			a, b := &from, &to
			if inward {
				a, b = b, a
			}
			way, err := g.Route(t.Context(), m, a, b, 0)
			if err != nil && !errors.Is(err, roadnet.ErrNoWay) {
				t.Fatal(err)
			}
			for i, limit := range limits {
				near := math.Inf(1)
				for _, l := range rings[i].Roads {
					near = min(near, measure.DistanceTo(to.On, l))
				}
				slack := 50 * time.Millisecond // the place is rounded to a centimetre
				switch {
				case err == nil && way.Time() <= limit-slack:
					within++
					if near > .03 {
						t.Fatalf("%v: %v s away, and %v m off what is reached in %v", m, way.Seconds, near, limit)
					}
					if !predicate.Intersects(to.On, rings[i].Area) {
						t.Fatalf("%v is reached and not in the area", to.On)
					}
				case err != nil || way.Time() > limit+slack:
					beyond++
					if near < .001 {
						t.Fatalf("%v: %v, and on what is reached in %v", m, way, limit)
					}
				}
			}
		}
	}
	if within < 20 || beyond < 20 {
		t.Errorf("only %d places within and %d beyond", within, beyond)
	}
}

// checkArea demands a valid area that holds the roads and leaves out what is far
// from them, apart from filled holes.
func checkArea(t *testing.T, o *roadnet.Isochrone) {
	t.Helper()
	if err := valid.Check(o.Area); err != nil {
		t.Fatalf("%v: %v", o.Limit, err)
	}
	for _, p := range o.Area {
		for i, corner := range p[0] {
			if i%9 != 0 {
				continue
			}
			near := math.Inf(1)
			for _, l := range o.Roads {
				near = min(near, measure.DistanceTo(corner, l))
			}
			if near < 20 || near > 110 { // the buffer is 45 m at least
				t.Fatalf("the border is %v m from the next road at %v", near, corner)
			}
		}
		for _, hole := range p[1:] {
			if a := measure.Area(orb.Polygon{hole}); a < roadnet.HoleM2*.95 {
				t.Errorf("a hole of %v m²", a)
			}
		}
	}
}

// TestAreaAroundARoad compares the area around one road with that of a strip with
// round ends.
func TestAreaAroundARoad(t *testing.T) {
	w := &world{at: []orb.Point{{111, 30}, {111.01, 30.004}}, ways: []way{{nodes: []int{0, 1}, class: "primary"}}}
	g := w.build(t)
	s, ok := g.Snap(roadnet.Drive, w.at[0], 1)
	if !ok {
		t.Fatal("no road")
	}
	rings, err := g.Isochrones(t.Context(), roadnet.Drive, &s, []time.Duration{time.Hour}, false)
	if err != nil {
		t.Fatal(err)
	}
	length := measure.Distance(w.at[0], w.at[1])
	want := 2*45*length + math.Pi*45*45
	if got := measure.Area(rings[0].Area); math.Abs(got-want) > .03*want {
		t.Errorf("%v m² around %v m of road, want %v", got, length, want)
	}
	if math.Abs(rings[0].Metres-length) > .01 {
		t.Errorf("%v m reached, the road has %v", rings[0].Metres, length)
	}
}
