package fence

import (
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Reconsider looks at all objects again after fences have changed at an instant:
// those that are in one of them, or would be with their last fix. Transitions are
// ordered by object, then as in Move. It costs O(objects).
func (b *Batch) Reconsider(at time.Time, fences ...string) []Transition {
	t := b.tracker
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	touched := make(map[uint32]bool, len(fences))
	for n := range t.fences.slots {
		if slices.Contains(fences, t.fences.slots[n].id) {
			touched[uint32(n)] = true
		}
	}
	return b.again(at, touched)
}

// ReconsiderAll is Reconsider when any fence may have changed.
func (b *Batch) ReconsiderAll(at time.Time) []Transition {
	t := b.tracker
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	touched := make(map[uint32]bool, len(t.fences.slots))
	for n := range t.fences.slots {
		touched[uint32(n)] = true
	}
	return b.again(at, touched)
}

// Drop takes an object out of the tracker, as when it is deleted: it leaves the
// fences it is in at an instant.
func (b *Batch) Drop(id string, at time.Time) []Transition {
	t := b.tracker
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	o, ok := b.changed[id]
	if !ok {
		o = t.get(id)
	}
	if o == nil {
		return nil
	}
	s := stepper{tracker: t, id: id, next: &object{point: o.point}}
	for i := range o.inside {
		s.tell(Leave, &o.inside[i], at.UnixMicro())
	}
	b.changed[id] = nil
	return s.told()
}

// again looks at the objects near some fences. fences.mu is held.
func (b *Batch) again(at time.Time, touched map[uint32]bool) []Transition {
	t := b.tracker
	return b.each(func(id string, o *object) (*object, []Transition) {
		concerned := slices.ContainsFunc(o.inside, func(v visit) bool { return touched[v.slot] })
		t.fences.tree.Search(orb.Bound{Min: o.point, Max: o.point}, func(n uint32) bool {
			concerned = concerned || touched[n]
			return !concerned
		})
		if !concerned {
			return nil, nil
		}
		// Told at the instant of the change; the object is as old as its last fix.
		s := stepper{tracker: t, id: id, was: o.inside,
			next: &object{at: at.UnixMicro(), point: o.point, accuracy: o.accuracy, visits: o.visits}, margin: max(t.rules.HysteresisM, o.accuracy), changed: touched}
		s.stand()
		s.next.at = o.at
		return s.next, slices.DeleteFunc(s.told(), func(t Transition) bool { return t.Kind == Inside })
	})
}

// Tick finds the visits that have lasted the dwell time at an instant, whether
// their objects send fixes or not; order and cost as Reconsider.
func (b *Batch) Tick(now time.Time) []Transition {
	t := b.tracker
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	long := t.rules.DwellTime.Microseconds()
	if long <= 0 {
		return nil
	}
	return b.each(func(id string, o *object) (*object, []Transition) {
		due := func(v visit) bool { return !v.dwelt && now.UnixMicro()-v.since >= long }
		if !slices.ContainsFunc(o.inside, due) {
			return nil, nil
		}
		next := *o
		next.inside = slices.Clone(o.inside)
		s := stepper{tracker: t, id: id, next: &next}
		s.dwell(now.UnixMicro())
		return s.next, s.told()
	})
}

// each steps every object, in order of id.
func (b *Batch) each(step func(id string, o *object) (*object, []Transition)) (out []Transition) {
	ids := append(b.tracker.Objects(), slices.Collect(maps.Keys(b.changed))...)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		o, ok := b.changed[id]
		if !ok {
			o = b.tracker.get(id)
		}
		if o == nil {
			continue
		}
		if next, found := step(id, o); next != nil {
			b.changed[id] = next
			out = append(out, found...)
		}
	}
	return out
}
