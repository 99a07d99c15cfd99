package param

import (
	"errors"
	"fmt"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"

	"wutu/geo/crs"
	"wutu/layers"
)

// CRS84 is the URI of WGS 84 in the order longitude, latitude.
const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

const epsgURI = "http://www.opengis.net/def/crs/EPSG/0/"

// CRS is a coordinate system of an OGC request, with the axis order that the EPSG
// register gives it: latitude before longitude in EPSG:4326 and EPSG:4490, northing
// before easting in the Gauss-Krüger zones EPSG:4491 to 4554, easting first in
// EPSG:3857. The zero value is CRS84.
type CRS struct {
	URI    string
	system crs.System
	flip   bool // y, which is latitude or northing, stands first
}

// LonLat is CRS84.
func LonLat() CRS { return CRS{URI: CRS84} }

// The codes of the Gauss-Krüger zones of CGCS2000.
const (
	firstZone = 4491
	lastZone  = 4554
)

// everywhere are the systems that any place on Earth between the polar caps has
// coordinates in.
func everywhere() []CRS {
	return []CRS{
		LonLat(),
		{URI: epsgURI + "4326", flip: true},
		{URI: epsgURI + "4490", system: crs.CGCS2000, flip: true},
		{URI: epsgURI + "3857", system: crs.WebMercator},
	}
}

// Systems lists the systems that OGC addresses take, in order: CRS84, the other
// geographic ones, Web Mercator, and the zones by their codes.
func Systems() []CRS {
	out := everywhere()
	for code := firstZone; code <= lastZone; code++ {
		if s, ok := crs.FromEPSG(code); ok {
			out = append(out, CRS{URI: s.URI(), system: s, flip: true})
		}
	}
	return out
}

// SystemURIs lists the URIs of the systems that features within box (lon/lat
// degrees) can be written in: those of the whole Earth, and the zones in whose domain
// all of box lies.
func SystemURIs(box orb.Bound) []string {
	var out []string
	for _, s := range Systems() {
		if !s.zone() || s.Covers(box) {
			out = append(out, s.URI)
		}
	}
	return out
}

// Covers reports whether all places of box (lon/lat degrees) have coordinates in
// the system. It is false for an empty box.
func (s CRS) Covers(box orb.Bound) bool {
	if box.IsEmpty() || s.zone() && box.Max[0]-box.Min[0] > 20 { // the ends of a wide box could lie in the zone and its middle not
		return false
	}
	// A zone is widest in degrees at the poles and narrowest at the equator.
	for _, lat := range []float64{box.Min[1], min(max(0, box.Min[1]), box.Max[1]), box.Max[1]} {
		for _, lon := range []float64{box.Min[0], box.Max[0]} {
			if _, _, err := s.system.FromWGS84(lon, lat); err != nil {
				return false
			}
		}
	}
	return true
}

func (s CRS) zone() bool { return s.system.EPSG() >= firstZone && s.system.EPSG() <= lastZone }

// EPSG is the code of the system in the register, 0 for CRS84, which is not in it.
func (s CRS) EPSG() int {
	if s.URI == "" || s.URI == CRS84 {
		return 0
	}
	return s.system.EPSG()
}

// System is the system without the axis order of its URI.
func (s CRS) System() crs.System { return s.system }

// SystemOf reads the identifier of a system: its URI, also with https and with a
// version of the register, its URN, or a safe CURIE ([EPSG:4326], [OGC:CRS84]);
// "" is CRS84. The error is Invalid and names field.
func SystemOf(field, uri string) (CRS, error) {
	if uri == "" {
		return LonLat(), nil
	}
	refuse := func() (CRS, error) {
		return CRS{}, layers.Invalidf("request", field, fmt.Sprintf(
			"%.120q is not a coordinate system offered here: %s, %s4326, 4490, 3857, and %d to %d", uri, CRS84, epsgURI, firstZone, lastZone))
	}
	authority, code, ok := identifier(uri)
	switch {
	case !ok:
	case authority == "OGC" && code == "CRS84":
		return LonLat(), nil
	case authority == "EPSG":
		for _, s := range Systems() {
			if s.URI == epsgURI+code {
				return s, nil
			}
		}
	}
	return refuse()
}

