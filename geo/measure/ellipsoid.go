package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// The WGS 84 ellipsoid (NIMA TR8350.2): semi-major axis in metres and flattening.
const (
	semiMajor  = 6378137.0
	flattening = 1 / 298.257223563
	semiMinor  = semiMajor * (1 - flattening)
	ecc2       = flattening * (2 - flattening) // first eccentricity squared
	ecc2Prime  = ecc2 / (1 - ecc2)             // second eccentricity squared
	thirdFlat  = flattening / (2 - flattening)

	// leastRadius is the smallest radius of curvature anywhere on the
	// ellipsoid, that of the meridian at the equator. Because no direction at
	// any place is curved more, the geodesic between two points is never
	// shorter than their great circle on a sphere of this radius taken with
	// the same latitudes and longitudes.
	leastRadius = semiMajor * (1 - ecc2)

	radian = math.Pi / 180
)

// vec is a place in the Earth-centred Cartesian frame, metres.
type vec struct{ x, y, z float64 }

func (v vec) sub(w vec) vec       { return vec{v.x - w.x, v.y - w.y, v.z - w.z} }
func (v vec) dot(w vec) float64   { return v.x*w.x + v.y*w.y + v.z*w.z }
func (v vec) along(f float64) vec { return vec{v.x * f, v.y * f, v.z * f} }
func (v vec) plus(w vec) vec      { return vec{v.x + w.x, v.y + w.y, v.z + w.z} }

// degreesBetween is b − a the shorter way round, from −180 to 180, rounded once.
func degreesBetween(a, b float64) float64 {
	d := b - a
	if d >= -180 && d <= 180 {
		return d
	}
	// What b − a was rounded by (Knuth's TwoSum) is put back, so that −180° and
	// 180° are the same to the last bit.
	part := d - b
	rounding := (b - (d - part)) - (a + part)
	return math.Remainder(d, 360) + rounding
}

// frame is the local east-north system of a point, in metres per radian of
// longitude and latitude, with the place itself. Longitudes count from a
// meridian chosen by the caller, which keeps small differences exact.
type frame struct {
	place       vec
	east, north vec
}

// frameAt returns the frame of a point lonDelta degrees east of the chosen
// meridian.
func frameAt(lonDelta, lat float64) frame {
	sinLat, cosLat := math.Sincos(lat * radian)
	sinLon, cosLon := math.Sincos(lonDelta * radian)
	w := 1 - ecc2*sinLat*sinLat
	n := semiMajor / math.Sqrt(w)
	m := n * (1 - ecc2) / w
	return frame{
		place: vec{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - ecc2) * sinLat},
		east:  vec{-n * cosLat * sinLon, n * cosLat * cosLon, 0},
		north: vec{-m * sinLat * cosLon, -m * sinLat * sinLon, m * cosLat},
	}
}

// localScale returns metres per degree of longitude and of latitude at lat.
func localScale(lat float64) (perLon, perLat float64) {
	sinLat, cosLat := math.Sincos(lat * radian)
	w := 1 - ecc2*sinLat*sinLat
	n := semiMajor / math.Sqrt(w)
	return n * cosLat * radian, n * (1 - ecc2) / w * radian
}

// eachPiece cuts the edge a–b into equal pieces that span at most step degrees
// in either direction and calls fn for each. Edges longer than the Earth is round,
// which no valid geometry has, are cut into maxPieces.
func eachPiece(a, b orb.Point, step float64, fn func(p, q orb.Point)) {
	span := max(math.Abs(b[0]-a[0]), math.Abs(b[1]-a[1]))
	n := 1
	if span > step {
		n = int(min(math.Ceil(span/step), maxPieces))
	}
	p := a
	for i := 1; i <= n; i++ {
		q := b
		if i < n {
			t := float64(i) / float64(n)
			q = orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
		}
		fn(p, q)
		p = q
	}
}

// maxPieces is enough for an edge of 360° in pieces of a fourteenth of a degree.
const maxPieces = 5000
