package stream

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/tiles"
)

// Every point of a feature lies in a tile named, at each zoom named; package
// tiles is the oracle.
func TestCoverHoldsEveryPoint(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := newCover()
		size := []float64{0, 0.0001, 0.01, 1, 60}[rnd.IntN(5)]
		at := orb.Point{rnd.Float64()*300 - 150, rnd.Float64()*120 - 60}
		b := orb.Bound{Min: at, Max: orb.Point{min(180, at[0]+size), min(85, at[1]+size)}}
		c.add(b)
		var named []string
		if err := json.Unmarshal(c.append(nil), &named); err != nil {
			t.Fatal(err)
		}
		if len(named) == 0 || len(named) > coverMost {
			t.Fatalf("%v: %d tiles", b, len(named))
		}
		has := map[string]bool{}
		for _, id := range named {
			has[id] = true
		}
		for z := min(coverMin, c.deepest); z <= c.deepest; z++ {
			for range 10 {
				p := orb.Point{b.Min[0] + rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rnd.Float64()*(b.Max[1]-b.Min[1])}
				id, ok := tiles.At(p, tiles.Zoom(z))
				if !ok || !has[fmt.Sprint(id)] {
					t.Fatalf("%v: tile %v of zoom %d is not named", b, id, z)
				}
			}
		}
	}
}

func TestCoverIsBounded(t *testing.T) {
	c := newCover()
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		c.add(orb.Point{110 + rnd.Float64(), 30 + rnd.Float64()})
	}
	if len(c.tiles) > coverMost || len(c.tiles) == 0 {
		t.Errorf("%d tiles", len(c.tiles))
	}
}