// identifier takes the identifier of a system apart.
func identifier(uri string) (authority, code string, ok bool) {
	if rest, is := strings.CutPrefix(strings.Replace(uri, "https://", "http://", 1), "http://www.opengis.net/def/crs/"); is {
		parts := strings.Split(rest, "/")
		if len(parts) != 3 || parts[0] == "OGC" && parts[1] != "1.3" && parts[1] != "0" {
			return "", "", false
		}
		return parts[0], parts[2], true
	}
	if rest, is := strings.CutPrefix(uri, "urn:ogc:def:crs:"); is {
		parts := strings.Split(rest, ":")
		if len(parts) != 3 {
			return "", "", false
		}
		return parts[0], parts[2], true
	}
	if curie, is := strings.CutPrefix(uri, "["); is && strings.HasSuffix(curie, "]") {
		return strings.Cut(strings.TrimSuffix(curie, "]"), ":")
	}
	return "", "", false
}

// Point turns two numbers of a request, in the system's axis order, into lon/lat.
// Degrees are not checked: whoever knows what the numbers are does. Numbers outside
// the domain of a projection are Invalid.
func (s CRS) Point(a, b float64) (orb.Point, error) {
	if s.flip {
		a, b = b, a
	}
	if s.system == crs.WGS84 {
		return orb.Point{a, b}, nil
	}
	lon, lat, err := s.system.ToWGS84(a, b)
	if err != nil {
		return orb.Point{}, layers.Invalidf("request", "", s.hint(err).Error())
	}
	return orb.Point{lon, lat}, nil
}

// hint says which axis comes first, which is the likeliest mistake, in place of
// what package crs guesses about coordinates with x first.
func (s CRS) hint(err error) error {
	var e *crs.Error
	if !s.flip || !errors.As(err, &e) {
		return err
	}
	first := "latitude stands before longitude"
	if s.zone() {
		first = "the northing stands before the easting"
	}
	c := *e
	c.Hint = "in " + s.URI + " " + first
	return &c
}

// Geometry turns the coordinates of a geometry of a request into lon/lat. The
// error is that of Point; g is not changed.
func (s CRS) Geometry(g orb.Geometry) (orb.Geometry, error) {
	if g == nil || s.URI == "" || s.URI == CRS84 {
		return g, nil
	}
	var wrong error
	out := project.Geometry(orb.Clone(g), func(p orb.Point) orb.Point {
		q, err := s.Point(p[0], p[1])
		if err != nil && wrong == nil {
			wrong = err
		}
		return q
	})
	return out, wrong
}

// Writer writes lon/lat points in a system and remembers the first that has no
// coordinates there. It is for one goroutine.
type Writer struct {
	s   CRS
	err error
}

// Writer returns a Writer of the system.
func (s CRS) Writer() *Writer { return &Writer{s: s} }

// To is the function that encoders take: a lon/lat point in the system's axis
// order; nil for CRS84, where the point is written as it is. A point outside the
// system's domain is written as 0, 0, and Err says so.
func (w *Writer) To() func(orb.Point) (x, y float64) {
	if w.s.URI == "" || w.s.URI == CRS84 {
		return nil
	}
	xy := w.XY()
	if !w.s.flip {
		return xy
	}
	return func(p orb.Point) (float64, float64) {
		x, y := xy(p)
		return y, x
	}
}

// XY is To with x, the longitude or easting, first whatever the register says: for
// formats that name their axes or fix their order.
func (w *Writer) XY() func(orb.Point) (x, y float64) {
	if w.s.URI == "" || w.s.URI == CRS84 {
		return nil
	}
	return func(p orb.Point) (float64, float64) {
		x, y, err := w.s.system.FromWGS84(p[0], p[1])
		if err != nil && w.err == nil {
			w.err = err
		}
		return x, y
	}
}

// Err is nil while every point written had coordinates in the system; otherwise
// Invalid, with field as the parameter at fault.
func (w *Writer) Err(field string) error {
	if w.err == nil {
		return nil
	}
	return layers.Invalidf("request", field, "a feature lies outside the domain of the system: "+w.err.Error())
}

// System reads the name of a coordinate system as people write it: wgs84,
// gcj02, EPSG:4547. The error is Invalid and names field.
func System(field, name string) (crs.System, error) {
	s, err := crs.Parse(name)
	if err != nil {
		return crs.System{}, layers.Invalidf("request", field, err.Error())
	}
	return s, nil
}

// Place turns a coordinate of a system into lon/lat. Errors name the parameter
// x or y that is out of range.
func Place(s crs.System, x, y float64, nameX, nameY string) (orb.Point, error) {
	lon, lat, err := s.ToWGS84(x, y)
	if err == nil {
		return orb.Point{lon, lat}, nil
	}
	field := nameX
	var e *crs.Error
	if errors.As(err, &e) && strings.Contains(e.Reason, "latitude") {
		field = nameY
	}
	return orb.Point{}, layers.Invalidf("request", field, err.Error())
}
