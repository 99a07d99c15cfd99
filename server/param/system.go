package param

import (
	"errors"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"

	"wutu/geo/crs"
	"wutu/layers"
)

// CRS84 is the URI of WGS 84 in the order longitude, latitude.
const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// CRS is a coordinate system of an OGC request, with the axis order its URI
// stands for. The zero value is CRS84.
type CRS struct {
	URI    string
	system crs.System
	flip   bool // latitude before longitude
}

// LonLat is CRS84.
func LonLat() CRS { return CRS{URI: CRS84} }

const epsgURI = "http://www.opengis.net/def/crs/EPSG/0/"

// systems are what OGC addresses offer. The register states latitude first for
// the two geographic ones.
func systems() []CRS {
	return []CRS{
		LonLat(),
		{URI: epsgURI + "4326", flip: true},
		{URI: epsgURI + "4490", system: crs.CGCS2000, flip: true},
		{URI: epsgURI + "3857", system: crs.WebMercator},
	}
}

// SystemURIs lists the systems that OGC addresses take.
func SystemURIs() []string {
	var out []string
	for _, s := range systems() {
		out = append(out, s.URI)
	}
	return out
}

// SystemOf reads the URI of a system, safe CURIEs ([EPSG:4326]) included; "" is
// CRS84. The error is Invalid and names field.
func SystemOf(field, uri string) (CRS, error) {
	if uri == "" {
		return LonLat(), nil
	}
	wanted := uri
	if curie, ok := strings.CutPrefix(strings.TrimSuffix(uri, "]"), "[EPSG:"); ok {
		wanted = epsgURI + curie
	}
	for _, s := range systems() {
		if s.URI == wanted || s.URI == strings.Replace(wanted, "https://", "http://", 1) {
			return s, nil
		}
	}
	return CRS{}, layers.Invalidf("request", field, "is not a coordinate system offered here: "+strings.Join(SystemURIs(), " "))
}

// Point turns two numbers of a request, in the system's axis order, into lon/lat.
func (s CRS) Point(a, b float64) (orb.Point, error) {
	if s.flip {
		a, b = b, a
	}
	if s.system == crs.WGS84 { // ranges are checked by whoever knows what the numbers are
		return orb.Point{a, b}, nil
	}
	lon, lat, err := s.system.ToWGS84(a, b)
	if err != nil {
		return orb.Point{}, layers.Invalidf("request", "", err.Error())
	}
	return orb.Point{lon, lat}, nil
}

// Geometry turns the coordinates of a geometry of a request into lon/lat. The
// error is that of Point; g is not changed.
func (s CRS) Geometry(g orb.Geometry) (orb.Geometry, error) {
	if g == nil || s.URI == CRS84 {
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

// Writer returns how a lon/lat point is written in the system, nil for CRS84. A
// point outside the system's domain is moved to its edge.
func (s CRS) Writer() func(orb.Point) (x, y float64) {
	if s.URI == "" || s.URI == CRS84 {
		return nil
	}
	return func(p orb.Point) (float64, float64) {
		x, y := p[0], p[1]
		if s.system == crs.WebMercator {
			y = min(max(y, -mercatorLimit), mercatorLimit)
		}
		if u, v, err := s.system.FromWGS84(x, y); err == nil {
			x, y = u, v
		}
		if s.flip {
			return y, x
		}
		return x, y
	}
}

// mercatorLimit is the latitude where the square of Web Mercator ends.
const mercatorLimit = 85.0511287798

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
