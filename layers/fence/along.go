package fence

import (
	"slices"

	"github.com/paulmach/orb"
)

// touch is a fence whose border a way meets.
type touch struct {
	slot    uint32
	crosses uint32 // how often, where the way leads from one side to the other
	unsure  bool   // it may run along the border, or end on it, or only meet its box
}

// around is what lies around an object: a box in which it is, and all edges of fences
// that may meet it. As long as the object stays in the box, and no fence changes, no
// index is asked: where it goes is compared with these edges, which lie together in
// memory, however many fences there are. It is immutable.
type around struct {
	box   orb.Bound
	scale orb.Point // units a degree, of rough boxes
	edges []nearEdge
	rough [maxAround]rough // boxes of the edges
}

const (
	// maxAround is how many edges are kept around an object.
	maxAround = 32
	// farthest is how far the box around an object reaches, in steps like its last,
	// and usual how far it reaches at first: some ten steps at random stay in it.
	farthest, usual = 8, 4
	// manyEdges is how many edges near a way make it a long one.
	manyEdges = 256
)

// along appends the fences whose borders the way from where an object was may meet,
// in order of slots; ok is false when so many edges lie near that the way is better
// taken as a jump. It tells next what is around it. f.mu is held.
func (f *Fences) along(o, next *object, out []touch) (list []touch, ok bool) {
	a, b := o.point, next.point
	if a == b {
		return out, true
	}
	if o.around == nil || !o.around.box.Contains(b) {
		if next.around = f.lookAround(o, next); next.around == nil {
			return f.search(a, b, out)
		}
	}
	here := next.around
	way := here.rougher(wayBox(a, b)).way()
	for i := range here.edges {
		if !here.rough[i].meets(way) {
			continue
		}
		e := &here.edges[i]
		if m := meeting(e.a, e.b, a, b); m != apart {
			out = touched(out, e.slot, m == crossing && e.plain)
		}
	}
	return out, true
}

// lookAround finds the edges around a way, nil when there are too many; next time it
// looks less far then.
func (f *Fences) lookAround(o, next *object) *around {
	if o.reach == 0 {
		return nil
	}
	box := wayBox(o.point, next.point)
	pad := float64(o.reach) * max(box.Max[0]-box.Min[0], box.Max[1]-box.Min[1])
	box.Min[0], box.Min[1], box.Max[0], box.Max[1] = box.Min[0]-pad, box.Min[1]-pad, box.Max[0]+pad, box.Max[1]+pad
	var found [maxAround]nearEdge
	n := 0
	add := func(e *nearEdge) bool {
		switch {
		case !mayMeet(e.a, e.b, box):
			return true
		case n == maxAround:
			return false
		}
		found[n] = *e
		n++
		return true
	}
	ok := f.settled.search(box, func(e *nearEdge) bool { return f.isStale(e.slot) || add(e) })
	if ok && f.looseEdges > 0 {
		ok = f.loose.Search(box, func(slot uint32) bool {
			s := &f.slots[slot]
			return s.edges <= small && eachEdge(s.shape, func(a, b orb.Point) bool {
				return add(&nearEdge{edge{a, b}, slot, s.plain})
			})
		})
	}
	switch {
	case !ok:
		next.reach = o.reach / 2
		return nil
	case n < maxAround/4:
		next.reach = min(2*o.reach, farthest)
	}
	return newAround(box, found[:n])
}

func newAround(box orb.Bound, edges []nearEdge) *around {
	k := &around{box: box, edges: slices.Clone(edges)}
	for axis := range 2 {
		if size := box.Max[axis] - box.Min[axis]; size > 1e-12 {
			k.scale[axis] = roughest / size
		}
	}
	for i := range k.edges {
		k.rough[i] = k.rougher(k.edges[i].box())
	}
	return k
}

// rough is a box in units of a hundredth or so of the box around an object, in four
// bytes: its greatest x and y, and how far its least are from the end. It is rounded
// so that boxes that meet meet when they are rough, too.
type rough uint32

const (
	roughest = 127        // units along the box around an object
	carries  = 0x80808080 // the bits above each of four units
)

func (k *around) rougher(b orb.Bound) (out rough) {
	for axis := range 2 {
		// Each step of this keeps the order of numbers, and so what meets.
		unit := func(x float64) rough { return rough(max(0, min(roughest, (x-k.box.Min[axis])*k.scale[axis]))) }
		out |= unit(b.Max[axis])<<(8*axis) | (roughest-unit(b.Min[axis]))<<(16+8*axis)
	}
	return out
}

// way is a box as meets asks for it: its least x and y first.
func (r rough) way() rough { return roughest*0x01010101 - (r<<16 | r>>16) }

// meets reports whether a box meets the one of a way: no unit is less than its. It is
// four comparisons at once.
func (r rough) meets(way rough) bool { return ((r|carries)-way)&carries == carries }

// search is along by the indexes.
func (f *Fences) search(a, b orb.Point, out []touch) (list []touch, ok bool) {
	box, left := wayBox(a, b), manyEdges
	ok = f.settled.search(box, func(e *nearEdge) bool {
		if m := meeting(e.a, e.b, a, b); m != apart && !f.isStale(e.slot) {
			out = touched(out, e.slot, m == crossing && e.plain)
		}
		left--
		return left > 0
	})
	if !ok || f.looseEdges == 0 {
		return out, ok
	}
	ok = f.loose.Search(box, func(n uint32) bool {
		s := &f.slots[n]
		if s.edges > small {
			out = touched(out, n, false)
			left -= 16
			return left > 0
		}
		eachEdge(s.shape, func(p, q orb.Point) bool {
			if m := meeting(p, q, a, b); m != apart {
				out = touched(out, n, m == crossing && s.plain)
			}
			return true
		})
		left -= 8
		return left > 0
	})
	return out, ok
}

// touched notes one more meeting with a fence's border.
func touched(list []touch, n uint32, sure bool) []touch {
	i := len(list)
	for i > 0 && list[i-1].slot > n {
		i--
	}
	if i == 0 || list[i-1].slot != n {
		list = slices.Insert(list, i, touch{slot: n})
		i++
	}
	if t := &list[i-1]; sure {
		t.crosses++
	} else {
		t.unsure = true
	}
	return list
}
