package live

import (
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
)

// scope is what a decision asks of every row, made ready for one view. The nil
// scope admits every row.
type scope struct {
	areas     []scopeArea
	marginM   float64
	rows      *cql2.Program // nil: no condition
	conjuncts []conjunct    // of rows
	began     *access.Decision
	never     bool // no row is admitted
}

type scopeArea struct {
	shape    *predicate.Prepared
	geometry orb.Geometry
	near     orb.Bound // box of the area with its margin
}

// scopeOf makes a decision ready. A region that is no area of the city, and a
// condition that does not fit the layer, admit nothing.
func (v *View) scopeOf(d *access.Decision, l *layers.Layer) *scope {
	if d.Mode == access.Hidden {
		return &scope{never: true}
	}
	if len(d.Regions) == 0 && d.Rows == nil && d.From.IsZero() && d.To.IsZero() {
		return nil
	}
	s := &scope{marginM: d.MarginM}
	if !d.From.IsZero() || !d.To.IsZero() {
		s.began = d
	}
	for _, code := range d.Regions {
		_, a, shape, ok := v.areaOf(code)
		if !ok {
			return &scope{never: true}
		}
		s.areas = append(s.areas, scopeArea{shape: shape, geometry: a.Geometry, near: measure.Pad(a.Geometry.Bound(), d.MarginM)})
	}
	if d.Rows != nil {
		var err error
		if s.rows, err = cql2.Compile(d.Rows, l); err != nil {
			return &scope{never: true}
		}
		if s.conjuncts, err = conjuncts(d.Rows, s.rows, l); err != nil {
			return &scope{never: true}
		}
	}
	return s
}

// areaOf finds an area of any level by its code, the largest level first.
func (v *View) areaOf(code string) (layers.Level, Area, *predicate.Prepared, bool) {
	for _, level := range layers.Levels() {
		if a, shape, ok := v.areaByCode(level, code); ok {
			return level, a, shape, true
		}
	}
	return layers.NoLevel, Area{}, nil, false
}

// admits reports whether a row counted at pt and valid since from is within the
// scope. row shows every field.
func (s *scope) admits(pt orb.Point, from time.Time, row layers.Row) bool {
	return s == nil || s.owns(pt) && s.admitsRow(from, row)
}

// owns reports whether each area of the scope owns what is counted at pt.
func (s *scope) owns(pt orb.Point) bool {
	for i := range s.areas {
		if !s.areas[i].owns(pt, s.marginM) {
			return false
		}
	}
	return true
}

// admitsRow is admits for rows that the areas own.
func (s *scope) admitsRow(from time.Time, row layers.Row) bool {
	return s == nil || !s.never && s.begun(from) && (s.rows == nil || s.rows.Match(row))
}

// begun reports whether what is valid since from began in time.
func (s *scope) begun(from time.Time) bool { return s == nil || s.began == nil || s.began.Began(from) }

// begins reports that the scope asks no row when it began.
func (s *scope) begins() bool { return s == nil || s.began == nil }

// misses reports that no row whose box lies in b is within the scope's areas; it
// may be false when that is so.
func (s *scope) misses(b orb.Bound) bool {
	if s == nil || s.marginM > 0 {
		return false // the search boxes have the margin
	}
	for i := range s.areas {
		if s.areas[i].shape.RelateBox(b) == predicate.BoxOutside {
			return true
		}
	}
	return false
}

func (a *scopeArea) owns(pt orb.Point, marginM float64) bool {
	if !hasPoint(pt) || !a.near.Contains(pt) {
		return false
	}
	return a.shape.Locate(pt) != predicate.Outside || marginM > 0 && measure.DistanceTo(pt, a.geometry) <= marginM
}

// Admitting returns the test whether the subject may list the feature of a layer
// with an id. The test is for one goroutine. nil: it may list every feature.
func (v *View) Admitting(s *layers.Subject, layer string) func(id string) bool {
	t, ok := v.tables[layer]
	if !ok {
		return func(string) bool { return false }
	}
	d := access.Decide(s, t.layer)
	if d.Mode != access.List {
		return func(string) bool { return false }
	}
	scope := v.scopeOf(&d, t.layer)
	if scope == nil {
		return nil
	}
	r := &Row{layer: t.layer}
	return func(id string) bool {
		ref, ok := t.lookup(id)
		if !ok {
			return false
		}
		t.at(ref, r)
		from, _ := r.Validity()
		return scope.admits(r.point(), from, r)
	}
}

// Admits reports whether the subject may list feature f of a layer: for feeds,
// where features do not come from a query. Fields are not masked.
func (v *View) Admits(s *layers.Subject, layer string, f *layers.Feature) bool {
	t, ok := v.tables[layer]
	if !ok {
		return false
	}
	d := access.Decide(s, t.layer)
	return d.Mode == access.List && v.scopeOf(&d, t.layer).admits(pointOf(f.Shape), f.ValidFrom, f)
}

// Admitter returns the test whether a decision about a layer admits a feature, as
// Admits does, made ready once for many features. The test is safe for concurrent
// use.
func (v *View) Admitter(d *access.Decision, layer string) func(*layers.Feature) bool {
	t, ok := v.tables[layer]
	if !ok || d.Mode != access.List {
		return func(*layers.Feature) bool { return false }
	}
	scope := v.scopeOf(d, t.layer)
	return func(f *layers.Feature) bool { return scope.admits(pointOf(f.Shape), f.ValidFrom, f) }
}
