package aim

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// Camera is what is known of a camera. nil parts are not known.
type Camera struct {
	At      orb.Point // lon/lat degrees
	RangeM  float64   // how far it sees, metres; > 0
	Azimuth *float64  // degrees clockwise from north
	FOV     *float64  // degrees across, around the azimuth
	HeightM *float64  // metres above the ground
	Pitch   *float64  // degrees below the horizon
}

// defaultFOV is the angle of a camera that does not say its own: that of a lens of
// 4 mm, which most fixed cameras have.
const defaultFOV = 80

// Spot returns the place a camera looks at and the radius in metres of the circle
// around it that holds what it sees. ok is false when that cannot be known: no
// range, or numbers that are none.
func (c *Camera) Spot() (p orb.Point, accuracyM float64, ok bool) {
	if !(c.RangeM > 0) || math.IsInf(c.RangeM, 0) {
		return orb.Point{}, 0, false
	}
	fov := known(c.FOV, defaultFOV)
	if !(fov > 0) {
		return orb.Point{}, 0, false
	}
	if c.Azimuth == nil || fov >= 180 {
		return c.At, c.RangeM, true
	}
	alpha := fov / 2 * math.Pi / 180
	ahead, radius := c.RangeM/(2*math.Cos(alpha)), c.RangeM/(2*math.Cos(alpha))
	if alpha > math.Pi/4 {
		ahead, radius = c.RangeM*math.Cos(alpha), c.RangeM*math.Sin(alpha)
	}
	if d, tilted := c.tilted(); tilted {
		ahead, radius = d, min(radius, max(d*math.Tan(alpha), d/2))
	}
	return measure.Destination(c.At, *c.Azimuth, ahead), radius, true
}

// tilted is how far ahead the middle of the picture meets the ground.
func (c *Camera) tilted() (float64, bool) {
	if c.Pitch == nil || c.HeightM == nil || !(*c.Pitch > 0) || !(*c.Pitch < 90) || !(*c.HeightM > 0) {
		return 0, false
	}
	d := *c.HeightM / math.Tan(*c.Pitch*math.Pi/180)
	return d, d <= c.RangeM
}

func known(p *float64, otherwise float64) float64 {
	if p == nil {
		return otherwise
	}
	return *p
}
