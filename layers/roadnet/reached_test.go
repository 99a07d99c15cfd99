package roadnet_test

import (
	"errors"
	"testing"
	"time"

	"wutu/geo/geotest"
	"wutu/layers/roadnet"
)

// TestReachedEqualsRoutes holds what is reached from several places against a route
// from or to each.
func TestReachedEqualsRoutes(t *testing.T) {
	r := geotest.Rand(t)
	reached, missed := 0, 0
	for range 150 {
		g := randomWorld(r).build(t)
		if g.Empty() {
			continue
		}
		for _, m := range []roadnet.Mode{roadnet.Drive, roadnet.Walk} {
			var places []roadnet.Snap
			for range 1 + r.IntN(4) {
				if s, ok := g.Snap(m, g.PlaceOn(r), 500); ok {
					places = append(places, s)
				}
			}
			limit := time.Duration(30+r.IntN(900)) * time.Second
			inward := r.IntN(2) == 0
			got, err := g.Reached(t.Context(), m, places, limit, inward)
			if err != nil {
				t.Fatal(err)
			}
			for range 12 {
				p := g.PlaceOn(r)
				at, ok := g.Snap(m, p, 500)
				if !ok {
					if got.Within(p, 500) {
						t.Fatalf("%v is off the network and reached", p)
					}
					continue
				}
				best, some := time.Duration(0), false
				for i := range places {
					a, b := &places[i], &at
					if inward {
						a, b = b, a
					}
					way, err := g.Route(t.Context(), m, a, b, limit)
					if errors.Is(err, roadnet.ErrNoWay) {
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					if !some || way.Time() < best {
						best, some = way.Time(), true
					}
				}
				c, in := got.Time(&at)
				if in != some || some && c != best || got.Within(p, 500) != some {
					t.Fatalf("%v to %v within %v, inward %v: %v %v, want %v %v", m, p, limit, inward, in, c, some, best)
				}
				if some {
					reached++
				} else {
					missed++
				}
			}
		}
	}
	if reached < 300 || missed < 100 {
		t.Errorf("only %d reached and %d missed", reached, missed)
	}
}
