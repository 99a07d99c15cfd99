package tiles

import (
	"math"

	"github.com/paulmach/orb"
)

// MaxLatitude is where the Mercator square ends, degrees: atan(sinh(π)).
const MaxLatitude = 85.05112877980659

// Project returns the unit coordinates of p (lon/lat degrees). Latitudes are
// clamped to ±MaxLatitude; longitudes beyond ±180 continue beyond the square.
// The result for NaN is NaN. It errs by less than 1e-15, in a quarter of the time
// that logarithm and sine take.
func Project(p orb.Point) (x, y float64) {
	x = float64(p[0]/360) + 0.5
	lat := math.Abs(p[1])
	if !(lat < MaxLatitude) {
		switch {
		case p[1] > 0:
			return x, 0
		case p[1] < 0:
			return x, 1
		}
		return x, math.NaN()
	}
	i := int(lat * stripesPerDegree)
	c := &stripes[i]
	d := lat - (float64(i)+0.5)/stripesPerDegree
	// The conversions keep compilers from fusing, so that every machine gets the
	// same bits.
	north := c[0] + float64(d*(c[1]+float64(d*(c[2]+float64(d*(c[3]+float64(d*c[4])))))))
	if p[1] < 0 {
		north = -north
	}
	return x, 0.5 - north
}

// stripes are Taylor polynomials of Mercator's north, from 0 at the equator to 0.5,
// each around the middle of a stripe of latitudes. A stripe is so narrow that what
// they leave out is less than 1e-15: at 85 degrees the fifth derivative is 8e5 per
// radian^5, and a stripe reaches 1.4e-4 radians to each side.
var stripes = mercatorStripes()

const stripesPerDegree = 64

func mercatorStripes() (out [86 * stripesPerDegree][5]float64) {
	const radian = math.Pi / 180
	for i := range out {
		lat := (float64(i) + 0.5) / stripesPerDegree * radian
		tan := math.Tan(lat)
		sec := 1 / math.Cos(lat)
		// The integral of the secant and its derivatives.
		out[i] = [5]float64{math.Asinh(tan), sec, sec * tan, sec * (2*sec*sec - 1), sec * tan * (6*sec*sec - 1)}
		for k, scale := 0, 1/(2*math.Pi); k < 5; k++ {
			out[i][k] *= scale
			scale *= radian / float64(k+1)
		}
	}
	return out
}

// Unproject is the inverse of Project within the square.
func Unproject(x, y float64) (lon, lat float64) {
	return (x - 0.5) * 360, math.Atan(math.Sinh(math.Pi*(1-2*y))) * 180 / math.Pi
}
