package fence

import (
	"cmp"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// Batch works out what a number of fixes mean, without changing its tracker before
// Commit. It is for one goroutine.
type Batch struct {
	tracker *Tracker
	changed map[string]*object
}

// Begin opens a batch.
func (t *Tracker) Begin() *Batch { return &Batch{tracker: t, changed: make(map[string]*object)} }

// Objects lists the objects whose state the batch changes, in order of id.
func (b *Batch) Objects() []string { return slices.Sorted(maps.Keys(b.changed)) }

// Commit makes the new states those of the tracker.
func (b *Batch) Commit() {
	for id, o := range b.changed {
		b.tracker.set(id, o)
	}
	clear(b.changed)
}

// few is the number of fixes that one processor does sooner than two.
const few = 256

// Move takes fixes in the order they were made and returns what they mean, fix by
// fix; within a fix by kind, then fence. Fixes that are not newer than the object's
// last, that are too inaccurate or say no place, mean nothing; taken is the number
// of the others. Many fixes are shared among the processors. It costs O(log fences +
// fences near) for each.
func (b *Batch) Move(fixes []Fix) (out []Transition, taken int) {
	t := b.tracker
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	workers := runtime.GOMAXPROCS(0)
	if len(fixes) < few {
		workers = 1
	}
	type answer struct {
		fix   int
		found []Transition
	}
	answers, takens := make([][]answer, workers), make([]int, workers)
	changed := make([]map[string]*object, workers)
	work := func(w int) {
		own := make(map[string]*object)
		for i := range fixes {
			f := &fixes[i]
			if workers > 1 && int(t.shardOf(f.Object))%workers != w {
				continue
			}
			o, ok := own[f.Object]
			if !ok {
				if o, ok = b.changed[f.Object]; !ok {
					o = t.get(f.Object)
				}
			}
			next, found := t.step(o, f)
			if next == nil {
				continue
			}
			own[f.Object] = next
			takens[w]++
			if len(found) > 0 {
				answers[w] = append(answers[w], answer{i, found})
			}
		}
		changed[w] = own
	}
	var group sync.WaitGroup
	for w := 1; w < workers; w++ {
		group.Go(func() { work(w) })
	}
	work(0)
	group.Wait()
	all := slices.Concat(answers...)
	slices.SortFunc(all, func(a, b answer) int { return cmp.Compare(a.fix, b.fix) })
	for _, a := range all {
		out = append(out, a.found...)
	}
	for w := range workers {
		maps.Copy(b.changed, changed[w])
		taken += takens[w]
	}
	return out, taken
}

// step is what a fix makes of an object, nil for a fix that means nothing.
func (t *Tracker) step(o *object, f *Fix) (*object, []Transition) {
	r := &t.rules
	if !f.valid() || o != nil && f.At.UnixMicro() <= o.at || r.MaxAccuracyM > 0 && f.AccuracyM > r.MaxAccuracyM {
		return nil, nil
	}
	first := o == nil
	if first {
		o = &object{}
	}
	s := stepper{tracker: t, id: f.Object, next: &object{at: f.At.UnixMicro(), point: f.Point, accuracy: f.AccuracyM, visits: o.visits}, was: o.inside,
		margin: max(r.HysteresisM, f.AccuracyM)}
	s.stand()
	if r.Kinds.Has(Cross) && !first && o.point != f.Point && math.Abs(o.point[0]-f.Point[0]) <= 180 && (r.MaxGap == 0 || s.next.at-o.at <= r.MaxGap.Microseconds()) {
		s.cross(o.point)
	}
	s.dwell(s.next.at)
	return s.next, s.told()
}

// stepper works out one step of one object. fences.mu is held.
type stepper struct {
	tracker *Tracker
	id      string
	was     []visit
	next    *object
	margin  float64
	changed map[uint32]bool // only these fences are looked at, because they changed; nil: all
	out     []Transition
}

func (s *stepper) tell(k Kind, v *visit, at int64) {
	if !s.tracker.rules.Kinds.Has(k) {
		return
	}
	t := Transition{Object: s.id, Fence: s.tracker.fences.slots[v.slot].id, Kind: k, Visit: v.number, At: time.UnixMicro(at).UTC(),
		Point: s.next.point, Changed: s.changed != nil}
	if v.since != 0 {
		t.Since = time.UnixMicro(v.since).UTC()
	}
	s.out = append(s.out, t)
}

// stand finds the fences the object is in now.
func (s *stepper) stand() {
	f := s.tracker.fences
	f.at(s.next.point, func(n uint32) {
		if s.changed == nil || s.changed[n] {
			s.next.inside = append(s.next.inside, visit{slot: n})
		}
	})
	in := len(s.next.inside)
	for i := range s.was {
		v := s.was[i]
		if slices.ContainsFunc(s.next.inside[:in], func(x visit) bool { return x.slot == v.slot }) {
			continue
		}
		if s.changed != nil && !s.changed[v.slot] {
			s.next.inside = append(s.next.inside, v)
			continue
		}
		if s.margin > 0 && near(s.next.point, &f.slots[v.slot], s.margin) {
			s.next.inside = append(s.next.inside, v) // not out by more than the margin
			continue
		}
		s.tell(Leave, &v, s.next.at)
	}
	for i := range s.next.inside[:in] {
		v := &s.next.inside[i]
		if was := slices.IndexFunc(s.was, func(x visit) bool { return x.slot == v.slot }); was >= 0 {
			*v = s.was[was]
			continue
		}
		v.since = s.next.at
	}
	slices.SortFunc(s.next.inside, func(a, b visit) int { return cmp.Compare(a.slot, b.slot) })
	// Visits are numbered in order of the fences' names, which outlive their slots.
	var fresh []*visit
	for i := range s.next.inside {
		if v := &s.next.inside[i]; v.number == 0 {
			fresh = append(fresh, v)
		} else {
			s.tell(Inside, v, s.next.at)
		}
	}
	slices.SortFunc(fresh, func(a, b *visit) int { return strings.Compare(f.slots[a.slot].id, f.slots[b.slot].id) })
	for _, v := range fresh {
		s.next.visits++
		v.number = s.next.visits
		s.tell(Enter, v, s.next.at)
	}
}

// near reports whether p is at most d metres from a fence that exists.
func near(p orb.Point, fence *slot, d float64) bool {
	return fence.shape != nil && measure.Pad(fence.bound, d).Contains(p) && measure.Within(p, fence.shape, d)
}

// cross finds the fences the object went through.
func (s *stepper) cross(from orb.Point) {
	f := s.tracker.fences
	in := func(list []visit, n uint32) bool {
		return slices.ContainsFunc(list, func(v visit) bool { return v.slot == n })
	}
	var through []uint32
	f.on(from, s.next.point, func(n uint32) {
		if !in(s.was, n) && !in(s.next.inside, n) {
			through = append(through, n)
		}
	})
	slices.SortFunc(through, func(a, b uint32) int { return strings.Compare(f.slots[a].id, f.slots[b].id) })
	for _, n := range through {
		s.next.visits++
		s.tell(Cross, &visit{slot: n, number: s.next.visits}, s.next.at)
	}
}

// dwell finds the visits that have lasted the dwell time at an instant.
func (s *stepper) dwell(now int64) {
	long := s.tracker.rules.DwellTime.Microseconds()
	if long <= 0 {
		return
	}
	for i := range s.next.inside {
		if v := &s.next.inside[i]; !v.dwelt && now-v.since >= long {
			v.dwelt = true
			s.tell(Dwell, v, v.since+long)
		}
	}
}

// told is what was found, by kind, then fence.
func (s *stepper) told() []Transition {
	slices.SortFunc(s.out, func(a, b Transition) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Fence, b.Fence))
	})
	return s.out
}
