package param

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/layers"
)

// Window is a box of a request in some coordinate system, as a query takes it.
type Window struct {
	Boxes  []orb.Bound    // lon/lat; nil: none
	Region *layers.Region // a box in a Gauss-Krüger zone: no box of lon/lat, its edges bend; nil: none
	// Nowhere says why no feature can meet the box, "" when some can: all of it lies
	// outside the domain of its system, as when the axes are swapped.
	Nowhere string
}

// How far the coordinates of EPSG:3857 go: to the edge of the square, and along the
// y axis as far as geo/crs draws, 85.06°.
const (
	mercatorX = math.Pi * 6378137
	mercatorY = mercatorX + 10_000
)

// BoxIn reads a bounding box of four numbers, or six with heights that are left
// out, in the axis order of the system s. West may exceed east in systems of the
// whole Earth: the box then crosses the antimeridian.
//
// A box in CRS84 must lie within ±180, ±90 degrees. In another system a box all of
// which lies outside the domain meets no feature, which Window.Nowhere says: its
// numbers were computed by a program, and the answer to them is the empty one. A box
// partly outside is Invalid, except in EPSG:3857, where map clients look over the
// edge of the world and the box is cut there. A box around a pole cannot be said in
// any of the systems. "" is no window: the zero value.
func BoxIn(field, text string, s CRS) (Window, error) {
	if text == "" {
		return Window{}, nil
	}
	if s.URI == "" || s.URI == CRS84 {
		boxes, err := lonLat(field, text)
		return Window{Boxes: boxes}, err
	}
	n, err := corners(field, text)
	if err != nil {
		return Window{}, err
	}
	if s.flip {
		n = [4]float64{n[1], n[0], n[3], n[2]}
	}
	switch {
	case n[1] > n[3]:
		return Window{}, layers.Invalidf("request", field, fmt.Sprintf("south %v exceeds north %v", n[1], n[3]))
	case s.zone():
		return s.zoneWindow(field, n)
	case s.system == crs.WebMercator:
		return mercatorWindow(field, n), nil
	}
	if n[1] > 90 || n[3] < -90 || min(n[0], n[2]) > 180 || max(n[0], n[2]) < -180 {
		return Window{Nowhere: fmt.Sprintf("%s: the box lies outside longitudes ±180 and latitudes ±90 (in %s latitude stands before longitude)", field, s.URI)}, nil
	}
	for i, x := range n {
		if limit := [...]float64{180, 90}[i%2]; math.Abs(x) > limit {
			return Window{}, layers.Invalidf("request", field, fmt.Sprintf("%v is beyond %v degrees (in %s latitude stands before longitude)", x, limit, s.URI))
		}
	}
	return Window{Boxes: boxes(n)}, nil
}

func mercatorWindow(field string, n [4]float64) Window {
	if n[1] > mercatorY || n[3] < -mercatorY || min(n[0], n[2]) > mercatorX || max(n[0], n[2]) < -mercatorX {
		return Window{Nowhere: field + ": the box lies outside the map of EPSG:3857"}
	}
	var d [4]float64
	for i := 0; i < 4; i += 2 {
		x := min(max(n[i], -mercatorX), mercatorX)
		y := min(max(n[i+1], -mercatorY), mercatorY)
		d[i], d[i+1], _ = crs.WebMercator.ToWGS84(x, y) // cut to its domain
	}
	return Window{Boxes: boxes(d)}
}

// Edges of a box in a zone bend in lon/lat by s²·tan(lat)/8R over a stretch s:
// below 2 mm over 300 m. A box of the whole zone, 1,000 km wide, has
// at most maxStretches of them on a side, 2 km long, and bends by centimetres.
const (
	stretchM     = 300
	maxStretches = 512
)

func (s CRS) zoneWindow(field string, n [4]float64) (Window, error) {
	if n[0] > n[2] {
		return Window{}, layers.Invalidf("request", field, fmt.Sprintf("west %v exceeds east %v", n[0], n[2]))
	}
	meridian, _ := s.system.CentralMeridian()
	x0, _, err := s.system.FromWGS84(meridian, 0)
	if err != nil {
		return Window{}, err
	}
	const half, top = 500_000, 10_001_966 // the domain, as geo/crs has it
	if n[2] < x0-half || n[0] > x0+half || n[1] > top || n[3] < -top {
		return Window{Nowhere: fmt.Sprintf("%s: the box lies outside the domain of %s, where the northing stands before the easting", field, s.URI)}, nil
	}
	var ring orb.Ring
	at := [4][2]float64{{n[0], n[1]}, {n[2], n[1]}, {n[2], n[3]}, {n[0], n[3]}}
	for i, from := range at {
		to := at[(i+1)%4]
		steps := min(maxStretches, max(1, math.Ceil(math.Hypot(to[0]-from[0], to[1]-from[1])/stretchM)))
		for k := range int(steps) {
			t := float64(k) / steps
			lon, lat, err := s.system.ToWGS84(from[0]+t*(to[0]-from[0]), from[1]+t*(to[1]-from[1]))
			if err != nil {
				return Window{}, layers.Invalidf("request", field, "the box lies partly outside the domain of the system: "+s.hint(err).Error())
			}
			ring = append(ring, orb.Point{lon, lat})
		}
	}
	if n[0] == n[2] || n[1] == n[3] { // a line or a point is no polygon
		line := orb.LineString(ring[:len(ring)/2+1])
		if n[0] == n[2] && n[1] == n[3] {
			return Window{Region: &layers.Region{Geometry: ring[0]}}, nil
		}
		return Window{Region: &layers.Region{Geometry: line}}, nil
	}
	return Window{Region: &layers.Region{Geometry: orb.Polygon{append(ring, ring[0])}}}, nil
}
