package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// Around measures from one point, again and again. Close by, a plane through the
// point bounds distances from both sides to a few parts in ten thousand, at the
// price of a square root, so that only what lies between the bounds needs Distance.
// It is immutable and safe for any goroutine.
type Around struct {
	p              orb.Point
	perLon, perLat float64 // metres per degree at p
	err            float64 // relative error of the plane per metre
	rim            float64 // metres on the plane up to which it is trusted
	least          float64 // no place beyond the rim is nearer, metres
}

// trusted is the greatest relative error for which the plane is used.
const trusted = 0.05

// NewAround prepares p (lon/lat degrees).
func NewAround(p orb.Point) Around {
	a := Around{p: p}
	a.perLon, a.perLat = localScale(p[1])
	if math.Abs(p[1]) == 90 {
		a.perLon = 0 // a pole is one place, which the cosine misses by a hair
	}
	// ds² = (M dφ)² + (N cos φ dλ)². Within d of p the logarithm of N cos φ changes by
	// at most d·tan(φ)/R and that of M by less than d/(50 R); twice that allows for the
	// growth of the tangent while the error stays below 'trusted'. Lengths of curves
	// in both metrics differ by no more than that, the shortest ones included.
	a.err = 2 * (1 + math.Abs(math.Tan(p[1]*radian))) / leastRadius
	a.rim = trusted / a.err
	a.least = a.rim * (1 - trusted)
	return a
}

// Point is the point measured from.
func (a *Around) Point() orb.Point { return a.p }

// Distance is Distance from the point to q.
func (a *Around) Distance(q orb.Point) float64 { return Distance(a.p, q) }

// Least returns a lower bound in metres on the distance to every point of the
// closed box b, 0 when the point lies in it, +Inf for an empty box. It is tight
// close by: within two parts in ten thousand of the distance to a box at 1 km in
// middle latitudes. About 3 ns close by, as BoundDistance beyond.
func (a *Around) Least(b orb.Bound) float64 {
	east, west := b.Max[0]-a.p[0], a.p[0]-b.Min[0]
	if !(east <= 180 && west <= 180 && b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return BoundDistance(a.p, b) // the other way round the Earth may be shorter
	}
	x := max(-east, -west, 0) * a.perLon
	y := max(b.Min[1]-a.p[1], a.p[1]-b.Max[1], 0) * a.perLat
	d := math.Sqrt(x*x + y*y)
	if !(d < a.rim) {
		return max(a.least, BoundDistance(a.p, b))
	}
	return d * (1 - d*a.err) * slack
}

// Most returns an upper bound in metres on the distance to every point of the
// closed box b; +Inf for an empty box, and where the plane is no good any more.
// About 3 ns.
func (a *Around) Most(b orb.Bound) float64 {
	if !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return math.Inf(1)
	}
	x := max(math.Abs(b.Max[0]-a.p[0]), math.Abs(b.Min[0]-a.p[0])) * a.perLon
	y := max(math.Abs(b.Max[1]-a.p[1]), math.Abs(b.Min[1]-a.p[1])) * a.perLat
	d := math.Sqrt(x*x + y*y)
	if !(d < a.rim) {
		return math.Inf(1)
	}
	return d * (1 + d*a.err) / slack
}

// Near returns a lower bound in metres on the distance to q. About 2 ns close by.
func (a *Around) Near(q orb.Point) float64 {
	x := (q[0] - a.p[0]) * a.perLon
	y := (q[1] - a.p[1]) * a.perLat
	d := math.Sqrt(x*x + y*y)
	if !(d < a.rim) {
		return a.Least(orb.Bound{Min: q, Max: q})
	}
	return d * (1 - d*a.err) * slack
}

// Within reports whether q is at most radiusM metres away, border included: the
// same answer as Distance(q) <= radiusM. About 2 ns unless q lies on the border.
func (a *Around) Within(q orb.Point, radiusM float64) bool {
	x := (q[0] - a.p[0]) * a.perLon
	y := (q[1] - a.p[1]) * a.perLat
	d := math.Sqrt(x*x + y*y)
	if d < a.rim {
		if d*(1-d*a.err)*slack > radiusM {
			return false
		}
		if d*(1+d*a.err)/slack <= radiusM {
			return true
		}
	}
	return Distance(a.p, q) <= radiusM
}
