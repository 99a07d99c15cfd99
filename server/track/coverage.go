package track

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/track"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
	"wutu/server/usage"
)

// Limits of coverages.
const (
	maxFeatures   = 50_000
	maxCells      = 200_000
	maxMarginM    = 5_000
	defaultMargin = 25
	defaultCells  = 11 // some 2,000 m² each
	maxListed     = 10_000
	maxEach       = 2_000
)

type coverageBody struct {
	crowd
	Of     target  `json:"of" must:"true"`
	Margin float64 `json:"margin" about:"Metres; how near is visited, inclusive; absent: 25"`
	Each   bool    `json:"each" about:"Say of each object, too, what it visited"`
	List   bool    `json:"list" about:"Say of each feature or cell, too, how much of it was visited"`
}

// target is what should be visited.
type target struct {
	place
	Layer  string `json:"layer" about:"Features of this layer that meet region or area: of lines, pieces of at most 10 m by their middles; of others, each whole. Absent: hexagons whose centres lie in region or area"`
	Filter string `json:"filter" about:"Only features of which this CQL2 text is true"`
	Cells  *int   `json:"cells" about:"H3 resolution of the hexagons, which are visited at their centres; absent: 11"`
}

// share is how much of something was visited.
type share struct {
	ID      string   `json:"id,omitempty"`
	Total   float64  `json:"total"`
	Visited float64  `json:"visited"`
	Share   *float64 `json:"share" about:"0 to 1; null of nothing"`
}

type coverageAnswer struct {
	Unit string `json:"unit" enum:"m,features,cells"`
	share
	Objects  int     `json:"objects" about:"How many tracks were looked at"`
	Persons  bool    `json:"persons" about:"Whether tracks of persons are among them"`
	Features []share `json:"features,omitempty" about:"By id"`
	Movers   []share `json:"movers,omitempty" about:"By id"`
}

func newShare(id string, total, visited float64) share {
	s := share{ID: id, Total: total, Visited: visited}
	if total > 0 {
		x := min(1, visited/total)
		s.Share = &x
	}
	return s
}

// covering is a coverage with the ids of what is covered.
type covering struct {
	*track.Coverage
	unit  string
	ids   []string
	bound orb.Bound
}

func (v *covering) put(id string, g orb.Geometry) error {
	if _, ok := v.Put(g); !ok {
		return problem.TooMuch("/of", fmt.Sprintf("has more than %d pieces: take a smaller region", track.MaxUnits))
	}
	if v.ids = append(v.ids, id); len(v.ids) == 1 {
		v.bound = g.Bound()
	}
	v.bound = v.bound.Union(g.Bound())
	return nil
}

func (o *Office) coverage(c echo.Context, in *openapi.Input) error {
	var body coverageBody
	if err := in.Body(&body); err != nil {
		return err
	}
	m, err := o.crowd(c, &body.crowd)
	if err != nil {
		return err
	}
	if body.Margin == 0 {
		body.Margin = defaultMargin
	}
	if !(body.Margin > 0 && body.Margin <= maxMarginM) {
		return layers.Invalidf("track", "/margin", fmt.Sprintf("%v is not between 0 and %d metres", body.Margin, maxMarginM))
	}
	v := &covering{Coverage: track.NewCoverage(body.Margin)}
	if body.Of.Layer != "" {
		err = m.features(&body.Of, v)
	} else {
		err = m.cells(&body.Of, v)
	}
	if err != nil {
		return err
	}
	if body.List && len(v.ids) > maxListed {
		return problem.TooMuch("/list", fmt.Sprintf("%d features are more than are listed: %d", len(v.ids), maxListed))
	}
	objects, err := m.candidates(measure.Pad(v.bound, body.Margin))
	if err != nil {
		return err
	}
	out, persons, err := m.cover(v, objects, body.Each, body.List)
	if err != nil {
		return err
	}
	if out.Persons {
		if err := m.note("coverage", m.period, persons); err != nil {
			return err
		}
	}
	usage.Rows(m.ctx, 1+len(out.Features)+len(out.Movers))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, out)
}

