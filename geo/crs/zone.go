package crs

import (
	"fmt"
	"math"
)

// zone is what an EPSG code of the four CGCS2000 Gauss-Krüger families means.
type zone struct {
	meridian     float64 // degrees
	falseEasting float64 // metres
	number       int     // the zone's number, which prefixes eastings if prefixed
	prefixed     bool
}

// The families, each a run of codes: first code, its central meridian, the
// width of a zone in degrees, and the number of the first zone.
var families = [4]struct {
	first, last uint16
	meridian    float64
	width       float64
	number      int
	prefixed    bool
}{
	{4491, 4501, 75, 6, 13, true},
	{4502, 4512, 75, 6, 13, false},
	{4513, 4533, 75, 3, 25, true},
	{4534, 4554, 75, 3, 25, false},
}

func zoneOf(code uint16) (zone, bool) {
	for _, f := range families {
		if code < f.first || code > f.last {
			continue
		}
		i := int(code - f.first)
		z := zone{meridian: f.meridian + f.width*float64(i), falseEasting: 500_000, number: f.number + i, prefixed: f.prefixed}
		if z.prefixed {
			z.falseEasting += float64(z.number) * 1e6
		}
		return z, true
	}
	return zone{}, false
}

// GaussKruger3 returns the 3° zone without prefix (EPSG:4534–4554) whose central
// meridian is nearest to lon; west of 75° and east of 135° the outermost zone.
func GaussKruger3(lon float64) System {
	i := math.Round((lon - 75) / 3)
	if math.IsNaN(i) {
		i = 0
	}
	return System{kind: gaussKruger, code: uint16(4534 + min(20, max(0, i)))}
}

// CentralMeridian returns the central meridian in degrees of a Gauss-Krüger
// system, false for others.
func (s System) CentralMeridian() (lon float64, ok bool) {
	if s.kind != gaussKruger {
		return 0, false
	}
	z, ok := zoneOf(s.code)
	return z.meridian, ok
}

// halfWidth is how far in metres from the central meridian a zone is used: all
// that keeps the zone's number readable in a prefixed easting, and more than
// twice the width of a 3° zone. Half the Earth's meridian bounds the northing.
const (
	halfWidth   = 500_000
	maxNorthing = 10_001_966
)

func (s System) zoneFromWGS84(lon, lat float64) (x, y float64, err error) {
	z, _ := zoneOf(s.code)
	dLon := math.Remainder(lon-z.meridian, 360)
	if math.Abs(dLon) < 60 {
		x, y = krueger.forward(dLon, lat)
	}
	if math.Abs(dLon) >= 60 || math.Abs(x) >= halfWidth {
		return 0, 0, s.fail(lon, lat, fmt.Sprintf("longitude %s is too far from the central meridian %g", number(lon), z.meridian), "")
	}
	return x + z.falseEasting, y, nil
}

func (s System) zoneToWGS84(x, y float64) (lon, lat float64, err error) {
	z, _ := zoneOf(s.code)
	e := x - z.falseEasting
	if math.Abs(x) <= 180 && math.Abs(y) <= 180 {
		return 0, 0, s.fail(x, y, "outside the zone's land", "these look like degrees")
	}
	if math.Abs(e) > halfWidth || math.Abs(y) > maxNorthing {
		return 0, 0, s.fail(x, y, fmt.Sprintf("outside the zone of central meridian %g", z.meridian), s.guess(z, x, y))
	}
	dLon, lat := krueger.inverse(e, y)
	return math.Remainder(z.meridian+dLon, 360), lat, nil
}

// guess names the likeliest mistake behind a coordinate outside its zone.
func (s System) guess(z zone, x, y float64) string {
	if math.Abs(y-z.falseEasting) <= halfWidth && math.Abs(x) <= maxNorthing {
		return "the axes look swapped: x is the easting, y the northing"
	}
	swapped := ""
	if y > 1e7 {
		x, swapped = y, "; the axes look swapped as well"
	}
	prefix := int(x / 1e6)
	if !z.prefixed || prefix != z.number {
		for code := uint16(4491); code <= 4533; code++ {
			if f, _ := zoneOf(code); f.prefixed && f.number == prefix {
				return fmt.Sprintf("the easting has the prefix of zone %d, EPSG:%d%s", prefix, code, swapped)
			}
		}
	}
	if z.prefixed && x > 0 && x < 1e6 {
		return "the easting lacks the zone's number: use the system without prefix"
	}
	return ""
}
