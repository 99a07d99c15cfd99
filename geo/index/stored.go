package index

import (
	"errors"
	"math"
	"unsafe"

	"github.com/paulmach/orb"
)

// Memory returns the boxes of the tree as they lie in memory, in the machine's
// byte order: what Restore needs besides the number of rows, and RestorePoints
// besides the points. It is the tree's own memory, and must not be changed.
func (t *Packed) Memory() []float32 {
	if len(t.boxes) == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&t.boxes[0])), 4*len(t.boxes))
}

// Restore makes the tree of n rows from what Memory returned. The tree keeps
// memory. The error says that memory is not that of a tree of n rows. It costs
// O(n), some nanoseconds a row.
func Restore(n int, memory []float32) (*Packed, error) {
	return (&Packed{n: n}).restore(memory)
}

// RestorePoints is Restore for a tree of points, which it takes over: what Points
// returned.
func RestorePoints(points []orb.Point, memory []float32) (*Packed, error) {
	if points == nil {
		points = []orb.Point{}
	}
	return (&Packed{n: len(points), points: points}).restore(memory)
}

func (t *Packed) restore(memory []float32) (*Packed, error) {
	if t.n < 0 || t.n > math.MaxInt32 || len(memory)%4 != 0 {
		return nil, errors.New("is no tree")
	}
	t.levels, t.spans = []int{0}, []uint32{1}
	at, size := 0, t.n
	if t.points == nil {
		at = size
	}
	for span := uint32(1); size > 1; {
		size = (size + nodeSize - 1) / nodeSize
		span *= nodeSize
		t.levels = append(t.levels, at)
		t.spans = append(t.spans, span)
		at += size
	}
	t.levels = append(t.levels, at)
	if len(memory) != 4*at {
		return nil, errors.New("is no tree of as many rows")
	}
	if at > 0 {
		t.boxes = unsafe.Slice((*box)(unsafe.Pointer(&memory[0])), at)
	}
	return t, t.Check()
}
