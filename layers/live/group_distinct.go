package live

// pairSet is a set of pairs of numbers: open addressing with linear probing. The
// zero pairSet is empty.
type pairSet struct {
	slots []uint64 // pair + 1, 0 for none; a power of two of them
	n     int
}

// add enters a pair and reports whether it is new.
func (s *pairSet) add(a, b uint32) bool {
	if 3*s.n >= 2*len(s.slots) {
		s.widen()
	}
	if !s.put(uint64(a)<<32 | uint64(b) + 1) {
		return false
	}
	s.n++
	return true
}

// put enters a slot's content; b + 1 does not overflow, as numbers of keys are
// counted from 0.
func (s *pairSet) put(x uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for at := mix(x) & mask; ; at = (at + 1) & mask {
		switch s.slots[at] {
		case x:
			return false
		case 0:
			s.slots[at] = x
			return true
		}
	}
}

func (s *pairSet) widen() {
	old := s.slots
	s.slots = make([]uint64, max(64, 2*len(old)))
	for _, x := range old {
		if x != 0 {
			s.put(x)
		}
	}
}

// each calls fn for every pair, in no particular order.
func (s *pairSet) each(fn func(a, b uint32)) {
	for _, x := range s.slots {
		if x != 0 {
			fn(uint32((x-1)>>32), uint32(x-1))
		}
	}
}

// mix spreads a number over 64 bits (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
