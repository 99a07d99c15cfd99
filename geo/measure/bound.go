package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// BoundDistance returns a lower bound in metres on Distance from p to every
// point of the closed box b: 0 when p lies in b, and otherwise at most 1 % below
// the true distance to the box. It is what a nearest-neighbour search prunes
// with. The shorter way round the Earth counts, so a box west of the
// antimeridian is near a point east of it; a box wider than 360° covers all
// longitudes. An empty box (Min > Max) gives +Inf. About 100 ns.
func BoundDistance(p orb.Point, b orb.Bound) float64 {
	if b.Min[0] > b.Max[0] || b.Min[1] > b.Max[1] {
		return math.Inf(1)
	}
	lonGap := lonGap(p[0], b.Min[0], b.Max[0])
	latGap := max(b.Min[1]-p[1], p[1]-b.Max[1], 0)
	if lonGap == 0 {
		return max(0, latGap*radian*leastRadius*slack-grain)
	}
	// For a fixed latitude the distance grows with the difference in
	// longitude, so the nearest place lies on the meridian lonGap away; there,
	// cos d = C·cos(lat − best).
	sinP, cosP := math.Sincos(p[1] * radian)
	gap := lonGap * radian
	best := math.Atan2(sinP, cosP*math.Cos(gap)) / radian
	lat := best
	switch {
	case best >= b.Min[1] && best <= b.Max[1]:
	case angleApart(best, b.Min[1]) <= angleApart(best, b.Max[1]):
		lat = b.Min[1]
	default:
		lat = b.Max[1]
	}
	sinLon := math.Sin(gap / 2)
	sinLat := math.Sin((lat - p[1]) / 2 * radian)
	h := sinLat*sinLat + cosP*math.Cos(lat*radian)*sinLon*sinLon
	return max(0, 2*leastRadius*slack*math.Asin(min(1, math.Sqrt(max(0, h))))-grain)
}

// slack and grain keep rounding from lifting a bound above the true distance: a
// share of it, and the metres by which a cosine misses 0 at a pole, amply.
const (
	slack = 1 - 1e-9
	grain = 1e-8
)

// lonGap returns the degrees from lon to the interval [west, east], the shorter
// way round, 0 inside.
func lonGap(lon, west, east float64) float64 {
	if lon >= west && lon <= east || east-west >= 360 {
		return 0
	}
	toEast := math.Mod(west-lon, 360) // going east until the west side
	if toEast < 0 {
		toEast += 360
	}
	toWest := math.Mod(lon-east, 360)
	if toWest < 0 {
		toWest += 360
	}
	if toEast+toWest+(east-west) > 540 { // lon is inside modulo 360
		return 0
	}
	return min(toEast, toWest)
}

func angleApart(a, b float64) float64 {
	return math.Abs(math.Remainder(a-b, 360))
}

// Circle returns a box that contains every point within radiusM metres of
// center, at most 1 % larger than needed (plus the bulge of a circle on a
// sphere). A circle over a pole or the antimeridian gets all longitudes,
// −180 to 180. A negative or NaN radius gives an empty box.
func Circle(center orb.Point, radiusM float64) orb.Bound {
	if !(radiusM >= 0) {
		return orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
	}
	const grow = 1 + 1e-9
	sigma := radiusM/leastRadius*grow + 1e-14
	dLat := sigma / radian
	b := orb.Bound{
		Min: orb.Point{-180, max(-90, center[1]-dLat)},
		Max: orb.Point{180, min(90, center[1]+dLat)},
	}
	if sigma >= math.Pi/2 {
		return b
	}
	ratio := math.Sin(sigma) / math.Cos(center[1]*radian)
	if !(ratio < 1) || center[1]+dLat >= 90 || center[1]-dLat <= -90 {
		return b
	}
	dLon := math.Asin(ratio)/radian*grow + 1e-12
	if center[0]-dLon < -180 || center[0]+dLon > 180 {
		return b
	}
	b.Min[0], b.Max[0] = center[0]-dLon, center[0]+dLon
	return b
}
