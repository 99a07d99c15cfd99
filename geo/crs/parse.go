package crs

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads the name of a system, in upper or lower case: wgs84, crs84,
// cgcs2000, gcj02, bd09 (also gcj-02, bd-09), "EPSG:4547", "4547", and the OGC
// forms http://www.opengis.net/def/crs/EPSG/0/4490, …/OGC/1.3/CRS84 and
// urn:ogc:def:crs:EPSG::4490. An unknown or unsupported name is an error.
// Parse(s.Name()) gives s.
func Parse(name string) (System, error) {
	n := strings.ToLower(strings.TrimSpace(name))
	n = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(n, "["), "]"), "http://"), "https://")
	if rest, ok := strings.CutPrefix(n, "www.opengis.net/def/crs/"); ok {
		n = rest
		if parts := strings.Split(rest, "/"); len(parts) == 3 {
			n = parts[0] + ":" + parts[2]
		}
	} else if rest, ok := strings.CutPrefix(n, "urn:ogc:def:crs:"); ok {
		n = rest
		if parts := strings.Split(rest, ":"); len(parts) == 3 {
			n = parts[0] + ":" + parts[2]
		}
	}
	switch n {
	case "wgs84", "wgs-84", "wgs 84", "crs84", "ogc:crs84":
		return WGS84, nil
	case "cgcs2000", "cgcs-2000", "cgcs 2000":
		return CGCS2000, nil
	case "gcj02", "gcj-02":
		return GCJ02, nil
	case "bd09", "bd-09", "bd09ll":
		return BD09, nil
	}
	code, err := strconv.ParseUint(strings.TrimPrefix(n, "epsg:"), 10, 16)
	if err == nil {
		if s, ok := FromEPSG(int(code)); ok {
			return s, nil
		}
		return System{}, fmt.Errorf("coordinate system EPSG:%d is not supported", code)
	}
	if len(name) > 80 {
		name = name[:80] + "…"
	}
	return System{}, fmt.Errorf("unknown coordinate system %q", name)
}

// FromEPSG returns the system with a number of the EPSG register, false if it is
// not supported.
func FromEPSG(code int) (System, bool) {
	switch code {
	case 4326:
		return WGS84, true
	case 4490:
		return CGCS2000, true
	case 3857:
		return WebMercator, true
	}
	if code >= 4491 && code <= 4554 {
		return System{kind: gaussKruger, code: uint16(code)}, true
	}
	return System{}, false
}
