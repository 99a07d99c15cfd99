package live

import (
	"bytes"
	"math/bits"
	"slices"
	"sort"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// idTable holds the ids of a segment's rows: their text, a hash from id to row,
// and the rows in order of id. It is immutable.
type idTable struct {
	texts texts
	slots []uint32 // open addressing by xxhash; row + 1, 0 is free
	order []uint32 // rows by ascending id
}

// idsBuilt is a table of ids with the ids in the order in which they came.
type idsBuilt struct {
	table *idTable
	came  *texts
}

// same reports whether texts in the order in which they came are the ids.
func (b *idsBuilt) same(t *texts) bool {
	return bytes.Equal(t.data, b.came.data) && slices.Equal(t.off, b.came.off)
}

// buildIDs makes the table; text order[i] of ids becomes the id of row i. Ids are
// distinct.
func buildIDs(ids *texts, order []uint32) idTable {
	t := idTable{texts: ids.permuted(order)}
	n := len(order)
	t.slots = make([]uint32, n+n/2+1)
	for row := range uint32(n) {
		slot := t.slot(t.id(row))
		for t.slots[slot] != 0 {
			slot = t.next(slot)
		}
		t.slots[slot] = row + 1
	}
	t.order = t.byID(ids, order)
	return t
}

// slot is where the search for an id begins: its hash as a fraction of the slots.
func (t *idTable) slot(id string) int {
	high, _ := bits.Mul64(xxhash.Sum64String(id), uint64(len(t.slots)))
	return int(high)
}

func (t *idTable) next(slot int) int {
	if slot++; slot < len(t.slots) {
		return slot
	}
	return 0
}

// byID sorts the rows by id. Stores deliver features in order of id, and then
// the inverse of order is the answer already.
func (t *idTable) byID(ids *texts, order []uint32) []uint32 {
	sorted := make([]uint32, len(order))
	for row, from := range order {
		sorted[from] = uint32(row)
	}
	for i := 1; i < len(order); i++ {
		if ids.text(uint32(i-1)) > ids.text(uint32(i)) {
			slices.SortFunc(sorted, func(a, b uint32) int { return strings.Compare(t.id(a), t.id(b)) })
			break
		}
	}
	return sorted
}

func (t *idTable) id(row uint32) string { return t.texts.text(row) }

// find returns the row of id. It costs O(1).
func (t *idTable) find(id string) (uint32, bool) {
	for slot := t.slot(id); t.slots[slot] != 0; slot = t.next(slot) {
		if row := t.slots[slot] - 1; t.id(row) == id {
			return row, true
		}
	}
	return 0, false
}

// after returns the position in order of the first id greater than id.
func (t *idTable) after(id string) int {
	return sort.Search(len(t.order), func(i int) bool { return strings.Compare(t.id(t.order[i]), id) > 0 })
}

func (t *idTable) bytes() int { return t.texts.bytes() + 4*(len(t.slots)+len(t.order)) }
