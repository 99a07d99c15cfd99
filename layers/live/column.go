package live

import (
	"math"
	"strconv"
	"unsafe"

	"wutu/layers"
)

// column holds one field of a segment's rows. Columns are immutable.
type column interface {
	value(row uint32) layers.Value
	appendJSON(dst []byte, row uint32) []byte // as the value would
	bytes() int
}

// nullColumn is a field that no row has a value for.
type nullColumn struct{}

func (nullColumn) value(uint32) layers.Value { return layers.Value{} }
func (nullColumn) bytes() int                { return 0 }

func (nullColumn) appendJSON(dst []byte, _ uint32) []byte { return append(dst, "null"...) }

// dictColumn holds repeated strings: code 0 is null, code c is dict[c-1]. One of
// the three widths is set, the narrowest that holds the codes.
type dictColumn struct {
	dict   []layers.Value
	narrow []uint8
	middle []uint16
	wide   []uint32
	plain  bool // every string is JSON as it stands
}

func (c *dictColumn) code(row uint32) uint32 {
	switch {
	case c.narrow != nil:
		return uint32(c.narrow[row])
	case c.middle != nil:
		return uint32(c.middle[row])
	}
	return c.wide[row]
}

func (c *dictColumn) value(row uint32) layers.Value {
	code := c.code(row)
	if code == 0 {
		return layers.Value{}
	}
	return c.dict[code-1]
}

func (c *dictColumn) appendJSON(dst []byte, row uint32) []byte {
	code := c.code(row)
	if code == 0 {
		return append(dst, "null"...)
	}
	return appendText(dst, c.dict[code-1].Str(), c.plain)
}

// appendText appends s as a JSON string; plain says that nothing in it is escaped.
func appendText(dst []byte, s string, plain bool) []byte {
	if !plain {
		return layers.AppendJSONText(dst, s)
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

func (c *dictColumn) bytes() int {
	n := len(c.narrow) + 2*len(c.middle) + 4*len(c.wide)
	for _, v := range c.dict {
		n += int(unsafe.Sizeof(v)) + len(v.Str())
	}
	return n
}

// textColumn holds strings that hardly repeat, one after another in data; row
// i is data[off[i]:off[i+1]].
type textColumn struct {
	off   []uint32
	data  []byte
	nulls bitset
	plain bool // every string is JSON as it stands
}

func (c *textColumn) value(row uint32) layers.Value {
	if c.nulls.has(row) {
		return layers.Value{}
	}
	return layers.Text(c.text(row))
}

func (c *textColumn) appendJSON(dst []byte, row uint32) []byte {
	if c.nulls.has(row) {
		return append(dst, "null"...)
	}
	return appendText(dst, c.text(row), c.plain)
}

// text returns the row's string without copying: data is never written again,
// so a string over it is as immutable as any other.
func (c *textColumn) text(row uint32) string {
	lo, hi := c.off[row], c.off[row+1]
	if lo == hi {
		return ""
	}
	return unsafe.String(&c.data[lo], hi-lo)
}

func (c *textColumn) bytes() int { return 4*len(c.off) + len(c.data) + 8*len(c.nulls) }

// numberColumn holds one of the types that fit 8 bytes; narrow is used when
// every value is a whole number of 32 bits.
type numberColumn struct {
	typ    layers.FieldType
	narrow []int32
	wide   []uint64 // float bits, or two's complement
	nulls  bitset
}

func (c *numberColumn) value(row uint32) layers.Value {
	if c.nulls.has(row) {
		return layers.Value{}
	}
	if c.narrow != nil {
		n := int64(c.narrow[row])
		if c.typ == layers.Number {
			return layers.Float(float64(n))
		}
		return c.whole(n)
	}
	if c.typ == layers.Number {
		return layers.Float(math.Float64frombits(c.wide[row]))
	}
	return c.whole(int64(c.wide[row]))
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

func (c *numberColumn) bytes() int { return 4*len(c.narrow) + 8*len(c.wide) + 8*len(c.nulls) }
