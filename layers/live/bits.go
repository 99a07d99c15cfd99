package live

import "math/bits"

// bitset is a fixed set of row numbers. The nil bitset is empty. It is
// immutable once published; with copies it first.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i uint32) bool {
	return b != nil && b[i>>6]&(1<<(i&63)) != 0
}

func (b bitset) set(i uint32) { b[i>>6] |= 1 << (i & 63) }

// clone returns a copy with room for n bits.
func (b bitset) clone(n int) bitset {
	c := newBitset(n)
	copy(c, b)
	return c
}

// countRange returns how many bits in [lo, hi) are set.
func (b bitset) countRange(lo, hi uint32) int {
	if b == nil || lo >= hi {
		return 0
	}
	first, last := lo>>6, (hi-1)>>6
	headMask := ^uint64(0) << (lo & 63)
	tailMask := ^uint64(0) >> (63 - (hi-1)&63)
	if first == last {
		return bits.OnesCount64(b[first] & headMask & tailMask)
	}
	n := bits.OnesCount64(b[first]&headMask) + bits.OnesCount64(b[last]&tailMask)
	for _, w := range b[first+1 : last] {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls fn for the bits in [lo, hi) that are set, ascending.
func (b bitset) each(lo, hi uint32, fn func(uint32)) {
	if b == nil || lo >= hi {
		return
	}
	for w := lo >> 6; w <= (hi-1)>>6; w++ {
		word := b[w]
		if w == lo>>6 {
			word &= ^uint64(0) << (lo & 63)
		}
		if w == (hi-1)>>6 {
			word &= ^uint64(0) >> (63 - (hi-1)&63)
		}
		for ; word != 0; word &= word - 1 {
			fn(w<<6 + uint32(bits.TrailingZeros64(word)))
		}
	}
}
