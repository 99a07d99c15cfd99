package fence

import (
	"slices"
	"strings"
	"time"
)

// choice is a set of slots.
type choice struct {
	all   bool
	slots []uint32 // in order
}

func (c *choice) has(n uint32) bool {
	if c.all {
		return true
	}
	_, ok := slices.BinarySearch(c.slots, n)
	return ok
}

// Reconsider looks at all objects again after fences have changed at an instant:
// those that are in one of them, or would be with their last fix. Transitions are
// ordered by object, then as in Move. It costs O(objects × changed fences), and each
// object's next fix costs what a jump costs.
func (b *Batch) Reconsider(at time.Time, fences ...string) []Transition {
	f := b.tracker.fences
	f.mu.RLock()
	defer f.mu.RUnlock()
	var touched choice
	for _, id := range fences {
		if n, ok := f.named(id); ok {
			touched.slots = append(touched.slots, n)
		}
		touched.slots = append(touched.slots, f.gone[id]...)
	}
	slices.Sort(touched.slots)
	touched.slots = slices.Compact(touched.slots)
	return b.again(at, &touched)
}

// ReconsiderAll is Reconsider when any fence may have changed. It costs what a fix
// of every object costs.
func (b *Batch) ReconsiderAll(at time.Time) []Transition {
	f := b.tracker.fences
	f.mu.RLock()
	defer f.mu.RUnlock()
	return b.again(at, &choice{all: true})
}

// again looks at the objects in or at some fences. fences.mu is held.
func (b *Batch) again(at time.Time, touched *choice) []Transition {
	f := b.tracker.fences
	concerned := func(o *object) bool {
		return touched.all || slices.ContainsFunc(o.inside, func(v visit) bool { return touched.has(v.slot) }) ||
			slices.ContainsFunc(touched.slots, func(n uint32) bool { return f.slots[n].holds(o.point) })
	}
	s := stepper{tracker: b.tracker}
	for _, e := range b.those(concerned) {
		o := e.as(b)
		s.begin(e.id, o, max(b.tracker.rules.HysteresisM, o.accuracy), touched)
		// Told at the instant of the change; the object is as old as its last fix.
		s.next.at = at.UnixMicro()
		s.here = s.here[:0]
		if touched.all {
			s.here = f.at(o.point, s.here)
			s.next.version, s.next.around = f.version, nil
		}
		for _, n := range touched.slots {
			if f.slots[n].holds(o.point) {
				s.here = append(s.here, n)
			}
		}
		s.stand(o.inside)
		s.next.at = o.at
		s.end()
		b.changed = b.become(e, &s.next, b.changed)
	}
	b.sorted = false
	return slices.DeleteFunc(s.out, func(t Transition) bool { return t.Kind == Inside })
}

// those lists the objects of which a question is true, in order of id.
func (b *Batch) those(is func(*object) bool) (out []*entry) {
	for e := range b.tracker.entries {
		if o := e.as(b); o != nil && is(o) {
			out = append(out, e)
		}
	}
	byID(out)
	return out
}

func byID(list []*entry) {
	slices.SortFunc(list, func(x, y *entry) int { return strings.Compare(x.id, y.id) })
}

// Drop takes an object out of the tracker, as when it is deleted: it leaves the
// fences it is in at an instant.
func (b *Batch) Drop(id string, at time.Time) []Transition {
	t := b.tracker
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	e := t.find(t.shardOf(id), id, false)
	if e == nil || e.as(b) == nil {
		return nil
	}
	s := stepper{tracker: t}
	s.begin(id, e.as(b), 0, nil)
	for i := range s.next.inside {
		s.tell(Leave, &s.next.inside[i], at.UnixMicro())
	}
	s.end()
	b.changed = b.become(e, nil, b.changed)
	b.sorted = false
	return s.out
}

// Tick finds the visits that have lasted the dwell time at an instant, whether
// their objects send fixes or not; ordered as Reconsider. It costs O(log objects)
// for each object with such a visit.
func (b *Batch) Tick(now time.Time) []Transition {
	t := b.tracker
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	var due []*entry
	concern := func(e *entry) {
		if o := e.as(b); o != nil && o.due <= now.UnixMicro() {
			due = append(due, e)
		}
	}
	for _, e := range t.queue.take(now.UnixMicro()) {
		if e.known && e.now.due != never { // it stays in the queue until the batch is committed
			t.queue.add(e, e.now.due)
		}
		concern(e)
	}
	for _, e := range b.changed {
		concern(e)
	}
	byID(due)
	due = slices.Compact(due)
	s := stepper{tracker: t}
	for _, e := range due {
		s.begin(e.id, e.as(b), 0, nil)
		s.dwell(now.UnixMicro())
		s.end()
		b.changed = b.become(e, &s.next, b.changed)
	}
	b.sorted = false
	return s.out
}
