package roadnet

import (
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// Bound is the box of a network.
func Bound(g *Graph) orb.Bound {
	b := orb.Bound{Min: g.places[0].point(), Max: g.places[0].point()}
	for _, p := range g.places {
		b = b.Extend(p.point())
	}
	return b
}

// RoadOf is the id of the road that a place is on.
func (g *Graph) RoadOf(s *Snap) string { return g.ids[g.road[s.edge]] }

// HitOf makes a hit of a route.
func HitOf(target int, r *Route) Hit {
	return Hit{Target: target, time: r.time, Seconds: r.Seconds, Metres: r.Metres}
}

// PlaceOn is a random place on a road, to the centimetre.
func (g *Graph) PlaceOn(r *rand.Rand) orb.Point {
	line := g.line(int32(r.IntN(len(g.from))))
	i, s := 1+r.IntN(len(line)-1), r.Float64()
	a, b := line[i-1].point(), line[i].point()
	return spotOf(orb.Point{a[0] + s*(b[0]-a[0]), a[1] + s*(b[1]-a[1])}).point()
}
