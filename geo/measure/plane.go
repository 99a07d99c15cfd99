package measure

import "github.com/paulmach/orb"

// Plane maps the places of a box to a plane in metres, straight edges to straight
// lines, on which distances are right to a known share: good for a first look at
// many of them. It is immutable and safe for any goroutine.
type Plane struct {
	centre Around
	err    float64
}

// NewPlane prepares a plane for the places of b (lon/lat degrees). ok is false when
// b is empty or too large: distances would be off by more than a twentieth.
func NewPlane(b orb.Bound) (p Plane, ok bool) {
	if !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return p, false
	}
	p.centre = NewAround(b.Center())
	// The shortest path between two places of the box stays within twice the reach of
	// the box: as far as that goes the error grows.
	p.err = 2 * p.centre.err * p.centre.Most(b)
	return p, p.err <= trusted
}

// At is the place of q on the plane, metres.
func (p *Plane) At(q orb.Point) (x, y float64) {
	return (q[0] - p.centre.p[0]) * p.centre.perLon, (q[1] - p.centre.p[1]) * p.centre.perLat
}

// Err is the share by which the distance between two places of the box may be more
// or less than on the plane.
func (p *Plane) Err() float64 { return p.err }
