package live

import (
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

// dictColumn holds strings of which there are at most mostCodes different ones:
// code 0 is null, code c is dict[c-1]. narrow or middle is set, the narrower that
// holds the codes.
type dictColumn struct {
	dict   []layers.Value
	narrow []uint8
	middle []uint16
	plain  bool // every string is JSON as it stands
}

// mostCodes bounds the different strings of a dictColumn: codes have two bytes.
const mostCodes = 1<<16 - 1

func (c *dictColumn) code(row uint32) uint32 {
	if c.narrow != nil {
		return uint32(c.narrow[row])
	}
	return uint32(c.middle[row])
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
	n := len(c.narrow) + 2*len(c.middle)
	for _, v := range c.dict {
		n += int(unsafe.Sizeof(v)) + len(v.Str())
	}
	return n
}

// sharedColumn holds strings of which there are many, but each for several rows:
// code 0 is null, code c is text c-1.
type sharedColumn struct {
	texts texts
	codes []uint32
	plain bool // every string is JSON as it stands
}

func (c *sharedColumn) value(row uint32) layers.Value {
	code := c.codes[row]
	if code == 0 {
		return layers.Value{}
	}
	return layers.Text(c.texts.text(code - 1))
}

func (c *sharedColumn) appendJSON(dst []byte, row uint32) []byte {
	code := c.codes[row]
	if code == 0 {
		return append(dst, "null"...)
	}
	return appendText(dst, c.texts.text(code-1), c.plain)
}

// different is the number of different texts.
func (c *sharedColumn) different() int {
	if c.texts.off != nil {
		return c.texts.len()
	}
	return len(c.texts.data) / int(c.texts.width)
}

func (c *sharedColumn) bytes() int { return c.texts.bytes() + 4*len(c.codes) }

// textColumn holds strings that hardly repeat: text i is that of row i.
type textColumn struct {
	texts texts
	nulls bitset
	plain bool // every string is JSON as it stands
}

func (c *textColumn) value(row uint32) layers.Value {
	if c.nulls.has(row) {
		return layers.Value{}
	}
	return layers.Text(c.texts.text(row))
}

func (c *textColumn) appendJSON(dst []byte, row uint32) []byte {
	if c.nulls.has(row) {
		return append(dst, "null"...)
	}
	return appendText(dst, c.texts.text(row), c.plain)
}

func (c *textColumn) bytes() int { return c.texts.bytes() + 8*len(c.nulls) }

// idColumn is a field that repeats the id of every row: it is the texts of the ids.
type idColumn struct{ textColumn }

// bytes is 0: the ids are counted as such.
func (*idColumn) bytes() int { return 0 }
