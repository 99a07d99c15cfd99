package roadnet

import "github.com/paulmach/orb"

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
