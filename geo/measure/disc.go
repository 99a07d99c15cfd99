package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// Disc is all that is at most a radius away from a point, made ready to be asked
// about many points and boxes: close by, a comparison of squares on the plane of
// Around decides all but what lies on the border. It is immutable and safe for any
// goroutine.
type Disc struct {
	Around
	radius     float64
	sure, near float64 // squares on the plane: up to sure a point is inside, beyond near it is not
}

// NewDisc prepares the places at most radiusM metres from p (lon/lat degrees),
// border included. A negative or NaN radius has none.
func NewDisc(p orb.Point, radiusM float64) Disc {
	d := Disc{Around: NewAround(p), radius: radiusM, sure: -1, near: math.Inf(1)}
	if !(radiusM >= 0) {
		d.near = -1
		return d
	}
	// Around's bounds on a distance grow with the distance x on the plane: solve
	// x(1 + err·x)/slack = radius and x(1 − err·x)·slack = radius, and step aside a
	// little for rounding.
	const aside = 1e-9
	if sure := plane(radiusM*slack, d.err); sure < d.rim {
		sure *= 1 - aside
		d.sure = sure * sure
	}
	if far := plane(radiusM/slack, -d.err) * (1 + aside); far < d.rim {
		d.near = far * far
	}
	return d
}

// plane solves x(1 + err·x) = radius for the smaller x; +Inf where there is none.
func plane(radius, err float64) float64 {
	root := 1 + 4*err*radius
	if !(root >= 0) {
		return math.Inf(1)
	}
	return 2 * radius / (1 + math.Sqrt(root))
}

// Contains reports whether q is at most the radius away: the same answer as
// Distance(q) <= radiusM. About a nanosecond unless q lies on the border.
func (d *Disc) Contains(q orb.Point) bool {
	x := (q[0] - d.p[0]) * d.perLon
	y := (q[1] - d.p[1]) * d.perLat
	s := x*x + y*y
	return s <= d.sure || s <= d.near && Distance(d.p, q) <= d.radius || d.wraps(q, s)
}

// Count is how many of the points it contains.
func (d *Disc) Count(points []orb.Point) int {
	p, perLon, perLat, sure, near := d.p, d.perLon, d.perLat, d.sure, d.near
	n := 0
	for i := range points {
		x := (points[i][0] - p[0]) * perLon
		y := (points[i][1] - p[1]) * perLat
		switch s := x*x + y*y; {
		case s <= sure:
			n++
		case s > near && math.Abs(points[i][0]-p[0]) <= 180:
		case d.Contains(points[i]):
			n++
		}
	}
	return n
}

// wraps is Contains for a point that is far away on the plane but maybe not on the
// Earth: the plane ends at the antimeridian.
func (d *Disc) wraps(q orb.Point, s float64) bool {
	return s > d.near && math.Abs(q[0]-d.p[0]) > 180 && Distance(d.p, q) <= d.radius
}

// Relate reports whether all points of the closed box b are in the disc, or none
// is; both may be false when neither is known. An empty box has no points: both are
// true.
func (d *Disc) Relate(b orb.Bound) (all, none bool) {
	if !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return true, true
	}
	east, west := b.Max[0]-d.p[0], d.p[0]-b.Min[0]
	if !(east <= 180 && west <= 180) {
		return d.Most(b) <= d.radius, d.Least(b) > d.radius
	}
	north, south := b.Max[1]-d.p[1], d.p[1]-b.Min[1]
	x := max(-east, -west, 0) * d.perLon
	y := max(-north, -south, 0) * d.perLat
	if x*x+y*y > d.near {
		return false, true
	}
	x = max(east, west) * d.perLon
	y = max(north, south) * d.perLat
	return x*x+y*y <= d.sure, false
}
