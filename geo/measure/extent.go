package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// gauss is the 5-point Gauss-Legendre rule on [0, 1]: abscissa and weight.
var gauss = [5][2]float64{
	{0.5 - 0.4530899229693320, 0.1184634425280945},
	{0.5 - 0.2692346550528415, 0.2393143352496832},
	{0.5, 0.2844444444444444},
	{0.5 + 0.2692346550528415, 0.2393143352496832},
	{0.5 + 0.4530899229693320, 0.1184634425280945},
}

// Area returns the area of g in square metres on the ellipsoid, holes taken
// off, never negative: polygons, multipolygons, rings, bounds and collections
// of these; points and lines have none. Edges are straight in lon/lat, rings
// must be closed. The integral is taken exactly (relative error below 1e-9);
// no projection is involved.
func Area(g orb.Geometry) float64 {
	switch g := g.(type) {
	case orb.Ring:
		return math.Abs(ringArea(g))
	case orb.Polygon:
		return polygonArea(g)
	case orb.MultiPolygon:
		sum := 0.0
		for _, p := range g {
			sum += polygonArea(p)
		}
		return sum
	case orb.Bound:
		if g.IsEmpty() {
			return 0
		}
		return math.Abs(ringArea(g.ToRing()))
	case orb.Collection:
		sum := 0.0
		for _, part := range g {
			sum += Area(part)
		}
		return sum
	}
	return 0
}

func polygonArea(p orb.Polygon) float64 {
	if len(p) == 0 {
		return 0
	}
	a := math.Abs(ringArea(p[0]))
	for _, hole := range p[1:] {
		a -= math.Abs(ringArea(hole))
	}
	return max(0, a)
}

// ringArea integrates the area between ring and the equator: for each edge the
// longitude it spans times the mean of the zone's area below it.
func ringArea(r orb.Ring) float64 {
	sum := 0.0
	if len(r) < 4 {
		return 0
	}
	base := zoneArea(r[0][1]) // taken off to keep the sums small
	for i := 1; i < len(r); i++ {
		eachPiece(r[i-1], r[i], 2, func(p, q orb.Point) {
			dLon := q[0] - p[0]
			if dLon == 0 {
				return
			}
			mean := 0.0
			for _, g := range gauss {
				mean += g[1] * (zoneArea(p[1]+g[0]*(q[1]-p[1])) - base)
			}
			sum += dLon * radian * mean
		})
	}
	return sum
}

// zoneArea is the area per radian of longitude between the equator and lat.
func zoneArea(lat float64) float64 {
	e := math.Sqrt(ecc2)
	s := math.Sin(lat * radian)
	return semiMinor * semiMinor / 2 * (s/(1-ecc2*s*s) + math.Atanh(e*s)/e)
}

// Length returns the length of g in metres on the ellipsoid: lines as they run
// straight in lon/lat, polygons by the outline of all their rings, collections
// summed, points 0. For edges of city size it equals the sum of Distance.
func Length(g orb.Geometry) float64 {
	switch g := g.(type) {
	case orb.LineString:
		return chainLength(g)
	case orb.Ring:
		return chainLength(g)
	case orb.MultiLineString:
		sum := 0.0
		for _, l := range g {
			sum += chainLength(l)
		}
		return sum
	case orb.Polygon:
		sum := 0.0
		for _, r := range g {
			sum += chainLength(r)
		}
		return sum
	case orb.MultiPolygon:
		sum := 0.0
		for _, p := range g {
			sum += Length(p)
		}
		return sum
	case orb.Bound:
		if g.IsEmpty() {
			return 0
		}
		return chainLength(g.ToRing())
	case orb.Collection:
		sum := 0.0
		for _, part := range g {
			sum += Length(part)
		}
		return sum
	}
	return 0
}

func chainLength[C ~[]orb.Point](c C) float64 {
	sum := 0.0
	for i := 1; i < len(c); i++ {
		eachPiece(c[i-1], c[i], 2, func(p, q orb.Point) {
			dLon, dLat := q[0]-p[0], q[1]-p[1]
			for _, g := range gauss {
				perLon, perLat := localScale(p[1] + g[0]*dLat)
				sum += g[1] * math.Hypot(perLon*dLon, perLat*dLat)
			}
		})
	}
	return sum
}
