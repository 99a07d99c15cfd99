package ground

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
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

// Areas lists the areas of every level that own p or, when the position is
// uncertain, may own the true position: border_m is the distance from p to the
// border, probability the share of the position's distribution in the area.
func Areas(v *live.View, s *layers.Subject, p orb.Point, accuracyM float64) []Share {
	out := []Share{}
	spread := duty.NewSpread(p, accuracyM)
	for _, level := range layers.Levels() {
		var shares []Share
		add := func(a live.Area, holds bool) (borderM float64) {
			l, known := v.Layer(a.Layer)
			borderM, probability := spread.Share(a.Geometry, holds)
			if known && access.MayList(s, l) == nil && probability > 0 {
				shares = append(shares, Share{Level: level.String(), Code: a.Code, Name: a.Name, BorderM: borderM, Probability: probability})
			}
			return borderM
		}
		own, owned := v.AreaAt(level, p)
		if !owned || add(own, true) < spread.ReachM() {
			for _, a := range around(v, s, level, p, spread.ReachM()) {
				if !owned || a.Layer != own.Layer || a.Code != own.Code {
					add(a, false)
				}
			}
		}
		slices.SortFunc(shares, func(a, b Share) int {
			return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Code, b.Code))
		})
		out = append(out, shares...)
	}
	return out
}

// around lists the areas of a level within radiusM metres of p, as the subject
// sees them.
func around(v *live.View, s *layers.Subject, level layers.Level, p orb.Point, radiusM float64) []live.Area {
	if radiusM == 0 {
		return nil
	}
	var out []live.Area
	for _, l := range v.Layers() {
		if l.Level != level {
			continue
		}
		q := layers.Query{Subject: *s, Layer: l.ID}
		for hit, err := range v.Nearest(context.Background(), q, live.Near{Point: p, K: mostAreas, RadiusM: radiusM}) {
			if err != nil {
				break
			}
			out = append(out, live.Area{Layer: l.ID, Code: strings.Clone(hit.ID()), Name: strings.Clone(titleOf(l, hit)), Geometry: hit.Geometry()})
		}
	}
	return out
}
