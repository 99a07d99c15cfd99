package release

// table finds the position of a base cell among the ledger's keys: an open hash
// table of positions with linear probing, which takes 6 to 11 bytes per base
// cell where a map of keys would take 35.
type table struct {
	slots []uint32 // position + 1, 0 for none; a power of two of them
	used  int
}

// hash mixes a key (Fibonacci hashing by the 64-bit golden ratio, twice).
func (k baseKey) hash() uint64 {
	const golden = 0x9e3779b97f4a7c15
	h := uint64(k.cell) * golden
	h = (h ^ h>>29 ^ uint64(k.place)<<32 ^ uint64(k.comb)) * golden
	return h ^ h>>32
}

// find returns the position of k.
func (t *table) find(keys []baseKey, k baseKey) (at uint32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := len(t.slots) - 1
	for slot := int(k.hash()) & mask; t.slots[slot] != 0; slot = (slot + 1) & mask {
		if at := t.slots[slot] - 1; keys[at] == k {
			return at, true
		}
	}
	return 0, false
}

// add enters k, which is not there, with the position at; keys are those that
// are there.
func (t *table) add(keys []baseKey, k baseKey, at uint32) {
	if t.used*3 >= len(t.slots)*2 {
		t.slots, t.used = make([]uint32, max(16, 2*len(t.slots))), 0
		for i := range keys {
			t.put(keys[i], uint32(i))
		}
	}
	t.put(k, at)
}

func (t *table) put(k baseKey, at uint32) {
	mask := len(t.slots) - 1
	slot := int(k.hash()) & mask
	for t.slots[slot] != 0 {
		slot = (slot + 1) & mask
	}
	t.slots[slot] = at + 1
	t.used++
}
