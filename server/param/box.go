package param

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Numbers reads comma-separated finite numbers, at most most of them.
func Numbers(field, text string, most int) ([]float64, error) {
	parts := strings.SplitN(text, ",", most+1)
	if len(parts) > most {
		return nil, layers.Invalidf("request", field, fmt.Sprintf("has more than %d numbers", most))
	}
	out := make([]float64, len(parts))
	for i, p := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, layers.Invalidf("request", field, fmt.Sprintf("%.40q is not a number", p))
		}
		out[i] = x
	}
	return out, nil
}

// corners reads a box of four numbers, or of six whose heights are left out.
func corners(field, text string) ([4]float64, error) {
	n, err := Numbers(field, text, 6)
	if err != nil {
		return [4]float64{}, err
	}
	switch len(n) {
	case 4:
		return [4]float64(n), nil
	case 6:
		if n[2] > n[5] {
			return [4]float64{}, layers.Invalidf("request", field, fmt.Sprintf("bottom %v exceeds top %v", n[2], n[5]))
		}
		return [4]float64{n[0], n[1], n[3], n[4]}, nil
	}
	return [4]float64{}, layers.Invalidf("request", field, fmt.Sprintf("has %d numbers, not 4 or 6", len(n)))
}

// BBox reads a bounding box of four numbers, or six with heights that are left
// out, in the system sys, which must be one of the whole Earth. A box whose west
// exceeds its east crosses the antimeridian and becomes two. "" is no box: nil.
func BBox(field, text string, sys CRS) ([]orb.Bound, error) {
	w, err := BoxIn(field, text, sys)
	switch {
	case err != nil:
		return nil, err
	case w.Nowhere != "":
		return nil, layers.Invalidf("request", field, "lies outside the domain of its system")
	case w.Region != nil:
		return nil, layers.Invalidf("request", field, "is taken in systems of the whole Earth only")
	}
	return w.Boxes, nil
}

// lonLat reads a box of west, south, east, north in degrees.
func lonLat(field, text string) ([]orb.Bound, error) {
	n, err := corners(field, text)
	if err != nil {
		return nil, err
	}
	for i, x := range n {
		if name, limit := [...]string{"longitude", "latitude"}[i%2], [...]float64{180, 90}[i%2]; math.Abs(x) > limit {
			return nil, layers.Invalidf("request", field, fmt.Sprintf("%s %v is not between -%v and %v", name, x, limit, limit))
		}
	}
	if n[1] > n[3] {
		return nil, layers.Invalidf("request", field, fmt.Sprintf("south %v exceeds north %v", n[1], n[3]))
	}
	return boxes(n), nil
}

// boxes are the one or two boxes of west, south, east, north.
func boxes(n [4]float64) []orb.Bound {
	w, s, e, t := n[0], n[1], n[2], n[3]
	if w > e {
		return []orb.Bound{{Min: orb.Point{w, s}, Max: orb.Point{180, t}}, {Min: orb.Point{-180, s}, Max: orb.Point{e, t}}}
	}
	return []orb.Bound{{Min: orb.Point{w, s}, Max: orb.Point{e, t}}}
}
