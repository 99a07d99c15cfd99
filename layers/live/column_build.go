package live

import (
	"bytes"
	"math"
	"slices"

	"wutu/layers"
)

// columnBuilder collects one field of the rows of a segment in the order in
// which they arrive; build puts them into the segment's order. It copies what it
// is given, and can be used again after reset.
type columnBuilder struct {
	typ  layers.FieldType
	rows int
	any  bool // at least one value is not null

	nums  []uint64 // numbers, instants, booleans
	nulls bitset

	dict    lexicon  // strings while they repeat,
	codes   []uint32 // and of each row 0 for null, else its number
	total   int      // bytes of the strings of all rows
	spilled bool     // they did not: the strings are in texts
	texts   texts
}

// dictLimit is the number of distinct strings up to which a column stays a
// dictionary whatever its length; beyond it, a dictionary must save at least
// half of the strings, and memory.
const dictLimit = 4096

// reset makes the builder ready for a column of type t; it keeps its room.
func (b *columnBuilder) reset(t layers.FieldType) {
	b.typ, b.rows, b.any, b.total, b.spilled = t, 0, false, 0, false
	b.nums, b.nulls, b.codes = b.nums[:0], b.nulls[:0], b.codes[:0]
	b.dict.reset()
	b.texts.reset()
}

// grow makes room for n rows.
func (b *columnBuilder) grow(n int) {
	if b.typ == layers.String {
		b.codes = slices.Grow(b.codes, max(n-len(b.codes), 0))
	} else {
		b.nums = slices.Grow(b.nums, max(n-len(b.nums), 0))
	}
}

// add appends a value. It keeps no reference to its text.
func (b *columnBuilder) add(v layers.Value) {
	row := b.rows
	b.rows++
	if v.IsNull() {
		for len(b.nulls)*64 <= row {
			b.nulls = append(b.nulls, 0)
		}
		b.nulls.set(uint32(row))
	} else {
		b.any = true
	}
	if b.typ != layers.String {
		b.nums = append(b.nums, numberBits(b.typ, v))
		return
	}
	b.total += len(v.Str())
	if b.spilled {
		b.texts.append(v.Str())
		return
	}
	if v.IsNull() {
		b.codes = append(b.codes, 0)
		return
	}
	b.codes = append(b.codes, b.dict.number(v.Str()))
	if n := b.dict.len(); n > dictLimit && n > b.rows/2 {
		b.spill()
	}
}

// spill turns the dictionary into plain texts.
func (b *columnBuilder) spill() {
	b.spilled = true
	b.texts.off = slices.Grow(b.texts.off, max(cap(b.codes)+1-len(b.texts.off), 0))
	for _, c := range b.codes {
		if c == 0 {
			b.texts.append("")
		} else {
			b.texts.append(b.dict.text(c - 1))
		}
	}
}

// numberBits is the 64-bit form of a value in a column of type t; an integer in
// a number column becomes a number.
func numberBits(t layers.FieldType, v layers.Value) uint64 {
	switch t {
	case layers.Number:
		return math.Float64bits(v.Float())
	case layers.DateTime:
		return uint64(v.Micro())
	case layers.Boolean:
		if v.Bool() {
			return 1
		}
		return 0
	case layers.Integer, layers.String:
	}
	return uint64(v.Int())
}

// build makes the column with row i holding what was added as order[i]. ids are
// those of the rows: a column that repeats them is them.
func (b *columnBuilder) build(order []uint32, ids *idsBuilt) column {
	if !b.any {
		return nullColumn{}
	}
	if b.typ == layers.String && !b.spilled {
		if n := b.dict.len(); n <= dictLimit || b.dictSaves() {
			if n <= mostCodes {
				return b.buildDict(order)
			}
			return b.buildShared(order)
		}
		b.spill()
	}
	var nulls, was bitset
	if len(b.nulls) > 0 {
		was = b.nulls.clone(len(order))
		nulls = newBitset(len(order))
		for i, from := range order {
			if was.has(from) {
				nulls.set(uint32(i))
			}
		}
	}
	if b.typ != layers.String {
		return buildNumber(b.typ, b.nums, order, nulls, was)
	}
	if nulls == nil && ids.same(&b.texts) {
		return &idColumn{textColumn{texts: ids.table.texts, plain: plainTexts(&ids.table.texts)}}
	}
	c := &textColumn{texts: b.texts.permuted(order), nulls: nulls}
	c.plain = plainTexts(&c.texts)
	return c
}

// valueBytes is the size of a layers.Value.
const valueBytes = 32

// dictSaves reports whether a dictionary takes less memory than the texts of all
// rows would.
func (b *columnBuilder) dictSaves() bool {
	n := b.dict.len()
	dict := 4*b.rows + 4*n + len(b.dict.data)
	if n <= mostCodes {
		dict = 2*b.rows + valueBytes*n + len(b.dict.data)
	}
	return dict < 4*b.rows+b.total
}

func (b *columnBuilder) buildDict(order []uint32) column {
	all := texts{data: bytes.Clone(b.dict.data), off: b.dict.off} // the builder uses its own again
	c := &dictColumn{dict: make([]layers.Value, b.dict.len()), plain: plainTexts(&all)}
	for i := range c.dict {
		c.dict[i] = layers.Text(all.text(uint32(i)))
	}
	if len(c.dict) < 1<<8 {
		c.narrow = permuted[uint8](b.codes, order)
	} else {
		c.middle = permuted[uint16](b.codes, order)
	}
	return c
}

func (b *columnBuilder) buildShared(order []uint32) column {
	c := &sharedColumn{texts: b.dict.permuted(upTo(b.dict.len())), codes: permuted[uint32](b.codes, order)}
	c.plain = plainTexts(&c.texts)
	return c
}

// upTo is the order that changes nothing.
func upTo(n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}

func permuted[T uint8 | uint16 | uint32](codes, order []uint32) []T {
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = T(codes[from])
	}
	return out
}
