package crs

import (
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

type kind uint8

const (
	wgs84 kind = iota
	cgcs2000
	gcj02
	bd09
	gaussKruger
	webMercator
)

// System is a coordinate system. The zero value is WGS 84. Systems are
// compared with ==.
type System struct {
	kind kind
	code uint16 // EPSG code of a Gauss-Krüger zone
}

// The systems that are not zones.
var (
	WGS84       = System{kind: wgs84}
	CGCS2000    = System{kind: cgcs2000}
	GCJ02       = System{kind: gcj02}
	BD09        = System{kind: bd09}
	WebMercator = System{kind: webMercator}
)

// Error says why a coordinate has no image: which system, which coordinate, and
// a hint when the numbers look like a known mistake.
type Error struct {
	System string
	X, Y   float64
	Reason string
	Hint   string // "" if there is nothing to guess
}

// Error is "EPSG:4547: x 38424654.893, y 2559024.739: easting out of the zone (hint)".
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: x %s, y %s: %s", e.System, number(e.X), number(e.Y), e.Reason)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func (s System) fail(x, y float64, reason, hint string) error {
	return &Error{System: s.Name(), X: x, Y: y, Reason: reason, Hint: hint}
}

// Name is the name that Parse reads back: "wgs84", "cgcs2000", "gcj02", "bd09",
// "EPSG:3857" or "EPSG:4547".
func (s System) Name() string {
	switch s.kind {
	case wgs84:
		return "wgs84"
	case cgcs2000:
		return "cgcs2000"
	case gcj02:
		return "gcj02"
	case bd09:
		return "bd09"
	case webMercator:
		return "EPSG:3857"
	case gaussKruger:
		return "EPSG:" + strconv.Itoa(int(s.code))
	}
	return "unknown"
}

// String is Name.
func (s System) String() string { return s.Name() }

// EPSG is the number of s in the EPSG register, 0 for GCJ-02 and BD-09, which
// have none.
func (s System) EPSG() int {
	switch s.kind {
	case wgs84:
		return 4326
	case cgcs2000:
		return 4490
	case webMercator:
		return 3857
	case gaussKruger:
		return int(s.code)
	}
	return 0
}

// URI is the OGC identifier of s: CRS84 for WGS 84 (lon/lat order), the EPSG
// URI for others, "" for GCJ-02 and BD-09.
func (s System) URI() string {
	if s.kind == wgs84 {
		return "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	}
	if n := s.EPSG(); n != 0 {
		return "http://www.opengis.net/def/crs/EPSG/0/" + strconv.Itoa(n)
	}
	return ""
}

// Geographic reports whether x and y are longitude and latitude in degrees
// rather than metres.
func (s System) Geographic() bool { return s.kind != gaussKruger && s.kind != webMercator }

// ToWGS84 turns a coordinate of s into lon/lat degrees WGS 84. It fails with an
// *Error for coordinates that are not finite or outside the system's domain.
func (s System) ToWGS84(x, y float64) (lon, lat float64, err error) {
	if !finite(x) || !finite(y) {
		return 0, 0, s.fail(x, y, "not a finite number", "")
	}
	switch s.kind {
	case gaussKruger:
		return s.zoneToWGS84(x, y)
	case webMercator:
		return mercatorToWGS84(x, y)
	}
	if err := s.checkDegrees(x, y); err != nil {
		return 0, 0, err
	}
	switch s.kind {
	case gcj02:
		lon, lat = gcjToWGS(x, y)
	case bd09:
		lon, lat = bdToWGS(x, y)
	default:
		lon, lat = x, y
	}
	return lon, lat, nil
}

// FromWGS84 turns lon/lat degrees WGS 84 into a coordinate of s. It fails with
// an *Error for coordinates that are not finite or outside the system's domain:
// a zone refuses what lies more than 500 km beside its central meridian, Web
// Mercator what lies beyond 85.06°.
func (s System) FromWGS84(lon, lat float64) (x, y float64, err error) {
	if !finite(lon) || !finite(lat) {
		return 0, 0, s.fail(lon, lat, "not a finite number", "")
	}
	if err := s.checkDegrees(lon, lat); err != nil {
		return 0, 0, err
	}
	switch s.kind {
	case gcj02:
		x, y = wgsToGCJ(lon, lat)
	case bd09:
		x, y = gcjToBD(wgsToGCJ(lon, lat))
	case gaussKruger:
		return s.zoneFromWGS84(lon, lat)
	case webMercator:
		return mercatorFromWGS84(lon, lat)
	default:
		x, y = lon, lat
	}
	return x, y, nil
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func (s System) checkDegrees(lon, lat float64) error {
	if lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90 {
		return nil
	}
	hint := ""
	switch {
	case math.Abs(lon) > 1000 && math.Abs(lat) > 1000:
		hint = "these look like metres of a projected system"
	case math.Abs(lon) <= 90 && math.Abs(lat) > 90 && math.Abs(lat) <= 180:
		hint = "the axes look swapped: x is the longitude, y the latitude"
	}
	if lat < -90 || lat > 90 {
		return s.fail(lon, lat, "latitude "+number(lat)+" is out of range", hint)
	}
	return s.fail(lon, lat, "longitude "+number(lon)+" is out of range", hint)
}

// Convert turns p, a coordinate of from, into one of to. Equal systems return p
// unchanged after checking its domain.
func Convert(p orb.Point, from, to System) (orb.Point, error) {
	lon, lat, err := from.ToWGS84(p[0], p[1])
	if err != nil {
		return orb.Point{}, err
	}
	if from == to {
		return p, nil
	}
	x, y, err := to.FromWGS84(lon, lat)
	if err != nil {
		return orb.Point{}, err
	}
	return orb.Point{x, y}, nil
}
