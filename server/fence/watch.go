package fence

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/fence"
	"wutu/layers/live"
	"wutu/server/param"
)

// Side names the features on one side of a watch.
type Side struct {
	Layer  string `json:"layer" must:"true"`
	Filter string `json:"filter,omitempty"` // CQL2 text
}

// Watch is one collection of fences and the objects that are watched in it.
type Watch struct {
	ID           string   `json:"id"`
	Title        string   `json:"title,omitempty"`
	Fences       Side     `json:"fences" must:"true"`
	Objects      Side     `json:"objects" must:"true"`
	Kinds        []string `json:"kinds"`                  // enter, leave, cross, dwell, inside; none: enter and leave
	HysteresisM  float64  `json:"hysteresis_m,omitempty"` // metres outside at which a visit ends
	DwellS       float64  `json:"dwell_s,omitempty"`      // seconds of a visit until dwell
	MaxAccuracyM float64  `json:"max_accuracy_m,omitempty"`
	MaxGapS      float64  `json:"max_gap_s,omitempty"` // seconds between two fixes for cross
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

// Limits of a watch.
const (
	maxHysteresisM = 10_000
	maxSeconds     = 30 * 24 * 3600
)

// check reports the first impossible part of the watch, by JSON pointer.
func (w *Watch) check() error {
	fail := func(field, message string) error { return layers.Invalidf("fence", field, message) }
	if !idForm.MatchString(w.ID) {
		return fail("/id", "is not a small letter and up to 63 small letters, digits, _ and -")
	}
	if len(w.Title) > 200 {
		return fail("/title", "is longer than 200 bytes")
	}
	for _, s := range [...]struct {
		field string
		side  *Side
	}{{"/fences", &w.Fences}, {"/objects", &w.Objects}} {
		if err := layers.CheckLayerID(s.side.Layer); err != nil {
			return param.At(s.field+"/layer", err)
		}
		if _, err := param.Filter(s.field+"/filter", s.side.Filter); err != nil {
			return err
		}
	}
	for i, k := range w.Kinds {
		if _, err := fence.ParseKind(k); err != nil {
			return param.At(fmt.Sprintf("/kinds/%d", i), err)
		}
	}
	if slices.Contains(w.Kinds, fence.Dwell.String()) && w.DwellS == 0 {
		return fail("/dwell_s", "is required for dwell")
	}
	for _, x := range [...]struct {
		field      string
		value, top float64
	}{{"/hysteresis_m", w.HysteresisM, maxHysteresisM}, {"/dwell_s", w.DwellS, maxSeconds}, {"/max_accuracy_m", w.MaxAccuracyM, 1e6}, {"/max_gap_s", w.MaxGapS, maxSeconds}} {
		if !(x.value >= 0 && x.value <= x.top) {
			return fail(x.field, fmt.Sprintf("is not between 0 and %v", x.top))
		}
	}
	return nil
}

// rules are the watch's as layers/fence has them.
func (w *Watch) rules() fence.Rules {
	r := fence.Rules{HysteresisM: w.HysteresisM, MaxAccuracyM: w.MaxAccuracyM,
		DwellTime: time.Duration(w.DwellS * float64(time.Second)), MaxGap: time.Duration(w.MaxGapS * float64(time.Second))}
	for _, name := range w.Kinds {
		if k, err := fence.ParseKind(name); err == nil {
			r.Kinds |= fence.KindsOf(k)
		}
	}
	if r.Kinds == 0 {
		r.Kinds = fence.KindsOf(fence.Enter, fence.Leave)
	}
	return r
}

// maySee refuses a subject that does not see both layers whole.
func (w *Watch) maySee(v *live.View, s *layers.Subject) error {
	for _, id := range []string{w.Fences.Layer, w.Objects.Layer} {
		l, err := param.Listable(v, s, id)
		if err != nil {
			return err
		}
		if d := access.Decide(s, l); !d.Whole() {
			return &layers.Error{Kind: layers.Forbidden, Op: "fence", Layer: id,
				Err: fmt.Errorf("the subject sees a part of the layer: transitions are told to those who see all of it")}
		}
	}
	return nil
}

// program compiles the filter of a side, nil for none.
func (s *Side) program(l *layers.Layer) (*cql2.Program, error) {
	e, err := param.Filter("filter", s.Filter)
	if err != nil || e == nil {
		return nil, err
	}
	return cql2.Compile(e, l)
}
