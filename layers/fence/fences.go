package fence

import (
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
)

// Fences is a set of fences. It is safe for concurrent use; a change waits for
// searches under way.
//
// Two indexes answer. Boxes of whole fences say which ones a place may lie in.
// Edges say which borders a way meets: most fixes are near the one before, and a way
// that meets no border changes nothing. The edges of settled fences are packed;
// fences that changed since are loose, and looked at one by one until there are so
// many that all are packed again.
type Fences struct {
	mu      sync.RWMutex
	slots   []slot
	names   []string // by slot; by themselves, for they are all that most transitions ask for
	byID    map[string]uint32
	gone    map[string][]uint32 // slots of fences that were taken out
	tree    *index.Delta        // of boxes
	version uint64              // grows with every change

	settled    border
	stale      []bool       // by slot: the edges in settled are no longer the fence's
	loose      *index.Delta // boxes of fences that are not in settled
	looseEdges int
	deadEdges  int // in settled, of stale slots
}

// slot is one fence. Its number is never another's: objects may still be in a fence
// that is gone, until they take notice.
type slot struct {
	shape   orb.Geometry // nil when it is gone
	bound   orb.Bound
	edges   int
	settled bool
	plain   bool // an area: crossing its border once more changes the side
	once    *sync.Once
	ready   *predicate.Prepared // made when first needed
}

// NewFences returns an empty set.
func NewFences() *Fences {
	return &Fences{byID: make(map[string]uint32), gone: make(map[string][]uint32), tree: index.NewDelta(), loose: index.NewDelta(), version: 1}
}

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
	f.version++
	n, known := f.byID[id]
	if known {
		f.release(n)
	}
	if shape == nil || shape.Bound().IsEmpty() {
		if known {
			f.slots[n] = slot{}
			delete(f.byID, id)
			f.gone[id] = append(f.gone[id], n)
		}
		return
	}
	if !known {
		n = uint32(len(f.slots))
		f.slots, f.names = append(f.slots, slot{}), append(f.names, id)
		f.stale = append(f.stale, true)
		f.byID[id] = n
	}
	s := slot{shape: shape, bound: shape.Bound(), plain: plain(shape), once: new(sync.Once)}
	eachEdge(shape, func(_, _ orb.Point) bool { s.edges++; return true })
	f.slots[n] = s
	f.tree.Insert(s.bound, n)
	f.loose.Insert(s.bound, n)
	f.looseEdges += s.edges
}

// release takes a fence out of the indexes. f.mu is held.
func (f *Fences) release(n uint32) {
	s := &f.slots[n]
	f.tree.Delete(s.bound, n)
	if s.settled {
		f.stale[n] = true
		f.deadEdges += s.edges
		return
	}
	f.loose.Delete(s.bound, n)
	f.looseEdges -= s.edges
}

// manyLoose is the number of edges from which on it pays to pack them.
const manyLoose = 4096

// settle packs the edges of all fences when many are loose.
func (f *Fences) settle() {
	f.mu.RLock()
	due := f.looseEdges+f.deadEdges > manyLoose+f.settled.len()/4
	f.mu.RUnlock()
	if !due {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pack()
}

func (f *Fences) pack() {
	f.settled = packBorder(f.slots)
	f.loose, f.looseEdges, f.deadEdges = index.NewDelta(), 0, 0
	for n := range f.slots {
		f.slots[n].settled = f.slots[n].shape != nil
		f.stale[n] = !f.slots[n].settled
	}
}

// isStale reports whether edges of a fence in f.settled are no longer the fence's.
func (f *Fences) isStale(n uint32) bool { return f.deadEdges > 0 && f.stale[n] }

func (s *slot) prepared() *predicate.Prepared {
	s.once.Do(func() { s.ready = predicate.Prepare(s.shape) })
	return s.ready
}

// small is the number of edges up to which looking at all of them is sooner done
// than preparing them, and needs no memory.
const small = 256

// holds reports whether p lies in or on the fence.
func (s *slot) holds(p orb.Point) bool {
	if s.shape == nil || !s.bound.Contains(p) {
		return false
	}
	if s.plain && s.edges <= small {
		return locate(s.shape, p) != predicate.Outside
	}
	return s.prepared().Locate(p) != predicate.Outside
}

// meets reports whether the way from a to b has a point in common with the fence.
func (s *slot) meets(a, b orb.Point) bool {
	if s.shape == nil || !mayMeet(a, b, s.bound) {
		return false
	}
	if s.plain && s.edges <= small {
		return !eachEdge(s.shape, func(p, q orb.Point) bool { return meeting(p, q, a, b) == apart }) || s.holds(a)
	}
	return s.prepared().Intersects(orb.LineString{a, b})
}

// named is the number of a fence that exists. f.mu is held.
func (f *Fences) named(id string) (uint32, bool) {
	n, ok := f.byID[id]
	return n, ok
}

// at appends the fences that p lies in or on, in order of slots. f.mu is held.
func (f *Fences) at(p orb.Point, out []uint32) []uint32 {
	from := len(out)
	f.tree.Search(orb.Bound{Min: p, Max: p}, func(n uint32) bool {
		if f.slots[n].holds(p) {
			out = append(out, n)
		}
		return true
	})
	slices.Sort(out[from:])
	return out
}

// on calls fn with the fences that the way from a to b meets. f.mu is held.
func (f *Fences) on(a, b orb.Point, fn func(n uint32)) {
	f.tree.Search(wayBox(a, b), func(n uint32) bool {
		if f.slots[n].meets(a, b) {
			fn(n)
		}
		return true
	})
}
