package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// BoxDistance returns a lower bound in metres on Distance between every point of
// the closed box a and every point of b (lon/lat degrees): 0 when they meet. It is
// BoundDistance for boxes, a little looser where a box spans many degrees of
// latitude. The shorter way round the Earth counts. An empty box (Min > Max) gives
// +Inf. About 100 ns.
func BoxDistance(a, b orb.Bound) float64 {
	if a.Min[0] > a.Max[0] || a.Min[1] > a.Max[1] || b.Min[0] > b.Max[0] || b.Min[1] > b.Max[1] {
		return math.Inf(1)
	}
	latGap := max(b.Min[1]-a.Max[1], a.Min[1]-b.Max[1], 0)
	gap := boxLonGap(a, b)
	if gap == 0 {
		return latGap * radian * leastRadius * slack
	}
	// The haversine grows with both differences and with both cosines: each is
	// taken at its least.
	sinLon, sinLat := math.Sin(gap/2*radian), math.Sin(latGap/2*radian)
	h := sinLat*sinLat + leastCos(a)*leastCos(b)*sinLon*sinLon
	return 2 * leastRadius * slack * math.Asin(min(1, math.Sqrt(h)))
}

// boxLonGap returns the degrees of longitude between two boxes, the shorter way
// round, 0 when they share a meridian.
func boxLonGap(a, b orb.Bound) float64 {
	if a.Max[0]-a.Min[0]+b.Max[0]-b.Min[0] >= 360 {
		return 0
	}
	// Both boxes together as one: their gap is that of the west side of b to a box
	// as wide as both.
	return lonGap(b.Min[0], a.Min[0]-(b.Max[0]-b.Min[0]), a.Max[0])
}

// leastCos is the least cosine of the latitudes of a box.
func leastCos(b orb.Bound) float64 {
	return math.Cos(min(90, max(math.Abs(b.Min[1]), math.Abs(b.Max[1]))) * radian)
}
