package live

import (
	"math"

	"wutu/layers"
)

// columnBuilder collects one field of the rows of a segment in the order in
// which they arrive; build puts them into the segment's order.
type columnBuilder struct {
	typ  layers.FieldType
	rows int
	any  bool // at least one value is not null

	nums  []uint64 // numbers, instants, booleans
	nulls bitset

	codes []uint32 // strings while they repeat: 0 null, else position in dict + 1
	dict  []string
	known map[string]uint32
	texts []string // strings once they do not repeat; nil before
}

// dictLimit is the number of distinct strings up to which a column stays a
// dictionary whatever its length; beyond it, a dictionary must save at least
// half of the strings.
const dictLimit = 4096

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
	if b.texts != nil {
		b.texts = append(b.texts, v.Str())
		return
	}
	b.addCode(v)
	if len(b.dict) > dictLimit && len(b.dict) > b.rows/2 {
		b.spill()
	}
}

func (b *columnBuilder) addCode(v layers.Value) {
	if v.IsNull() {
		b.codes = append(b.codes, 0)
		return
	}
	code, ok := b.known[v.Str()]
	if !ok {
		if b.known == nil {
			b.known = make(map[string]uint32)
		}
		b.dict = append(b.dict, v.Str())
		code = uint32(len(b.dict))
		b.known[v.Str()] = code
	}
	b.codes = append(b.codes, code)
}

// spill turns the dictionary into plain texts.
func (b *columnBuilder) spill() {
	b.texts = make([]string, len(b.codes), 2*len(b.codes))
	for i, c := range b.codes {
		if c > 0 {
			b.texts[i] = b.dict[c-1]
		}
	}
	b.codes, b.dict, b.known = nil, nil, nil
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

// build makes the column with row i holding what was added as order[i].
func (b *columnBuilder) build(order []uint32) column {
	if !b.any {
		return nullColumn{}
	}
	if b.typ == layers.String && b.texts == nil {
		return b.buildDict(order)
	}
	var nulls bitset
	if b.nulls != nil {
		b.nulls = b.nulls.clone(len(order))
		nulls = newBitset(len(order))
		for i, from := range order {
			if b.nulls.has(from) {
				nulls.set(uint32(i))
			}
		}
	}
	if b.typ == layers.String {
		return buildText(b.texts, order, nulls)
	}
	return buildNumber(b.typ, b.nums, order, nulls)
}

func (b *columnBuilder) buildDict(order []uint32) column {
	c := &dictColumn{dict: make([]layers.Value, len(b.dict)), plain: true}
	for i, s := range b.dict {
		c.dict[i] = layers.Text(s)
		c.plain = c.plain && layers.PlainJSON(s)
	}
	switch n := len(b.dict); {
	case n < 1<<8:
		c.narrow = permuted[uint8](b.codes, order)
	case n < 1<<16:
		c.middle = permuted[uint16](b.codes, order)
	default:
		c.wide = permuted[uint32](b.codes, order)
	}
	return c
}

func permuted[T uint8 | uint16 | uint32](codes, order []uint32) []T {
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = T(codes[from])
	}
	return out
}

// buildText lays the strings out in order. Segments are far smaller than the 4
// GiB that the offsets can address: the writer splits before (maxSegmentText).
func buildText(texts []string, order []uint32, nulls bitset) *textColumn {
	total := 0
	for _, s := range texts {
		total += len(s)
	}
	c := &textColumn{off: make([]uint32, len(order)+1), data: make([]byte, 0, total), nulls: nulls, plain: true}
	for i, from := range order {
		c.plain = c.plain && layers.PlainJSON(texts[from])
		c.data = append(c.data, texts[from]...)
		c.off[i+1] = uint32(len(c.data))
	}
	return c
}

func buildNumber(typ layers.FieldType, nums []uint64, order []uint32, nulls bitset) *numberColumn {
	c := &numberColumn{typ: typ, nulls: nulls}
	if fitsNarrow(typ, nums) {
		c.narrow = make([]int32, len(order))
		for i, from := range order {
			c.narrow[i] = int32(wholeOf(typ, nums[from]))
		}
		return c
	}
	c.wide = make([]uint64, len(order))
	for i, from := range order {
		c.wide[i] = nums[from]
	}
	return c
}

func fitsNarrow(typ layers.FieldType, nums []uint64) bool {
	for _, u := range nums {
		if typ == layers.Number {
			if f := math.Float64frombits(u); f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
				return false
			}
		} else if n := int64(u); n < math.MinInt32 || n > math.MaxInt32 {
			return false
		}
	}
	return true
}

func wholeOf(typ layers.FieldType, u uint64) int64 {
	if typ == layers.Number {
		return int64(math.Float64frombits(u))
	}
	return int64(u)
}
