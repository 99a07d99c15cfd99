package live

import (
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
)

// maxWatched bounds the scopes whose changes are followed; beyond it all are
// forgotten and those in use come back.
const maxWatched = 4096

// watchedScope names what a group of subjects may see of a layer.
type watchedScope struct{ layer, scope string }

// watch follows, for every scope asked for, the last change that it shows. So a
// change to what a subject may not see changes nothing the subject can measure:
// no version, no tag, no cache miss.
type watch struct {
	mu      sync.Mutex
	known   map[watchedScope]*tracker
	whole   map[string]*marks // of those who see all of a layer; made when first asked for
	changed map[string]uint64 // last change of each layer since the catalog was opened
	asked   atomic.Bool       // a scope was added since the last view
	unnamed uint64            // versions given out for scopes that are not in a view yet
}

type tracker struct {
	decision access.Decision
	seq      uint64
	scope    *scope
	ready    bool   // scope is made
	marks    *marks // nil until asked for
}

// unnamedVersion marks versions that no view has: what is drawn under them is
// not found again.
const unnamedVersion = 1 << 63

func newWatch() *watch {
	return &watch{known: make(map[watchedScope]*tracker), whole: make(map[string]*marks), changed: make(map[string]uint64)}
}

// marksOf returns the marks of a scope, which begin when they are first asked for;
// nil for a scope that is not followed. version is that of a view.
func (w *watch) marksOf(k watchedScope, version uint64) *marks {
	w.mu.Lock()
	defer w.mu.Unlock()
	if k.scope == "" {
		m := w.whole[k.layer]
		if m == nil {
			if seq, ok := w.changed[k.layer]; ok {
				version = seq
			}
			m = newMarks(version)
			w.whole[k.layer] = m
		}
		return m
	}
	t := w.known[k]
	if t == nil || t.seq == 0 {
		return nil
	}
	if t.marks == nil {
		t.marks = newMarks(t.seq)
	}
	return t.marks
}

// Version is the sequence of the last change to a layer that shows under the
// decision: what is drawn for subjects with this decision is the same as long as
// it is. The first call for a scope returns a number that never comes again when a
// writer is at work.
func (v *View) Version(d *access.Decision, layer string) uint64 {
	scope := d.Scope()
	if scope == "" {
		return v.LayerSeq(layer)
	}
	if d.Mode != access.List {
		return 0
	}
	if v.now != nil { // what shows now does not say what showed then
		return v.watch.never()
	}
	if seq, ok := v.versions[watchedScope{layer, scope}]; ok {
		return seq
	}
	return v.watchScope(watchedScope{layer, scope}, d)
}

// watchScope begins to follow a scope. When the view is the present one, nothing
// has changed since, and its own sequence is the version.
func (v *View) watchScope(k watchedScope, d *access.Decision) uint64 {
	c := v.releases.city
	if !c.mu.TryLock() {
		return v.watch.add(k, d, 0)
	}
	defer c.mu.Unlock()
	if c.view.Load() != v {
		return v.watch.add(k, d, 0)
	}
	v.watch.add(k, d, v.seq)
	c.publish()
	return v.seq
}

func (w *watch) add(k watchedScope, d *access.Decision, seq uint64) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known[k] == nil {
		if len(w.known) >= maxWatched {
			clear(w.known)
		}
		w.known[k] = &tracker{decision: *d, seq: seq}
		w.asked.Store(true)
	}
	return w.next()
}

// never is a version that nothing has.
func (w *watch) never() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.next()
}

func (w *watch) next() uint64 {
	w.unnamed++
	return unnamedVersion | w.unnamed
}

// see takes note of changes made to the state of v.
func (w *watch) see(v *View, deltas []Delta) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range deltas {
		d := &deltas[i]
		frame := false
		if l, ok := v.Layer(d.Layer); ok && l.Level != layers.NoLevel || d.Def != nil && d.Def.Level != layers.NoLevel {
			frame = true
		}
		w.changed[d.Layer] = d.Seq
		if m := w.whole[d.Layer]; m != nil {
			m.take(d)
		}
		for k, t := range w.known {
			if frame && len(t.decision.Regions) > 0 { // the border decides who sees what
				t.seq, t.ready = d.Seq, false
				if t.marks != nil {
					t.marks.forget(d.Seq)
				}
			}
			if k.layer != d.Layer || t.seq == d.Seq {
				continue
			}
			if d.Op == layers.Define {
				delete(w.known, k) // decisions about it have changed
				continue
			}
			if l, ok := v.Layer(d.Layer); ok && t.shows(v, l, d) {
				t.seq = d.Seq
				if t.marks != nil {
					t.marks.take(d)
				}
			}
		}
	}
}

// shows reports whether the change shows under the tracker's decision.
func (t *tracker) shows(v *View, l *layers.Layer, d *Delta) bool {
	if !t.ready {
		t.scope, t.ready = v.scopeOf(&t.decision, l), true
	}
	admitted := func(f *layers.Feature) bool {
		return f != nil && t.scope.admits(pointOf(f.Shape), f.ValidFrom, f)
	}
	was, is := admitted(d.Old), admitted(d.New)
	return was != is || is && differ(t.decision.Sights, l, d.Old, d.New)
}

func differ(s layers.Sights, l *layers.Layer, a, b *layers.Feature) bool {
	if !a.ValidFrom.Equal(b.ValidFrom) || !a.ValidTo.Equal(b.ValidTo) || !sameShape(a.Shape, b.Shape) {
		return true
	}
	for i := range l.Fields {
		if s.Value(l, i, a.Value(i)) != s.Value(l, i, b.Value(i)) {
			return true
		}
	}
	return false
}

func sameShape(a, b orb.Geometry) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return orb.Equal(a, b)
}

// versions is the present version of every scope; those new since the last view
// count from now.
func (w *watch) versions(now uint64) map[watchedScope]uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked.Store(false)
	if len(w.known) == 0 {
		return nil
	}
	out := make(map[watchedScope]uint64, len(w.known))
	for k, t := range w.known {
		if t.seq == 0 {
			t.seq = now
		}
		out[k] = t.seq
	}
	return out
}
