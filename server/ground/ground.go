package ground

import (
	"context"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/live"
	"wutu/layers/model"
)

// The most that is looked at around a place, per layer. Nobody draws areas that
// small; what lies beyond counts as not there.
const (
	mostAreas = 512
	mostRoads = 256
)

// Ground answers layers/duty what lies at a place, from one View. For a report
// it reads as the program itself: who is responsible does not depend on who
// reports. For a proof that is worked out for somebody it reads as that subject:
// what they may not see shows in no proof. The areas that own a place are
// everybody's.
type Ground struct {
	ctx        context.Context
	view       *live.View
	subject    layers.Subject
	precedents *duty.Precedents
	odds       duty.Odds
}

var _ duty.Ground = Ground{}

// New returns a Ground that reads v as subject does, without precedents. It is
// good as long as ctx is.
func New(ctx context.Context, v *live.View, subject layers.Subject) Ground {
	return Ground{ctx: ctx, view: v, subject: subject}
}

// With returns g with the precedents that are in force.
func (g Ground) With(p *duty.Precedents) Ground {
	g.precedents = p
	return g
}

// Learned returns g with what past cases say about dedicated grids.
func (g Ground) Learned(o duty.Odds) Ground {
	g.odds = o
	return g
}

// Odds returns what past cases say about dedicated grids; nil: nothing.
func (g Ground) Odds() duty.Odds { return g.odds }

// Precedents returns the adjudications about a class that are in force. They hold
// for everybody, but a case that the reader may not see is not named.
func (g Ground) Precedents(class string) []duty.Precedent {
	list := slices.Clone(g.precedents.Of(class))
	for i := range list {
		p := &list[i]
		if _, _, ok := g.feature(model.Events, p.Case); !ok {
			p.ID, p.Case, p.By, p.Note, p.Signature = "hidden", "", "", "", nil
		}
	}
	return list
}

// Around returns what lies within radiusM metres of p.
func (g Ground) Around(p orb.Point, radiusM float64) duty.Scene {
	return duty.Scene{Areas: g.areas(p, radiusM), Departments: g.departments(p, radiusM), Roads: g.roads(p, radiusM)}
}

func (g Ground) areas(p orb.Point, radiusM float64) []duty.Area {
	var out []duty.Area
	for _, level := range layers.Levels() {
		own, owned := g.view.AreaAt(level, p)
		if owned {
			out = append(out, g.area(level, own, true))
		}
		if radiusM == 0 {
			continue
		}
		for _, a := range around(g.view, &g.subject, level, p, radiusM) {
			if !owned || a.Layer != own.Layer || a.Code != own.Code {
				out = append(out, g.area(level, a, false))
			}
		}
	}
	return out
}

// area is an area as layers/duty sees it.
func (g Ground) area(level layers.Level, a live.Area, holds bool) duty.Area {
	area := duty.Area{Level: level, Code: a.Code, Name: a.Name, Geometry: a.Geometry, Holds: holds}
	if f, l, ok := g.feature(a.Layer, a.Code); ok {
		area.Version = f.Version
		area.Dedicated = text(l, f, model.Kind) == "dedicated"
		area.Department = text(l, f, model.Department)
	}
	return area
}

func (g Ground) departments(p orb.Point, radiusM float64) []duty.Department {
	l, ok := g.view.Layer(model.Departments)
	if !ok {
		return nil
	}
	var out []duty.Department
	q := layers.Query{Subject: g.subject, Layer: l.ID}
	for hit, err := range g.view.Nearest(g.ctx, q, live.Near{Point: p, RadiusM: max(radiusM, touchingM)}) {
		if err != nil {
			break
		}
		f := hit.Feature()
		d := department(l, &f)
		d.Holds = hit.DistanceM == 0
		if d.Holds || radiusM > 0 {
			out = append(out, d)
		}
	}
	return out
}

// touchingM is a radius that finds what holds a place and nothing else.
const touchingM = 1e-6

// widestRoadM is how far from its middle line a place may be on a road, in metres.
const widestRoadM = 30

func (g Ground) roads(p orb.Point, radiusM float64) []duty.Road {
	l, ok := g.view.Layer(model.Roads)
	if !ok {
		return nil
	}
	var out []duty.Road
	q := layers.Query{Subject: g.subject, Layer: l.ID}
	for hit, err := range g.view.Nearest(g.ctx, q, live.Near{Point: p, K: mostRoads, RadiusM: radiusM + widestRoadM}) {
		if err != nil {
			break
		}
		f := hit.Feature()
		r := duty.Road{Thing: thing(l, &f), Class: text(l, &f, model.Class)}
		if n := f.Value(l.FieldIndex(model.Lanes)); !n.IsNull() {
			r.Lanes = int(n.Float())
		}
		out = append(out, r)
	}
	return out
}

// Department returns a department by id.
func (g Ground) Department(id string) (duty.Department, bool) {
	f, l, ok := g.feature(model.Departments, id)
	if !ok {
		return duty.Department{}, false
	}
	return department(l, f), true
}

// Object returns what "layer/id" names.
func (g Ground) Object(ref string) (duty.Thing, bool) {
	layer, id, _ := strings.Cut(ref, "/")
	f, l, ok := g.feature(layer, id)
	if !ok || l.Access == layers.PersonalAccess {
		return duty.Thing{}, false
	}
	return thing(l, f), true
}

func (g Ground) feature(layer, id string) (*layers.Feature, *layers.Layer, bool) {
	l, ok := g.view.Layer(layer)
	if !ok || id == "" {
		return nil, nil, false
	}
	f, err := g.view.Get(g.ctx, &g.subject, layer, id)
	return &f, l, err == nil
}

func thing(l *layers.Layer, f *layers.Feature) duty.Thing {
	return duty.Thing{ID: f.Key, Name: titleOf(l, f), Department: text(l, f, model.Department), Version: f.Version, Geometry: f.Shape}
}

func department(l *layers.Layer, f *layers.Feature) duty.Department {
	return duty.Department{ID: f.Key, Name: titleOf(l, f), Kind: text(l, f, model.Kind), Level: text(l, f, model.Level), Version: f.Version, Geometry: f.Shape,
		Duties: strings.FieldsFunc(text(l, f, model.Duties), func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '、' })}
}

// text is the value of a field by name as text, "" without such a field.
func text(l *layers.Layer, r layers.Row, name string) string {
	return r.Value(l.FieldIndex(name)).String()
}

// titleOf names a row: its title field, or its id.
func titleOf(l *layers.Layer, r layers.Row) string {
	if i := l.FieldIndex(l.TitleField); i >= 0 {
		if s := r.Value(i).String(); s != "" {
			return s
		}
	}
	return r.ID()
}
