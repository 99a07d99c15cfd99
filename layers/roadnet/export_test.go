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
