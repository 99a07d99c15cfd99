package index

import (
	"errors"
	"math"
	"unsafe"
)

// Memory returns the boxes of the tree as they lie in memory, in the machine's
// byte order: what Restore needs besides the number of rows. It is the tree's own
// memory, and must not be changed.
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
	if n < 0 || n > math.MaxInt32 || len(memory)%4 != 0 {
		return nil, errors.New("is no tree")
	}
	t := &Packed{n: n, levels: []int{0}, spans: []uint32{1}}
	at := 0
	for size, span := n, uint32(1); size > 1; {
		at += size
		span *= nodeSize
		t.levels = append(t.levels, at)
		t.spans = append(t.spans, span)
		size = (size + nodeSize - 1) / nodeSize
	}
	at += min(n, 1)
	t.levels = append(t.levels, at)
	if len(memory) != 4*at {
		return nil, errors.New("is no tree of as many rows")
	}
	if at > 0 {
		t.boxes = unsafe.Slice((*box)(unsafe.Pointer(&memory[0])), at)
	}
	return t, t.Check()
}
