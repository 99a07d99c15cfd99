package release

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
)

// anchorDepth is how much finer than a base cell the cells are whose centres are
// tried as anchors: 7³ cells of some 6 m² per base cell.
const anchorDepth = 3

// anchorTries bounds the points tried for one anchor.
const anchorTries = 5000

// anchorOf finds where a group stands: the centre of one of its base cells that
// is owned by the areas which own the rows there, the middle cell first; where a
// border cuts off every centre, the centre of a smaller cell. Slivers of areas
// may have none: then it is a centre owned by the areas that all rows share, or
// the middle cell's. It never depends on where in its cell a row is. ok is false
// for a group without geometry. home is the place of the anchor.
func (r *Release) anchorOf(g *group) (at orb.Point, home place, ok bool) {
	middle := g.middle()
	tries, shared := 0, false
	var own *place
	try := func(c hexgrid.Cell) bool {
		tries++
		p := c.Center()
		h := r.placeOf(r.owner(p))
		if h == *own {
			at, home, ok = p, h, true
			return true
		}
		if s := h.within(own, g.depth); !ok || s && !shared {
			at, home, ok, shared = p, h, true, s
		}
		return false
	}
	for depth := 0; depth <= anchorDepth; depth++ {
		for i := range 2 * len(g.entries) {
			e := middle - i/2
			if i%2 == 1 {
				e = middle + (i+1)/2
			}
			if e < 0 || e >= len(g.entries) || tries >= anchorTries {
				continue
			}
			own = &r.ledger.places[r.ledger.keys[g.entries[e].base].place]
			if c := g.entries[e].cell; c != 0 && descend(c, depth, try) {
				return at, home, true
			}
		}
	}
	if !ok {
		home = place{areas: noAreas()}
	}
	return at, home, ok
}

func noAreas() (a [levels]uint32) {
	for i := range a {
		a[i] = NoArea
	}
	return a
}

// descend visits the cells depth levels below c until visit returns true.
func descend(c hexgrid.Cell, depth int, visit func(hexgrid.Cell) bool) bool {
	if depth == 0 {
		return visit(c)
	}
	for digit := range hexgrid.Cell(7) {
		if descend(child(c, digit), depth-1, visit) {
			return true
		}
	}
	return false
}

// child is the child of c with the given digit (0 is the middle one). Source:
// h3geo.org, "Bit layout of H3Index": the resolution in bits 52–55, then three
// bits per digit from the coarsest. Children 1 of pentagons do not exist; the
// twelve pentagons lie in the sea.
func child(c, digit hexgrid.Cell) hexgrid.Cell {
	res := c.Resolution() + 1
	shift := 3 * (hexgrid.MaxResolution - res)
	return c + 1<<52 - (7-digit)<<shift
}

// squared is the squared distance of p and q in degrees of latitude, good enough
// to tell near from far within a city.
func squared(p, q orb.Point) float64 {
	dx := (p[0] - q[0]) * math.Cos((p[1]+q[1])/2*math.Pi/180)
	dy := p[1] - q[1]
	return dx*dx + dy*dy
}
