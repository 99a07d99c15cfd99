package mvt

import "github.com/cespare/xxhash/v2"

// interner numbers the distinct values of a layer in order of first use: a table
// of open addressing over a list, which keeps its memory from layer to layer.
type interner struct {
	list   []Value
	hashes []uint64 // of list
	slots  []uint32 // position in list + 1, 0 is free; a power of two of them
}

const firstSlots = 256

// of is the number of v.
func (n *interner) of(v *Value) uint64 {
	if 2*len(n.list) >= len(n.slots) {
		n.grow()
	}
	h := hashOf(v)
	mask := uint64(len(n.slots) - 1)
	at := h & mask
	for ; n.slots[at] != 0; at = (at + 1) & mask {
		if i := n.slots[at] - 1; n.hashes[i] == h && n.list[i] == *v {
			return uint64(i)
		}
	}
	n.list, n.hashes = append(n.list, *v), append(n.hashes, h)
	n.slots[at] = uint32(len(n.list))
	return uint64(len(n.list) - 1)
}

func (n *interner) grow() {
	size := max(firstSlots, 4*len(n.slots))
	if cap(n.slots) < size {
		n.slots = make([]uint32, size)
	} else {
		n.slots = n.slots[:size]
		clear(n.slots)
	}
	mask := uint64(size - 1)
	for i, h := range n.hashes {
		at := h & mask
		for n.slots[at] != 0 {
			at = (at + 1) & mask
		}
		n.slots[at] = uint32(i + 1)
	}
}

func hashOf(v *Value) uint64 {
	if v.Kind == StringValue {
		return xxhash.Sum64String(v.str)
	}
	h := (v.num + uint64(v.Kind)) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

func (n *interner) reset() {
	clear(n.list) // texts may go
	n.list, n.hashes, n.slots = n.list[:0], n.hashes[:0], n.slots[:0]
}
