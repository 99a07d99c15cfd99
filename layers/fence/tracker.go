package fence

import (
	"hash/maphash"
	"math"
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

// object is the state of one object. It is immutable.
type object struct {
	at       int64 // microseconds
	point    orb.Point
	accuracy float64 // metres
	visits   uint64
	inside   []visit // in order of slots
}

type visit struct {
	slot   uint32
	dwelt  bool
	number uint64
	since  int64
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
		objects map[string]*object
	}
}

// NewTracker returns a tracker without objects.
func NewTracker(f *Fences, r Rules) *Tracker {
	t := &Tracker{rules: r, fences: f, seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].objects = make(map[string]*object)
	}
	return t
}

func (t *Tracker) shardOf(id string) uint64 { return maphash.String(t.seed, id) % shards }

func (t *Tracker) get(id string) *object {
	s := &t.shards[t.shardOf(id)]
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[id]
}

func (t *Tracker) set(id string, o *object) {
	s := &t.shards[t.shardOf(id)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if o == nil {
		delete(s.objects, id)
		return
	}
	s.objects[id] = o
}

// Forget drops an object: what it was in is told to nobody.
func (t *Tracker) Forget(id string) { t.set(id, nil) }

// Objects lists the objects, in no order.
func (t *Tracker) Objects() (out []string) {
	for i := range t.shards {
		out = append(out, t.ids(i)...)
	}
	return out
}

// ids lists the objects of one shard.
func (t *Tracker) ids(shard int) []string {
	s := &t.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.objects))
	for id := range s.objects {
		out = append(out, id)
	}
	return out
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
