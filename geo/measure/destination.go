package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// Destination returns the point distM metres from p along the geodesic that
// leaves p at azimuthDeg, in degrees clockwise from north. The longitude of the
// result is in [−180, 180]. A negative distance goes backwards. It is the
// inverse of Distance to within a micrometre.
//
// Source: Karney 2013, as for Distance, with the arc found by Newton's method.
func Destination(p orb.Point, azimuthDeg, distM float64) orb.Point {
	s1, c1 := reduced(p[1])
	if c1 == 0 {
		c1 = 1e-18 // at a pole every azimuth is a meridian; keep the direction
	}
	sa1, ca1 := math.Sincos(math.Remainder(azimuthDeg, 360) * radian)
	sa0 := sa1 * c1
	ca0 := math.Hypot(ca1, sa1*s1)
	sigma1 := math.Atan2(s1, ca1*c1)
	if s1 == 0 && ca1*c1 == 0 {
		sigma1 = 0
	}
	omega1 := math.Atan2(sa0*math.Sin(sigma1), math.Cos(sigma1))
	k2 := ca0 * ca0 * ecc2Prime
	eps := k2 / (2*(1+math.Sqrt(1+k2)) + k2)
	arc := newArcSeries(eps)
	target := arc.at(sigma1) + distM/semiMinor
	sigma2 := sigma1 + distM/(semiMinor*arc.scale)
	for range 12 {
		s := math.Sin(sigma2)
		step := (target - arc.at(sigma2)) / math.Sqrt(1+k2*s*s)
		sigma2 += step
		if math.Abs(step) < 1e-16 {
			break
		}
	}
	ss2, cs2 := math.Sincos(sigma2)
	sinBeta := ca0 * ss2
	cosBeta := math.Hypot(sa0, ca0*cs2)
	lat2 := math.Atan2(sinBeta, (1-flattening)*cosBeta) / radian
	omega2 := math.Atan2(sa0*ss2, cs2)
	lag := newLonSeries(eps)
	lon12 := omega2 - omega1 - flattening*sa0*(lag.at(sigma2)-lag.at(sigma1))
	return orb.Point{math.Remainder(p[0]+math.Remainder(lon12, 2*math.Pi)/radian, 360), lat2}
}
