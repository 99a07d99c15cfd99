package fence

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// stepper works out the steps of objects, one after another. fences.mu is held.
type stepper struct {
	tracker *Tracker
	out     []Transition

	// of the step that is worked out
	id      string
	next    object
	margin  float64
	changed *choice // only these fences are looked at, because they changed; nil: all
	from    int     // where its transitions begin in out

	// to be used again
	touches []touch
	here    []uint32
	through []uint32
	list    []visit
	fresh   []int
}

// step is what a valid fix makes of an object, nil for none.
func (s *stepper) step(o *object, f *Fix) object {
	first := o == nil
	if first {
		o = &object{due: never, reach: usual}
	}
	t := s.tracker
	s.begin(f.Object, o, max(t.rules.HysteresisM, f.AccuracyM), nil)
	s.next.at, s.next.point, s.next.accuracy, s.next.version = f.At.UnixMicro(), f.Point, f.AccuracyM, t.fences.version
	crosses := t.rules.Kinds.Has(Cross) && !first && o.point != f.Point && math.Abs(o.point[0]-f.Point[0]) <= 180 &&
		(t.rules.MaxGap == 0 || s.next.at-o.at <= t.rules.MaxGap.Microseconds())
	s.through = s.through[:0]
	if s.near(o) {
		if len(s.touches) > 0 || s.next.lingers {
			s.turn(o, crosses)
			s.stand(o.inside)
		} else if t.rules.Kinds.Has(Inside) {
			for i := range o.inside {
				s.tell(Inside, &o.inside[i], s.next.at)
			}
		}
	} else {
		s.next.around = nil
		s.here = t.fences.at(f.Point, s.here[:0])
		s.stand(o.inside)
		if crosses {
			t.fences.on(o.point, f.Point, func(n uint32) {
				if !in(o.inside, n) && !in(s.next.inside, n) {
					s.through = append(s.through, n)
				}
			})
		}
	}
	s.cross()
	s.dwell(s.next.at)
	s.end()
	return s.next
}

func (s *stepper) begin(id string, o *object, margin float64, changed *choice) {
	s.id, s.next, s.margin, s.changed, s.from = id, *o, margin, changed, len(s.out)
}

// end puts what was told in order: by kind, then fence.
func (s *stepper) end() {
	if told := s.out[s.from:]; len(told) > 1 {
		slices.SortFunc(told, func(a, b Transition) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Fence, b.Fence))
		})
	}
}

// tell notes a transition, if its kind is told.
func (s *stepper) tell(k Kind, v *visit, at int64) {
	if !s.tracker.rules.Kinds.Has(k) {
		return
	}
	t := Transition{Object: s.id, Fence: s.tracker.fences.names[v.slot], Kind: k, Visit: v.number, At: time.UnixMicro(at).UTC(),
		Point: s.next.point, Changed: s.changed != nil}
	if v.since != 0 {
		t.Since = time.UnixMicro(v.since).UTC()
	}
	s.out = append(s.out, t)
}

// near finds the borders on the way from where o was, if it was seen among the same
// fences and the way is short.
func (s *stepper) near(o *object) (ok bool) {
	if o.version != s.tracker.fences.version {
		return false
	}
	s.touches, ok = s.tracker.fences.along(o, &s.next, s.touches[:0])
	return ok
}

// turn finds, from where an object was and the borders on its way, the fences in
// which it is, and those it went through.
func (s *stepper) turn(o *object, crosses bool) {
	f := s.tracker.fences
	s.here = s.here[:0]
	v, t := o.inside, s.touches
	for len(v) > 0 || len(t) > 0 {
		if len(t) == 0 || len(v) > 0 && v[0].slot < t[0].slot {
			if !v[0].out {
				s.here = append(s.here, v[0].slot)
			}
			v = v[1:]
			continue
		}
		known := len(v) > 0 && v[0].slot == t[0].slot
		was := known && !v[0].out
		n, is := t[0].slot, was != (t[0].crosses%2 == 1)
		if t[0].unsure {
			is = f.slots[n].holds(s.next.point)
		}
		if is {
			s.here = append(s.here, n)
		} else if crosses && !known && (!t[0].unsure || f.slots[n].meets(o.point, s.next.point)) {
			s.through = append(s.through, n)
		}
		if t = t[1:]; known {
			v = v[1:]
		}
	}
}

// stand makes the visits of the next state out of those before and the fences in
// which the object is, s.here, in order of slots.
func (s *stepper) stand(was []visit) {
	f := s.tracker.fences
	s.list, s.fresh = s.list[:0], s.fresh[:0]
	s.next.lingers = false
	here := s.here
	for len(was) > 0 || len(here) > 0 {
		if len(was) == 0 || len(here) > 0 && here[0] < was[0].slot {
			s.fresh = append(s.fresh, len(s.list))
			s.list = append(s.list, visit{slot: here[0], since: s.next.at})
			here = here[1:]
			continue
		}
		v := was[0]
		was = was[1:]
		switch looked := s.changed == nil || s.changed.has(v.slot); {
		case len(here) > 0 && here[0] == v.slot:
			here = here[1:]
			v.out = false
		case !looked:
		case s.margin > 0 && f.slots[v.slot].within(s.next.point, s.margin):
			v.out = true // not by more than the margin
		default:
			s.tell(Leave, &v, s.next.at)
			continue
		}
		s.next.lingers = s.next.lingers || v.out
		s.tell(Inside, &v, s.next.at)
		s.list = append(s.list, v)
	}
	// Visits are numbered in order of the fences' names, which outlive their slots.
	if len(s.fresh) > 1 {
		slices.SortFunc(s.fresh, func(a, b int) int {
			return strings.Compare(f.names[s.list[a].slot], f.names[s.list[b].slot])
		})
	}
	for _, i := range s.fresh {
		s.next.visits++
		s.list[i].number = s.next.visits
		s.tell(Enter, &s.list[i], s.next.at)
	}
	s.next.inside = slices.Clone(s.list)
	s.next.due = s.tracker.rules.due(s.list)
}

// due is when the first of some visits has lasted the dwell time.
func (r *Rules) due(list []visit) int64 {
	at := int64(never)
	if long := r.DwellTime.Microseconds(); long > 0 {
		for i := range list {
			if !list[i].dwelt {
				at = min(at, list[i].since+long)
			}
		}
	}
	return at
}

// within reports whether p is at most d metres from a fence that exists.
func (s *slot) within(p orb.Point, d float64) bool {
	return s.shape != nil && measure.Pad(s.bound, d).Contains(p) && measure.Within(p, s.shape, d)
}

func in(list []visit, n uint32) bool {
	return slices.ContainsFunc(list, func(v visit) bool { return v.slot == n })
}

// cross tells of the fences the object went through.
func (s *stepper) cross() {
	f := s.tracker.fences
	if len(s.through) > 1 {
		slices.SortFunc(s.through, func(a, b uint32) int { return strings.Compare(f.names[a], f.names[b]) })
	}
	for _, n := range s.through {
		s.next.visits++
		s.tell(Cross, &visit{slot: n, number: s.next.visits}, s.next.at)
	}
}

// dwell finds the visits that have lasted the dwell time at an instant.
func (s *stepper) dwell(now int64) {
	if now < s.next.due {
		return
	}
	long := s.tracker.rules.DwellTime.Microseconds()
	s.next.inside = slices.Clone(s.next.inside)
	for i := range s.next.inside {
		if v := &s.next.inside[i]; !v.dwelt && now-v.since >= long {
			v.dwelt = true
			s.tell(Dwell, v, v.since+long)
		}
	}
	s.next.due = s.tracker.rules.due(s.next.inside)
}
