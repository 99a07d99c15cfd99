package live

import (
	"math"
	"strconv"

	"wutu/layers"
)

// numberColumn holds one of the types that fit 8 bytes. One of narrow, packed and
// wide is set: narrow when every value is a whole number of 32 bits, packed when
// all are multiples of a step.
type numberColumn struct {
	typ    layers.FieldType
	narrow []int32
	packed *packing
	wide   []uint64 // float bits, or two's complement
	nulls  bitset
}

// packing holds whole numbers as base + step × code, such as days in microseconds;
// of a Number these are divided by div, such as tenths: the quotient is the value
// bit by bit.
type packing struct {
	base, step int64
	div        float64
	codes      ordinals
}

func (p *packing) whole(row uint32) int64 { return p.base + p.step*int64(p.codes.at(row)) }

// content is the row's whole number, instant or truth as an integer; what it is
// of a null, or of a number column, does not matter.
func (c *numberColumn) content(row uint32) int64 {
	switch {
	case c.narrow != nil:
		return int64(c.narrow[row])
	case c.packed != nil:
		return c.packed.whole(row)
	}
	return int64(c.wide[row])
}

// float is the row's number as a double, whatever of a null.
func (c *numberColumn) float(row uint32) float64 {
	switch {
	case c.narrow != nil:
		return float64(c.narrow[row])
	case c.packed != nil:
		return float64(c.packed.whole(row)) / c.packed.div
	case c.typ == layers.Number:
		return math.Float64frombits(c.wide[row])
	}
	return float64(int64(c.wide[row]))
}

func (c *numberColumn) value(row uint32) layers.Value {
	switch {
	case c.nulls.has(row):
		return layers.Value{}
	case c.typ == layers.Number:
		return layers.Float(c.float(row))
	}
	return c.whole(c.content(row))
}

func (c *numberColumn) appendJSON(dst []byte, row uint32) []byte {
	if c.narrow != nil && (c.typ == layers.Integer || c.typ == layers.Number) && !c.nulls.has(row) {
		return strconv.AppendInt(dst, int64(c.narrow[row]), 10)
	}
	return c.value(row).AppendJSON(dst)
}

func (c *numberColumn) whole(n int64) layers.Value {
	switch c.typ {
	case layers.Boolean:
		return layers.Bool(n != 0)
	case layers.DateTime:
		return layers.InstantMicro(n)
	case layers.Integer, layers.Number, layers.String:
	}
	return layers.Int(n)
}

func (c *numberColumn) bytes() int {
	n := 4*len(c.narrow) + 8*len(c.wide) + 8*len(c.nulls)
	if c.packed != nil {
		n += c.packed.codes.bytes()
	}
	return n
}

// buildNumber makes the column with row i holding nums[order[i]].
func buildNumber(typ layers.FieldType, nums []uint64, order []uint32, nulls, was bitset) *numberColumn {
	c := &numberColumn{typ: typ, nulls: nulls}
	if fitsNarrow(typ, nums) {
		c.narrow = make([]int32, len(order))
		for i, from := range order {
			c.narrow[i] = int32(wholeOf(typ, nums[from]))
		}
		return c
	}
	if c.packed = pack(typ, nums, order, was); c.packed != nil {
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

// divisors are the powers of ten by which numbers are tried as decimals.
var divisors = [...]float64{10, 100, 1000, 1e4, 1e5, 1e6, 1e7}

// pack packs the numbers; nil when they do not fit. was tells which are null.
func pack(typ layers.FieldType, nums []uint64, order []uint32, was bitset) *packing {
	if typ != layers.Number {
		return packWhole(1, func(i int) (int64, bool) { return int64(nums[i]), true }, len(nums), order, was)
	}
	for _, div := range divisors {
		p := packWhole(div, func(i int) (int64, bool) {
			f := math.Float64frombits(nums[i])
			k := math.Round(f * div)
			return int64(k), math.Abs(k) < 1<<53 && k/div == f
		}, len(nums), order, was)
		if p != nil {
			return p
		}
	}
	return nil
}

// packWhole packs n whole numbers; ok is false for what is none.
func packWhole(div float64, whole func(i int) (k int64, ok bool), n int, order []uint32, was bitset) *packing {
	p := packing{div: div}
	first := true
	low, high := int64(0), int64(0)
	for i := range n {
		if was.has(uint32(i)) {
			continue
		}
		k, ok := whole(i)
		if !ok || k > 1<<62 || k < -1<<62 {
			return nil
		}
		if first {
			low, high, first = k, k, false
			p.base = k
			continue
		}
		low, high = min(low, k), max(high, k)
		p.step = gcd(p.step, max(k-p.base, p.base-k))
	}
	p.base = low
	p.step = max(p.step, 1)
	most := (high - low) / p.step
	if most > math.MaxUint32 {
		return nil
	}
	p.codes = newOrdinals(len(order), int(most))
	for i, from := range order {
		if !was.has(from) {
			k, _ := whole(int(from))
			p.codes.fill(uint32(i), uint32(i)+1, uint32((k-low)/p.step))
		}
	}
	return &p
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
