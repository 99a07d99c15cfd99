package track

import (
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Fix is where an object was at a time. Its parts are whole numbers as they are kept;
// equal fixes are ==. Make one with NewFix.
type Fix struct {
	T       int64  // milliseconds since 1970 UTC
	X, Y    int32  // longitude and latitude in 10^-7 degrees, WGS 84
	Acc     uint16 // accuracy in decimetres, one more; 0: not known
	Speed   uint16 // in 0.1 km/h, one more; 0: not known
	Heading uint16 // in 0.1 degrees clockwise from north, one more; 0: not known
}

const (
	perDegree = 1e7
	maxTenths = math.MaxUint16 - 1
	// HourMs is the length of a chunk.
	HourMs = 3_600_000
)

// NewFix rounds a fix to what is kept of it. Times are from 1970 to 2200. accuracyM
// is metres, speedKmh km/h, headingDeg degrees from 0 to 360; nil: not known. An accuracy or a speed beyond
// what can be kept is the most that can. The error is Invalid and names the part: time,
// lon, lat, accuracy, speed or heading.
func NewFix(at time.Time, p orb.Point, accuracyM, speedKmh, headingDeg *float64) (Fix, error) {
	bad := func(field, message string) (Fix, error) { return Fix{}, layers.Invalidf("fix", field, message) }
	f := Fix{T: at.UnixMilli()}
	if y := at.UTC().Year(); y < 1970 || y > 2200 {
		return bad("time", fmt.Sprintf("the year %d is not between 1970 and 2200", y))
	}
	if !(math.Abs(p[0]) <= 180) {
		return bad("lon", fmt.Sprintf("%v is not between -180 and 180", p[0]))
	}
	if !(math.Abs(p[1]) <= 90) {
		return bad("lat", fmt.Sprintf("%v is not between -90 and 90", p[1]))
	}
	f.X, f.Y = int32(math.Round(p[0]*perDegree)), int32(math.Round(p[1]*perDegree))
	tenths := func(x *float64) (uint16, bool) {
		if x == nil {
			return 0, true
		}
		if !(*x >= 0) {
			return 0, false
		}
		return uint16(min(math.Round(*x*10), maxTenths)) + 1, true
	}
	var ok bool
	if f.Acc, ok = tenths(accuracyM); !ok {
		return bad("accuracy", "is not a number of metres")
	}
	if f.Speed, ok = tenths(speedKmh); !ok {
		return bad("speed", "is not a speed in km/h")
	}
	if headingDeg != nil {
		if !(*headingDeg >= 0 && *headingDeg <= 360) {
			return bad("heading", fmt.Sprintf("%v is not between 0 and 360", *headingDeg))
		}
		f.Heading = uint16(math.Round(*headingDeg*10))%3600 + 1
	}
	return f, nil
}

// At is when.
func (f Fix) At() time.Time { return time.UnixMilli(f.T).UTC() }

// Point is where, lon/lat degrees.
func (f Fix) Point() orb.Point { return orb.Point{float64(f.X) / perDegree, float64(f.Y) / perDegree} }

// AccuracyM is how far off it may be, in metres; ok is false when that is not known.
func (f Fix) AccuracyM() (m float64, ok bool) { return tenth(f.Acc) }

// SpeedKmh is the speed in km/h.
func (f Fix) SpeedKmh() (kmh float64, ok bool) { return tenth(f.Speed) }

// HeadingDeg is where it goes, in degrees clockwise from north.
func (f Fix) HeadingDeg() (deg float64, ok bool) { return tenth(f.Heading) }

func tenth(n uint16) (float64, bool) {
	if n == 0 {
		return 0, false
	}
	return float64(n-1) / 10, true
}

// Hour is the number of the hour since 1970 that the fix is of.
func (f Fix) Hour() int64 { return HourOf(f.T) }

// HourOf is the number of the hour of a time in milliseconds since 1970.
func HourOf(ms int64) int64 {
	if ms < 0 {
		return (ms - HourMs + 1) / HourMs
	}
	return ms / HourMs
}
