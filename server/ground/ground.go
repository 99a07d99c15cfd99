// Package ground answers what lies at a place from the resident city: the areas,
// departments, roads and objects that layers/duty asks for, and how far a place is
// from the borders of its areas and how likely it lies in each.
//
// What is not here: the rules by which somebody answers (layers/duty).
package ground

import (
	"context"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/live"
	"wutu/layers/model"
)

// besideRoad is how far from a road's line a place still is on it, in metres:
// half of a wide carriageway.
const besideRoad = 15

// Ground answers layers/duty what lies at a place, from one View. For a report
// it reads as the program itself: who is responsible does not depend on who
// reports. For a proof that is worked out for somebody it reads as that subject:
// what they may not see shows in no proof. Areas are everybody's.
type Ground struct {
	ctx     context.Context
	view    *live.View
	subject layers.Subject
}

var _ duty.Ground = Ground{}

// New returns a Ground that reads v as subject does. It is good as long as ctx is.
func New(ctx context.Context, v *live.View, subject layers.Subject) Ground {
	return Ground{ctx: ctx, view: v, subject: subject}
}

// AreasAt lists the owning area of every level.
func (g Ground) AreasAt(p orb.Point) []duty.Area {
	var out []duty.Area
	for _, level := range layers.Levels() {
		a, ok := g.view.AreaAt(level, p)
		if !ok {
			continue
		}
		area := duty.Area{Level: level, Code: a.Code, Name: a.Name}
		if f, l, ok := g.feature(a.Layer, a.Code); ok {
			area.Dedicated = text(l, f, model.Kind) == "dedicated"
			area.Department = text(l, f, model.Department)
		}
		out = append(out, area)
	}
	return out
}

// DepartmentsAt lists the departments whose jurisdiction holds p.
func (g Ground) DepartmentsAt(p orb.Point) []duty.Department {
	l, ok := g.view.Layer(model.Departments)
	if !ok {
		return nil
	}
	q := layers.Query{Subject: g.subject, Layer: l.ID, Region: &layers.Region{Geometry: p}}
	var out []duty.Department
	for row, err := range g.view.Select(g.ctx, q) {
		if err != nil {
			return out
		}
		f := row.Feature()
		out = append(out, department(l, &f))
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
	return duty.Thing{ID: f.Key, Name: titleOf(l, f), Department: text(l, f, model.Department)}, true
}

// RoadAt returns the nearest road beside which p lies.
func (g Ground) RoadAt(p orb.Point) (duty.Thing, bool) {
	l, ok := g.view.Layer(model.Roads)
	if !ok {
		return duty.Thing{}, false
	}
	q := layers.Query{Subject: g.subject, Layer: l.ID}
	for hit, err := range g.view.Nearest(g.ctx, q, live.Near{Point: p, K: 1, RadiusM: besideRoad}) {
		if err != nil {
			break
		}
		f := hit.Feature()
		return duty.Thing{ID: f.Key, Name: titleOf(l, &f), Department: text(l, &f, model.Department)}, true
	}
	return duty.Thing{}, false
}

func (g Ground) feature(layer, id string) (*layers.Feature, *layers.Layer, bool) {
	l, ok := g.view.Layer(layer)
	if !ok || id == "" {
		return nil, nil, false
	}
	f, err := g.view.Get(g.ctx, &g.subject, layer, id)
	return &f, l, err == nil
}

func department(l *layers.Layer, f *layers.Feature) duty.Department {
	return duty.Department{ID: f.Key, Name: titleOf(l, f), Kind: text(l, f, model.Kind), Level: text(l, f, model.Level),
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
