package live

import (
	"math"

	"github.com/paulmach/orb"
)

// Extent is how large a shape is on a lattice.
type Extent struct {
	Size float32 // area in steps squared; of a shape without area its longer side in steps from north to south
	Side uint8   // no side of its box is longer than 2^Side steps from north to south
	Flat bool    // it has no area: a line
}

// Extent measures g. Areas are those in degrees stretched like the box: exact enough
// for shapes that are small. It depends on g alone.
func (l *Lattice) Extent(g orb.Geometry) Extent {
	e := Extent{Flat: true}
	if g == nil {
		return e
	}
	b := g.Bound()
	if boundEmpty(b) {
		return e
	}
	const steps = 1 << 32
	x0, y0 := l.Project(orb.Point{b.Min[0], b.Max[1]})
	x1, y1 := l.Project(orb.Point{b.Max[0], b.Min[1]})
	width, height := float64(x1-x0)*steps, float64(y1-y0)*steps
	longer := max(width*l.Aspect, height)
	if math.IsNaN(longer) || math.IsInf(longer, 0) {
		return Extent{Flat: true, Side: math.MaxUint8}
	}
	if fraction, exponent := math.Frexp(longer); longer > 1 {
		e.Side = uint8(exponent)
		if fraction == 0.5 { // a power of two
			e.Side--
		}
	}
	if !hasArea(g) {
		e.Size = float32(longer)
		return e
	}
	e.Flat = false
	if degrees := float64((b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1])); degrees > 0 {
		e.Size = float32(degreesSquared(g, b.Min) / degrees * width * height)
	}
	return e
}

func hasArea(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Polygon, orb.MultiPolygon, orb.Ring, orb.Bound:
		return true
	case orb.Collection:
		for _, part := range g {
			if part != nil && hasArea(part) {
				return true
			}
		}
	}
	return false
}

// degreesSquared is the area of g; origin is near it, so that little is lost.
func degreesSquared(g orb.Geometry, origin orb.Point) (sum float64) {
	switch g := g.(type) {
	case orb.Ring:
		return ringArea(g, origin)
	case orb.Polygon:
		return polygonArea(g, origin)
	case orb.MultiPolygon:
		for _, p := range g {
			sum += polygonArea(p, origin)
		}
	case orb.Collection:
		for _, part := range g {
			if part != nil {
				sum += degreesSquared(part, origin)
			}
		}
	case orb.Bound:
		return float64((g.Max[0] - g.Min[0]) * (g.Max[1] - g.Min[1]))
	}
	return sum
}

func polygonArea(p orb.Polygon, origin orb.Point) (sum float64) {
	for i, r := range p {
		if a := ringArea(r, origin); i == 0 {
			sum = a
		} else {
			sum -= a
		}
	}
	return max(sum, 0)
}

func ringArea(r orb.Ring, origin orb.Point) (sum float64) {
	for i := 1; i < len(r); i++ {
		p, q := r[i-1], r[i]
		sum += float64((p[0]-origin[0])*(q[1]-origin[1])) - float64((q[0]-origin[0])*(p[1]-origin[1]))
	}
	return math.Abs(sum) / 2
}
