package ground

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
)

// Share is an area that owns a place, or may own it.
type Share struct {
	Level       string  `json:"level"`
	Code        string  `json:"code"`
	Name        string  `json:"name"`
	BorderM     float64 `json:"border_m"`
	Probability float64 `json:"probability"`
}

// The error of a position is taken as a circular Gaussian whose 95 % circle has
// the radius accuracyM (the meaning of accuracy in the W3C Geolocation API), so
// sigma = accuracyM / sqrt(-2 ln 0.05). Rings of equal probability are sampled
// at their median radius, evenly around: every sample weighs the same.
const (
	sampleRings = 16
	sampleSpots = 24
)

// Areas lists the areas of every level that own p or, when the position is
// uncertain, may own the true position: border_m is the distance from p to the
// border, probability the share of the position's distribution in the area.
func Areas(v *live.View, s *layers.Subject, p orb.Point, accuracyM float64) []Share {
	out := []Share{}
	samples := samplesAround(p, accuracyM)
	for _, level := range layers.Levels() {
		shares := make(map[string]int)
		found := make(map[string]live.Area)
		for _, q := range samples {
			a, ok := v.AreaAt(level, q)
			if !ok {
				continue
			}
			if l, known := v.Layer(a.Layer); !known || access.MayList(s, l) != nil {
				continue
			}
			found[a.Code] = a
			shares[a.Code]++
		}
		var areas []Share
		for code, a := range found {
			areas = append(areas, Share{Level: level.String(), Code: code, Name: a.Name, BorderM: borderDistance(p, a.Geometry),
				Probability: float64(shares[code]) / float64(len(samples))})
		}
		slices.SortFunc(areas, func(a, b Share) int {
			return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Code, b.Code))
		})
		out = append(out, areas...)
	}
	return out
}

func samplesAround(p orb.Point, accuracyM float64) []orb.Point {
	if accuracyM == 0 {
		return []orb.Point{p}
	}
	sigma := accuracyM / math.Sqrt(-2*math.Log(0.05))
	out := make([]orb.Point, 0, sampleRings*sampleSpots)
	for ring := range sampleRings {
		r := sigma * math.Sqrt(-2*math.Log(1-(float64(ring)+0.5)/sampleRings))
		for spot := range sampleSpots {
			// Each ring is turned a little, so that spots do not line up along rays.
			azimuth := 360 / float64(sampleSpots) * (float64(spot) + float64(ring)/sampleRings)
			out = append(out, measure.Destination(p, azimuth, r))
		}
	}
	return out
}

// borderDistance is the distance in metres from p to the outline of a polygon,
// from inside or outside.
func borderDistance(p orb.Point, g orb.Geometry) float64 {
	var rings orb.MultiLineString
	switch g := g.(type) {
	case orb.Polygon:
		for _, r := range g {
			rings = append(rings, orb.LineString(r))
		}
	case orb.MultiPolygon:
		for _, poly := range g {
			for _, r := range poly {
				rings = append(rings, orb.LineString(r))
			}
		}
	default:
		return measure.DistanceTo(p, g)
	}
	return measure.DistanceTo(p, rings)
}
