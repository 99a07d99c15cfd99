package fence

import (
	"sync"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
)

// Fences is a set of fences. It is safe for concurrent use; a change waits for
// searches under way.
type Fences struct {
	mu    sync.RWMutex
	slots []slot
	byID  map[string]uint32
	tree  *index.Delta
}

// slot is one fence. Its number is never another's: objects may still be in a fence
// that is gone, until they take notice.
type slot struct {
	id    string
	shape orb.Geometry // nil when it is gone
	bound orb.Bound
	once  *sync.Once
	ready *predicate.Prepared // made when first needed
}

// NewFences returns an empty set.
func NewFences() *Fences { return &Fences{byID: make(map[string]uint32), tree: index.NewDelta()} }

// Len is the number of fences.
func (f *Fences) Len() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.byID)
}

// Put adds a fence or changes its shape (lon/lat degrees); nil takes it out. The
// shape must not be changed afterwards. Objects take notice with
// Batch.Reconsider.
func (f *Fences) Put(id string, shape orb.Geometry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, known := f.byID[id]
	if known {
		f.tree.Delete(f.slots[n].bound, n)
	}
	if shape == nil || shape.Bound().IsEmpty() {
		if known {
			f.slots[n] = slot{id: id}
			delete(f.byID, id)
		}
		return
	}
	if !known {
		n = uint32(len(f.slots))
		f.slots = append(f.slots, slot{})
		f.byID[id] = n
	}
	f.slots[n] = slot{id: id, shape: shape, bound: shape.Bound(), once: new(sync.Once)}
	f.tree.Insert(f.slots[n].bound, n)
}

func (s *slot) prepared() *predicate.Prepared {
	s.once.Do(func() { s.ready = predicate.Prepare(s.shape) })
	return s.ready
}

// named is the number of a fence that exists. f.mu is held.
func (f *Fences) named(id string) (uint32, bool) {
	n, ok := f.byID[id]
	return n, ok
}

// at calls fn with the fences that p lies in or on. f.mu is held.
func (f *Fences) at(p orb.Point, fn func(n uint32)) {
	f.tree.Search(orb.Bound{Min: p, Max: p}, func(n uint32) bool {
		s := &f.slots[n]
		if s.bound.Contains(p) && s.prepared().Locate(p) != predicate.Outside {
			fn(n)
		}
		return true
	})
}

// on calls fn with the fences that the way from a to b meets. f.mu is held.
func (f *Fences) on(a, b orb.Point, fn func(n uint32)) {
	way := orb.LineString{a, b}
	f.tree.Search(way.Bound(), func(n uint32) bool {
		if f.slots[n].prepared().Intersects(way) {
			fn(n)
		}
		return true
	})
}
