package duty

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// The error of a position is taken as a circular Gaussian whose 95 % circle has
// the radius accuracyM (the meaning of accuracy in the W3C Geolocation API), so
// sigma = accuracyM / sqrt(-2 ln 0.05). Rings of equal probability are sampled
// at their median radius, evenly around: every sample weighs the same.
const (
	sampleRings = 16
	sampleSpots = 24
)

// MaxAccuracyM is the least certain position that is told apart, in metres: one
// that is less certain says nothing more about who answers, and is taken as this.
const MaxAccuracyM = 1000

// Spread is where the true place of an uncertain position may be: samples of its
// distribution in a plane around it. It is immutable and safe for concurrent use.
type Spread struct {
	at     orb.Point
	reachM float64   // no sample is farther away
	kx, ky float64   // metres a degree of longitude, of latitude
	xs, ys []float64 // samples in metres east and north
}

// NewSpread returns the distribution of a position at p (lon/lat degrees) with
// the radius accuracyM of its 95 % circle in metres: 0 or less for an exact one.
func NewSpread(p orb.Point, accuracyM float64) *Spread {
	const step = 1e-3
	s := &Spread{at: p, xs: []float64{0}, ys: []float64{0}}
	s.kx = measure.Distance(orb.Point{p[0] - step, p[1]}, orb.Point{p[0] + step, p[1]}) / (2 * step)
	s.ky = measure.Distance(orb.Point{p[0], p[1] - step}, orb.Point{p[0], p[1] + step}) / (2 * step)
	if !(accuracyM > 0) {
		return s
	}
	sigma := min(accuracyM, MaxAccuracyM) / math.Sqrt(-2*math.Log(0.05))
	s.xs, s.ys = make([]float64, 0, sampleRings*sampleSpots), make([]float64, 0, sampleRings*sampleSpots)
	for ring := range sampleRings {
		s.reachM = sigma * math.Sqrt(-2*math.Log(1-(float64(ring)+0.5)/sampleRings))
		for spot := range sampleSpots {
			// Each ring is turned a little, so that spots do not line up along rays, nor
			// lie due north or east, where borders like to run.
			sin, cos := math.Sincos(2 * math.Pi / sampleSpots * (float64(spot) + (float64(ring)+0.5)/sampleRings))
			s.xs, s.ys = append(s.xs, s.reachM*sin), append(s.ys, s.reachM*cos)
		}
	}
	return s
}

// ReachM is how far from the position its true place is looked for, in metres: a
// little more than the accuracy, 0 for an exact position.
func (s *Spread) ReachM() float64 { return s.reachM }

// Share returns the distance in metres from the position to the outline of a
// polygon, from inside or outside, and the probability that the true place lies in
// it; holds says whether the position itself does. Other geometries have an
// outline but no inside. It costs O(vertices), about 5 ns each, and more only for
// edges within reach.
func (s *Spread) Share(g orb.Geometry, holds bool) (borderM, probability float64) {
	borderM, in := s.inside(g, holds)
	n := 0
	for _, yes := range in {
		if yes {
			n++
		}
	}
	return borderM, float64(n) / float64(len(s.xs))
}

// distance is how far g is from the position, in metres: 0 inside a polygon.
func (s *Spread) distance(g orb.Geometry) float64 { return measure.DistanceTo(s.at, g) }

// segment is an edge in metres around the position.
type segment struct{ ax, ay, bx, by float64 }

func (s *Spread) segment(a, b orb.Point) segment {
	return segment{(a[0] - s.at[0]) * s.kx, (a[1] - s.at[1]) * s.ky, (b[0] - s.at[0]) * s.kx, (b[1] - s.at[1]) * s.ky}
}

// distance2 is the square of the distance from (x, y) to e.
func (e segment) distance2(x, y float64) float64 {
	dx, dy := e.bx-e.ax, e.by-e.ay
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = max(0, min(1, ((x-e.ax)*dx+(y-e.ay)*dy)/l))
	}
	ex, ey := e.ax+t*dx-x, e.ay+t*dy-y
	return ex*ex + ey*ey
}

// inside returns the distance to the outline of g and which samples lie in g.
//
// A sample is inside as the position is, but for every edge that the way from
// the position to it crosses: so only edges within reach are looked at.
func (s *Spread) inside(g orb.Geometry, holds bool) (borderM float64, in []bool) {
	nearest := math.Inf(1)
	edges(g, func(a, b orb.Point) { nearest = min(nearest, s.segment(a, b).distance2(0, 0)) })
	// Close edges, measured on the ellipsoid: the plane is true to some 1e-4 within
	// the few kilometres that count, and to a few per cent in a whole city.
	var close orb.MultiLineString
	var near []segment
	wide, reach2 := nearest*1.1+1e-6, s.reachM*s.reachM*1.01
	edges(g, func(a, b orb.Point) {
		e := s.segment(a, b)
		d := e.distance2(0, 0)
		if d <= wide {
			close = append(close, orb.LineString{a, b})
		}
		if d <= reach2 {
			near = append(near, e)
		}
	})
	borderM = measure.DistanceTo(s.at, close)
	in = make([]bool, len(s.xs))
	// A position on the border itself is moved off it by a tenth of a micrometre.
	x0, y0 := 0.0, 0.0
	if nearest < 1e-12 {
		x0, y0 = 1.1e-7, 0.7e-7
		holds = s.holds(g, x0, y0)
	}
	for i := range in {
		in[i] = holds
		for _, e := range near {
			if e.crosses(x0, y0, s.xs[i], s.ys[i]) {
				in[i] = !in[i]
			}
		}
	}
	if len(in) == 1 && nearest < 1e-12 {
		in[0] = true // borders belong to an area
	}
	return borderM, in
}

// crosses reports whether e crosses the way from (px, py) to (qx, qy). An edge
// that ends on the way counts half-open, so that of two edges that meet there one
// counts or both or neither, as the outline crosses or only touches.
func (e segment) crosses(px, py, qx, qy float64) bool {
	side := func(x, y float64) bool { return (qx-px)*(y-py)-(qy-py)*(x-px) > 0 }
	if side(e.ax, e.ay) == side(e.bx, e.by) {
		return false
	}
	other := func(x, y float64) bool { return (e.bx-e.ax)*(y-e.ay)-(e.by-e.ay)*(x-e.ax) > 0 }
	return other(px, py) != other(qx, qy)
}

// holds reports by the even-odd rule whether the place (x, y) lies in g.
func (s *Spread) holds(g orb.Geometry, x, y float64) bool {
	in := false
	edges(g, func(a, b orb.Point) {
		e := s.segment(a, b)
		if (e.ay > y) != (e.by > y) && x < e.ax+(y-e.ay)/(e.by-e.ay)*(e.bx-e.ax) {
			in = !in
		}
	})
	return in
}

// edges calls fn for every edge of a line or of the rings of a polygon.
func edges(g orb.Geometry, fn func(a, b orb.Point)) {
	line := func(l []orb.Point) {
		for i := 1; i < len(l); i++ {
			fn(l[i-1], l[i])
		}
	}
	switch g := g.(type) {
	case orb.LineString:
		line(g)
	case orb.MultiLineString:
		for _, l := range g {
			line(l)
		}
	case orb.Ring:
		line(g)
	case orb.Polygon:
		for _, r := range g {
			line(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			for _, r := range p {
				line(r)
			}
		}
	case orb.Collection:
		for _, m := range g {
			edges(m, fn)
		}
	}
}
