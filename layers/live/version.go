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
	known   map[string]map[string]*tracker // by layer and scope
	size    int                            // of known
	given   map[string]map[string]uint64   // versions by layer and scope as the last view has them: immutable
	stale   map[string]bool                // layers whose versions have changed since
	whole   map[string]*marks              // of those who see all of a layer; made when first asked for
	changed map[string]uint64              // last change of each layer since the catalog was opened
	asked   atomic.Bool                    // a scope was added since the last view
	unnamed uint64                         // versions given out for scopes that are not in a view yet
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
	w := &watch{whole: make(map[string]*marks), changed: make(map[string]uint64)}
	w.forget()
	return w
}

// forget lets nothing be followed. The caller holds mu.
func (w *watch) forget() {
	w.known, w.size = make(map[string]map[string]*tracker), 0
	w.given, w.stale = nil, make(map[string]bool)
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
	t := w.known[k.layer][k.scope]
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
	return v.version(d, d.Scope(), layer)
}

// version is Version of a decision whose scope is known.
func (v *View) version(d *access.Decision, scope, layer string) uint64 {
	if scope == "" {
		return v.LayerSeq(layer)
	}
	if d.Mode != access.List {
		return 0
	}
	if v.now != nil { // what shows now does not say what showed then
		return v.watch.never()
	}
	if seq, ok := v.versions[layer][scope]; ok {
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
	if w.known[k.layer][k.scope] == nil {
		if w.size >= maxWatched {
			w.forget()
		}
		if w.known[k.layer] == nil {
			w.known[k.layer] = make(map[string]*tracker)
		}
		w.known[k.layer][k.scope] = &tracker{decision: *d, seq: seq}
		w.size++
		w.stale[k.layer] = true
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

// see takes note of changes made to the state of v. A change costs a look at each
// scope followed of its layer; one of an area, at each scope with a border.
func (w *watch) see(v *View, deltas []Delta) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for layer, m := range w.whole {
		m.takeAll(deltas, layer)
	}
	for i := range deltas {
		d := &deltas[i]
		l, known := v.Layer(d.Layer)
		if known && l.Level != layers.NoLevel || d.Def != nil && d.Def.Level != layers.NoLevel {
			w.seeBorder(d.Seq)
		}
		w.changed[d.Layer] = d.Seq
		scopes := w.known[d.Layer]
		if d.Op == layers.Define && len(scopes) > 0 { // decisions about it have changed
			w.size -= len(scopes)
			delete(w.known, d.Layer)
			w.stale[d.Layer] = true
			continue
		}
		if !known || len(scopes) == 0 {
			continue
		}
		was, is := stateOf(d.Old), stateOf(d.New)
		for _, t := range scopes {
			if t.seq != d.Seq && t.shows(v, l, &was, &is) {
				t.seq = d.Seq
				w.stale[d.Layer] = true
				if t.marks != nil {
					t.marks.take(d)
				}
			}
		}
	}
}

// seeBorder takes note of a change of an area, whose border may decide who sees
// what.
func (w *watch) seeBorder(seq uint64) {
	for layer, scopes := range w.known {
		for _, t := range scopes {
			if len(t.decision.Regions) == 0 {
				continue
			}
			t.seq, t.ready = seq, false
			w.stale[layer] = true
			if t.marks != nil {
				t.marks.forget(seq)
			}
		}
	}
}

// state is a feature with the point by which it is counted, which costs more to
// find than to look at.
type state struct {
	feature *layers.Feature // nil: there is none
	at      orb.Point
}

func stateOf(f *layers.Feature) state {
	if f == nil {
		return state{}
	}
	return state{f, pointOf(f.Shape)}
}

// in reports whether the state is within a scope.
func (x *state) in(s *scope) bool {
	return x.feature != nil && s.admits(x.at, x.feature.ValidFrom, x.feature)
}

// shows reports whether a change shows under the tracker's decision.
func (t *tracker) shows(v *View, l *layers.Layer, before, after *state) bool {
	if !t.ready {
		t.scope, t.ready = v.scopeOf(&t.decision, l), true
	}
	was, is := before.in(t.scope), after.in(t.scope)
	return was != is || is && differ(t.decision.Sights, l, before.feature, after.feature)
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

// versions is the present version of every scope, by layer; those new since the last
// view count from now. What it returned before stays as it was: layers nothing
// happened to share their part.
func (w *watch) versions(now uint64) map[string]map[string]uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked.Store(false)
	if len(w.stale) == 0 {
		return w.given
	}
	given := make(map[string]map[string]uint64, len(w.known))
	for layer, scopes := range w.known {
		if !w.stale[layer] {
			given[layer] = w.given[layer]
			continue
		}
		seqs := make(map[string]uint64, len(scopes))
		for scope, t := range scopes {
			if t.seq == 0 {
				t.seq = now
			}
			seqs[scope] = t.seq
		}
		given[layer] = seqs
	}
	clear(w.stale)
	w.given = given
	return given
}
