package live

import (
	"math/bits"
	"sort"
	"strings"
	"unsafe"

	"github.com/cespare/xxhash/v2"
)

// idTable holds the ids of a segment's rows: their text, a hash from id to row,
// and the rows in order of id. It is immutable.
type idTable struct {
	text  textColumn
	slots []uint32 // open addressing by xxhash; row + 1, 0 is free
	order []uint32 // rows by ascending id
}

// buildIDs makes the table; ids[order[i]] becomes the id of row i. Ids are
// distinct.
func buildIDs(ids []string, order []uint32) idTable {
	t := idTable{text: *buildText(ids, order, nil)}
	n := len(order)
	t.slots = make([]uint32, 1<<bits.Len(uint(n+n/2+1)))
	mask := uint64(len(t.slots) - 1)
	for row := range uint32(n) {
		slot := xxhash.Sum64String(t.text.text(row)) & mask
		for t.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		t.slots[slot] = row + 1
	}
	t.order = t.byID(ids, order)
	return t
}

// byID sorts the rows by id. Stores deliver features in order of id, and then
// the inverse of order is the answer already.
func (t *idTable) byID(ids []string, order []uint32) []uint32 {
	sorted := make([]uint32, len(order))
	for row, from := range order {
		sorted[from] = uint32(row)
	}
	for i := 1; i < len(ids); i++ {
		if ids[i-1] > ids[i] {
			sort.Slice(sorted, func(a, b int) bool { return t.text.text(sorted[a]) < t.text.text(sorted[b]) })
			break
		}
	}
	return sorted
}

func (t *idTable) id(row uint32) string { return t.text.text(row) }

// find returns the row of id. It costs O(1).
func (t *idTable) find(id string) (uint32, bool) {
	mask := uint64(len(t.slots) - 1)
	for slot := xxhash.Sum64String(id) & mask; t.slots[slot] != 0; slot = (slot + 1) & mask {
		if row := t.slots[slot] - 1; t.text.text(row) == id {
			return row, true
		}
	}
	return 0, false
}

// after returns the position in order of the first id greater than id.
func (t *idTable) after(id string) int {
	return sort.Search(len(t.order), func(i int) bool { return strings.Compare(t.id(t.order[i]), id) > 0 })
}

func (t *idTable) bytes() int {
	return t.text.bytes() + int(unsafe.Sizeof(uint32(0)))*(len(t.slots)+len(t.order))
}