// features puts the features of a layer, as the subject sees them.
func (m *many) features(t *target, v *covering) error {
	if t.Cells != nil {
		return layers.Invalidf("track", "/of/cells", "goes without a layer")
	}
	l, err := param.Listable(m.view, &m.subject, t.Layer)
	if err != nil {
		return param.At("/of/layer", err)
	}
	v.unit = "features"
	if l.Geometry == layers.LineString || l.Geometry == layers.MultiLineString {
		v.unit = "m"
	}
	q := layers.Query{Subject: m.subject, Layer: l.ID}
	if q.Filter, err = param.Filter("/of/filter", t.Filter); err != nil {
		return err
	}
	if t.Area != "" || len(t.Region) > 0 && string(t.Region) != "null" {
		g, err := t.region(m)
		if err != nil {
			return param.At("/of/region", err)
		}
		q.Region = &layers.Region{Geometry: g}
	}
	for row, err := range m.view.Select(m.ctx, q) {
		if err != nil {
			return param.Pointers(err, "/of/filter", nil)
		}
		g := row.Geometry()
		if g == nil {
			continue
		}
		if len(v.ids) == maxFeatures {
			return problem.TooMuch("/of", fmt.Sprintf("has more than %d features: take a smaller region", maxFeatures))
		}
		f := row.Feature()
		if err := v.put(f.Key, f.Shape); err != nil {
			return err
		}
	}
	return nil
}

// cells puts the centres of the hexagons of a region.
func (m *many) cells(t *target, v *covering) error {
	res := defaultCells
	if t.Cells != nil {
		res = *t.Cells
	}
	if res < 5 || res > 13 {
		return layers.Invalidf("track", "/of/cells", fmt.Sprintf("%d is not between 5 and 13", res))
	}
	if t.Filter != "" {
		return layers.Invalidf("track", "/of/filter", "goes with a layer")
	}
	g, err := t.region(m)
	if err != nil {
		return param.At("/of/region", err)
	}
	list, err := hexgrid.Cover(g.Bound(), res, maxCells)
	if err != nil {
		return problem.TooMuch("/of/cells", fmt.Sprintf("takes more than %d hexagons: take larger ones or a smaller region", maxCells))
	}
	v.unit = "cells"
	within := predicate.Prepare(g)
	for _, cell := range list {
		if centre := cell.Center(); within.Intersects(centre) {
			if err := v.put(cell.String(), centre); err != nil {
				return err
			}
		}
	}
	return nil
}

// cover looks at the tracks of objects. persons is how many of them are of persons.
func (m *many) cover(v *covering, objects []*layers.Feature, each, listed bool) (out *coverageAnswer, persons int, err error) {
	out = &coverageAnswer{Unit: v.unit, Persons: m.persons()}
	all := v.Begin()
	for _, f := range objects {
		parts, err := m.parts(f)
		if err != nil {
			return nil, 0, err
		}
		if len(parts) == 0 { // nothing of it shows
			continue
		}
		out.Objects++
		if each && out.Objects > maxEach {
			return nil, 0, problem.TooMuch("/each", fmt.Sprintf("more than %d objects were there, which are not told apart", maxEach))
		}
		if m.personal(f) {
			persons++
		}
		seen := all
		if each {
			seen = v.Begin()
		}
		for _, part := range parts {
			v.Visit(seen, part)
		}
		if each {
			all.Join(seen)
			out.Movers = append(out.Movers, v.share(f.Key, seen))
		}
	}
	out.share = v.share("", all)
	if listed {
		for i, visited := range v.Sum(all) {
			out.Features = append(out.Features, newShare(v.ids[i], v.Size(i), visited))
		}
	}
	return out, persons, nil
}

// share sums up what was seen of all features.
func (v *covering) share(id string, seen track.Seen) share {
	total, visited := 0.0, 0.0
	for i, x := range v.Sum(seen) {
		total, visited = total+v.Size(i), visited+x
	}
	return newShare(id, total, visited)
}
