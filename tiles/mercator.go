package tiles

import (
	"math"

	"github.com/paulmach/orb"
)

// MaxLatitude is where the Mercator square ends, degrees: atan(sinh(π)).
const MaxLatitude = 85.05112877980659

// Project returns the unit coordinates of p (lon/lat degrees). Latitudes are
// clamped to ±MaxLatitude; longitudes beyond ±180 continue beyond the square.
// The result for NaN is NaN.
func Project(p orb.Point) (x, y float64) {
	lat := max(-MaxLatitude, min(MaxLatitude, p[1]))
	s := math.Sin(float64(lat * (math.Pi / 180)))
	// The conversions keep compilers from fusing, so that every machine gets the
	// same bits.
	y = 0.5 - float64(math.Log((1+s)/(1-s))/(4*math.Pi))
	return float64(p[0]/360) + 0.5, max(0, min(1, y))
}

// Unproject is the inverse of Project within the square.
func Unproject(x, y float64) (lon, lat float64) {
	return (x - 0.5) * 360, math.Atan(math.Sinh(math.Pi*(1-2*y))) * 180 / math.Pi
}
