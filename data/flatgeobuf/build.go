package flatgeobuf

import (
	"encoding/binary"
	"math"
)

// builder lays out one FlatBuffer behind its length. It writes forwards: tables
// first, what they refer to behind them. Positions count from the length, as readers
// check alignment.
type builder struct{ b []byte }

// reset begins a buffer: four bytes of length, four of the offset of the root.
func (f *builder) reset() { f.b = append(f.b[:0], 0, 0, 0, 0, 0, 0, 0, 0) }

// finish fills in the length. The whole is padded to eight bytes, so that what
// stands behind it is aligned where the whole file is in memory.
func (f *builder) finish() []byte {
	f.align(8, 0)
	binary.LittleEndian.PutUint32(f.b, uint32(len(f.b)-4))
	return f.b
}

// align pads so that what is written after skip more bytes lies at a multiple of n.
func (f *builder) align(n, skip int) {
	for (len(f.b)+skip)%n != 0 {
		f.b = append(f.b, 0)
	}
}

// slot is a place for an offset that is filled in later.
type slot int

// refer makes the offset in s point to the end of what is written.
func (f *builder) refer(s slot) {
	binary.LittleEndian.PutUint32(f.b[s:], uint32(len(f.b)-int(s)))
}

// root is where the offset of the root table stands.
const root slot = 4

// field is one value of a table.
type field struct {
	id    int
	size  int    // 1, 2, 4 or 8 bytes
	value uint64 // for references: nothing yet
	ref   *slot  // where the place of the offset is noted; nil for values
}

func scalar(id, size int, value uint64) field { return field{id: id, size: size, value: value} }

func reference(id int, to *slot) field { return field{id: id, size: 4, ref: to} }

// table writes a table with the given fields, the largest first, and points the
// offset in at to it.
func (f *builder) table(at slot, fields ...field) {
	last := -1
	for _, x := range fields {
		last = max(last, x.id)
	}
	var offsets [16]int
	size := 4
	for _, width := range [...]int{8, 4, 2, 1} {
		for _, x := range fields {
			if x.size != width {
				continue
			}
			for size%width != 0 {
				size++
			}
			offsets[x.id] = size
			size += width
		}
	}
	length := 4 + 2*(last+1)
	f.align(8, length) // the table lies behind its vtable, and may hold eight bytes
	vtable := len(f.b)
	f.b = binary.LittleEndian.AppendUint16(f.b, uint16(length))
	f.b = binary.LittleEndian.AppendUint16(f.b, uint16(size))
	for id := range last + 1 {
		f.b = binary.LittleEndian.AppendUint16(f.b, uint16(offsets[id]))
	}
	f.refer(at)
	start := len(f.b)
	f.b = append(f.b, make([]byte, size)...)
	binary.LittleEndian.PutUint32(f.b[start:], uint32(start-vtable))
	for _, x := range fields {
		p := f.b[start+offsets[x.id]:]
		switch {
		case x.ref != nil:
			*x.ref = slot(start + offsets[x.id])
		case x.size == 8:
			binary.LittleEndian.PutUint64(p, x.value)
		case x.size == 4:
			binary.LittleEndian.PutUint32(p, uint32(x.value))
		case x.size == 2:
			binary.LittleEndian.PutUint16(p, uint16(x.value))
		default:
			p[0] = byte(x.value)
		}
	}
}

// text writes a string.
func (f *builder) text(at slot, s string) {
	f.align(4, 0)
	f.refer(at)
	f.b = binary.LittleEndian.AppendUint32(f.b, uint32(len(s)))
	f.b = append(f.b, s...)
	f.b = append(f.b, 0)
}

// vector begins a vector of n elements of a width; the elements are appended behind.
func (f *builder) vector(at slot, n, width int) {
	f.align(4, 0)
	f.align(max(4, width), 4)
	f.refer(at)
	f.b = binary.LittleEndian.AppendUint32(f.b, uint32(n))
}

// slots writes a vector of n references and returns their places.
func (f *builder) slots(at slot, n int) []slot {
	f.vector(at, n, 4)
	out := make([]slot, n)
	for i := range out {
		out[i] = slot(len(f.b))
		f.b = append(f.b, 0, 0, 0, 0)
	}
	return out
}

func (f *builder) double(x float64) {
	f.b = binary.LittleEndian.AppendUint64(f.b, math.Float64bits(x))
}
