package measure

import "math"

// Zone gives a rule for areas between the parallels lo and hi (degrees): five
// latitudes, and for each the square metres per degree of longitude that it stands
// for. The sum of weight times width, in degrees of longitude at these latitudes, is
// the area on the ellipsoid of what lies between two lines that are straight in
// lon/lat, to 1e-12 of it for zones of half a degree (Gauss-Legendre).
func Zone(lo, hi float64) (lat, weight [5]float64) {
	for i, g := range gauss {
		lat[i] = lo + g[0]*(hi-lo)
		sin, cos := math.Sincos(lat[i] * radian)
		w := 1 - ecc2*sin*sin
		// The area element of the ellipsoid: N·cos(lat) · M.
		weight[i] = g[1] * (hi - lo) * radian * radian * semiMajor * semiMajor * (1 - ecc2) * cos / (w * w)
	}
	return lat, weight
}
