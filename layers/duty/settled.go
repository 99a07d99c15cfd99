package duty

import (
	"slices"

	"wutu/layers"
)

// evidence is the precedent as evidence; distanceM is how far the point is from
// what it is about.
func (p *Precedent) evidence(distanceM float64) Evidence {
	return Evidence{Ref: "precedent/" + p.ID, Name: p.Case, DistanceM: hundredths(distanceM), Department: p.Department}
}

func (p *Precedent) reason(about layers.Title) layers.Title {
	if p.Case == "" { // of a case that the reader may not see
		return layers.Title{ZH: "先例：" + about.ZH + "的同类问题已审定由该部门负责", EN: "precedent: it was adjudicated that this department answers for the class at " + about.EN}
	}
	return layers.Title{
		ZH: "先例：案件 " + p.Case + " 已审定，" + about.ZH + "的同类问题由该部门负责",
		EN: "precedent: case " + p.Case + " was adjudicated, this department answers for the class at " + about.EN,
	}
}

// about returns the first precedent for which test holds.
func about(list []Precedent, test func(*Precedent) bool) (*Precedent, bool) {
	for i := range list {
		if test(&list[i]) {
			return &list[i], true
		}
	}
	return &Precedent{}, false
}

// areaPrecedents tries the precedents about areas: drawn polygons and areas of the
// frame, the newest first.
func (r *resolver) areaPrecedents() {
	var evidence []Evidence
	for _, p := range r.ground.Precedents(r.class.Code) {
		in, borderM, holds := r.where(&p)
		if !slices.Contains(in, true) {
			continue
		}
		d, ok := r.ground.Department(p.Department)
		if !ok {
			continue
		}
		e := p.evidence(0)
		e.BorderM = hundredths(borderM)
		if !holds {
			e.DistanceM = e.BorderM
		}
		what := layers.Title{ZH: "该划定范围内", EN: "places in the area that was drawn"}
		if p.Area != "" {
			what = layers.Title{ZH: "区域 " + p.Area + " 内", EN: "places in the area " + p.Area}
		}
		r.add(d, ByPrecedent, r.take(in), p.reason(what), &e)
		evidence = append(evidence, e)
	}
	if evidence != nil {
		r.try(ByPrecedent, Answers, evidence...)
	}
}

// where says which samples lie in the area of a precedent, and how far its border
// is; nil for one that is not about an area near the place.
func (r *resolver) where(p *Precedent) (in []bool, borderM float64, holds bool) {
	if p.Polygon != nil {
		shape := p.Polygon.Geometry()
		holds = r.spread.holds(shape, 0, 0)
		borderM, in = r.spread.inside(shape, holds)
		return in, borderM, holds
	}
	if p.Area == "" {
		return nil, 0, false
	}
	i := slices.IndexFunc(r.scene.Areas, func(a Area) bool { return a.Code == p.Area })
	if i < 0 {
		return nil, 0, false
	}
	return r.areaIn[i], r.borders[i], r.scene.Areas[i].Holds
}
