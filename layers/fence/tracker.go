package fence

import (
	"hash/maphash"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Kind is what happened between an object and a fence.
type Kind uint8

// The kinds, in the order in which one fix reports them.
const (
	Leave  Kind = iota // it is out, by more than the margin
	Enter              // it is in
	Cross              // it went through between two fixes
	Dwell              // it has stayed for the dwell time
	Inside             // it is still in, told with every fix
	kinds
)

var kindNames = [kinds]string{"leave", "enter", "cross", "dwell", "inside"}

// String is the name in messages.
func (k Kind) String() string { return kindNames[min(k, kinds-1)] }

// ParseKind is the inverse of String; the error is Invalid.
func ParseKind(s string) (Kind, error) {
	for k, name := range kindNames {
		if name == s {
			return Kind(k), nil
		}
	}
	return 0, layers.Invalidf("fence", "kind", "is not enter, leave, cross, dwell or inside")
}

// Kinds is a set of kinds.
type Kinds uint8

// KindsOf is the set of some kinds.
func KindsOf(list ...Kind) (s Kinds) {
	for _, k := range list {
		s |= 1 << k
	}
	return s
}

// Has reports whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s>>k&1 == 1 }

// Rules say which transitions there are.
type Rules struct {
	Kinds        Kinds         // which are told
	HysteresisM  float64       // metres outside at which a visit ends
	DwellTime    time.Duration // of a visit until Dwell; 0 for never
	MaxAccuracyM float64       // fixes less accurate change nothing; 0: all count
	MaxGap       time.Duration // between two fixes for Cross; 0: any
}

// Fix is where an object was at an instant.
type Fix struct {
	Object    string
	At        time.Time // kept to the microsecond
	Point     orb.Point // lon/lat degrees
	AccuracyM float64   // radius within which it was with 95 %, metres; 0 for exact
}

// Transition is one thing that happened. Object, Fence, Kind and Visit together
// name it.
type Transition struct {
	Object, Fence string
	Kind          Kind
	Visit         uint64    // number of the visit, or crossing, among those of the object
	At            time.Time // of the fix; of the end of the dwell time for Dwell
	Since         time.Time // begin of the visit; zero for Cross
	Point         orb.Point
	Changed       bool // because the fence changed, not because the object moved
}

// object is the state of one object.
type object struct {
	at       int64 // microseconds
	point    orb.Point
	accuracy float64 // metres
	visits   uint64
	inside   []visit // in order of slots; shared by states, never changed
	due      int64   // when the next of the visits has lasted the dwell time; never for none
	lingers  bool    // some visit is out, within the margin
	version  uint64  // of the fences among which it stands; 0: not known
	around   *around // of that version; nil: not known
	reach    uint8   // how far it is looked around, in steps; 0: not at all
}

// never is an instant that does not come.
const never = math.MaxInt64

type visit struct {
	slot   uint32
	dwelt  bool
	out    bool // outside, but not by more than the margin
	number uint64
	since  int64
}

// entry is the place of one object in a tracker, for as long as it is known.
type entry struct {
	id      string
	shard   uint8
	now     object
	known   bool // now is an object
	batch   *Batch
	next    object // what batch makes of it
	keeps   bool   // next is an object
	segment uint64 // of the journal, that has its state; 0: none
	queue   int64  // the instant for which it stands in the tracker's queue; never: it does not
}

// as is the object as a batch sees it, nil when there is none.
func (e *entry) as(b *Batch) *object {
	switch {
	case e.batch == b && e.keeps:
		return &e.next
	case e.batch != b && e.known:
		return &e.now
	}
	return nil
}

const shards = 64

// Tracker holds the states of objects in one set of fences. It is safe for
// concurrent use, as long as two batches that are open at once do not move the
// same object.
type Tracker struct {
	rules  Rules
	fences *Fences
	seed   maphash.Seed
	shards [shards]struct {
		mu      sync.Mutex
		objects map[string]*entry
	}
	queue   queue // of visits that will have lasted the dwell time
	journal journal
	movers  sync.Pool // of *mover, for their memory
}

// NewTracker returns a tracker without objects.
func NewTracker(f *Fences, r Rules) *Tracker {
	t := &Tracker{rules: r, fences: f, seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].objects = make(map[string]*entry)
	}
	return t
}

func (t *Tracker) shardOf(id string) uint64 { return maphash.String(t.seed, id) % shards }

// find returns the entry of an object, nil when there is none and it shall not be
// made.
func (t *Tracker) find(shard uint64, id string, make bool) *entry {
	s := &t.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.objects[id]
	if e == nil && make {
		e = &entry{id: id, shard: uint8(shard), queue: never}
		s.objects[id] = e
	}
	return e
}

// set makes o the state of an entry; nil takes the entry out.
func (t *Tracker) set(e *entry, o *object) {
	s := &t.shards[e.shard]
	s.mu.Lock()
	if e.known = o != nil; e.known {
		e.now = *o
	} else {
		delete(s.objects, e.id)
	}
	s.mu.Unlock()
	if o != nil && o.due < e.queue {
		t.queue.add(e, o.due)
	}
}

// Forget drops an object: what it was in is told to nobody.
func (t *Tracker) Forget(id string) {
	if e := t.find(t.shardOf(id), id, false); e != nil {
		t.set(e, nil)
	}
}

// Objects lists the objects, in no order.
func (t *Tracker) Objects() (out []string) {
	for e := range t.entries {
		if e.known {
			out = append(out, e.id)
		}
	}
	return out
}

// entries yields the entries there are, in no order; of each shard as it was at one
// instant.
func (t *Tracker) entries(yield func(*entry) bool) {
	var list []*entry
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		list = slices.AppendSeq(list[:0], maps.Values(s.objects))
		s.mu.Unlock()
		for _, e := range list {
			if !yield(e) {
				return
			}
		}
	}
}

// valid reports whether a fix says where it was.
func (f *Fix) valid() bool {
	for _, x := range [...]float64{f.Point[0], f.Point[1], f.AccuracyM} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return f.Object != "" && !f.At.IsZero() && f.AccuracyM >= 0 && math.Abs(f.Point[0]) <= 180 && math.Abs(f.Point[1]) <= 90
}
