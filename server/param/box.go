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

// BBox reads a bounding box of four numbers, or six with heights that are left
// out, in the system sys. A box whose west exceeds its east crosses the
// antimeridian and becomes two. "" is no box: nil.
func BBox(field, text string, sys CRS) ([]orb.Bound, error) {
	if text == "" {
		return nil, nil
	}
	n, err := Numbers(field, text, 6)
	if err != nil {
		return nil, err
	}
	switch len(n) {
	case 4:
	case 6:
		n = []float64{n[0], n[1], n[3], n[4]}
	default:
		return nil, layers.Invalidf("request", field, fmt.Sprintf("has %d numbers, not 4 or 6", len(n)))
	}
	low, err := sys.Point(n[0], n[1])
	if err != nil {
		return nil, At(field, err)
	}
	high, err := sys.Point(n[2], n[3])
	if err != nil {
		return nil, At(field, err)
	}
	w, s, e, t := low[0], low[1], high[0], high[1]
	for _, lon := range []float64{w, e} {
		if math.Abs(lon) > 180 {
			return nil, layers.Invalidf("request", field, fmt.Sprintf("longitude %v is not between -180 and 180", lon))
		}
	}
	for _, lat := range []float64{s, t} {
		if math.Abs(lat) > 90 {
			return nil, layers.Invalidf("request", field, fmt.Sprintf("latitude %v is not between -90 and 90", lat))
		}
	}
	if s > t {
		return nil, layers.Invalidf("request", field, fmt.Sprintf("south %v exceeds north %v", s, t))
	}
	if w > e {
		return []orb.Bound{{Min: orb.Point{w, s}, Max: orb.Point{180, t}}, {Min: orb.Point{-180, s}, Max: orb.Point{e, t}}}, nil
	}
	return []orb.Bound{{Min: orb.Point{w, s}, Max: orb.Point{e, t}}}, nil
}
