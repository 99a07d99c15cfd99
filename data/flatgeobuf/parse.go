package flatgeobuf

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"wutu/layers"
)

// buffer is a FlatBuffer under inspection: every position is checked before it is
// read, and the first thing that is wrong stays.
type buffer struct {
	b   []byte
	err error
}

func (f *buffer) fail(at int, format string, args ...any) {
	if f.err == nil {
		f.err = &layers.Error{Kind: layers.Invalid, Op: "flatgeobuf", At: fmt.Sprintf("byte %d", at), Err: fmt.Errorf(format, args...)}
	}
}

// has reports whether n bytes lie at a position.
func (f *buffer) has(at, n int) bool {
	if f.err != nil {
		return false
	}
	if at < 0 || n < 0 || at > len(f.b) || n > len(f.b)-at {
		f.fail(at, "%d bytes reach beyond the end", n)
		return false
	}
	return true
}

func (f *buffer) u16(at int) int {
	if !f.has(at, 2) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(f.b[at:]))
}

func (f *buffer) u32(at int) uint32 {
	if !f.has(at, 4) {
		return 0
	}
	return binary.LittleEndian.Uint32(f.b[at:])
}

// target follows the offset at a position; 0 when it leads nowhere.
func (f *buffer) target(at int) int {
	off := f.u32(at)
	if f.err != nil {
		return 0
	}
	if off == 0 || uint64(off) > uint64(len(f.b)-at) {
		f.fail(at, "an offset leads out of the table")
		return 0
	}
	return at + int(off)
}

// table is a table of a buffer; the zero value has no fields.
type table struct {
	f         *buffer
	at        int
	vtable    int
	vtableLen int
}

// tableAt reads the table that the offset at a position leads to.
func (f *buffer) tableAt(at int) table {
	start := f.target(at)
	if f.err != nil || !f.has(start, 4) {
		return table{f: f}
	}
	t := table{f: f, at: start, vtable: start - int(int32(binary.LittleEndian.Uint32(f.b[start:])))}
	if !f.has(t.vtable, 4) {
		return table{f: f}
	}
	t.vtableLen = f.u16(t.vtable)
	if t.vtableLen < 4 || !f.has(t.vtable, t.vtableLen) {
		f.fail(start, "a table without a description")
		return table{f: f}
	}
	return t
}

// field is the position of a field's value, 0 when the table does not have it.
func (t table) field(id int) int {
	p := 4 + 2*id
	if t.vtableLen < p+2 {
		return 0
	}
	off := t.f.u16(t.vtable + p)
	if off == 0 {
		return 0
	}
	return t.at + off
}

func (t table) byte(id int, otherwise byte) byte {
	if at := t.field(id); at != 0 && t.f.has(at, 1) {
		return t.f.b[at]
	}
	return otherwise
}

func (t table) short(id, otherwise int) int {
	if at := t.field(id); at != 0 {
		return t.f.u16(at)
	}
	return otherwise
}

func (t table) int(id int) int {
	if at := t.field(id); at != 0 {
		return int(int32(t.f.u32(at)))
	}
	return 0
}

func (t table) long(id int) uint64 {
	if at := t.field(id); at != 0 && t.f.has(at, 8) {
		return binary.LittleEndian.Uint64(t.f.b[at:])
	}
	return 0
}

// vector is the position of the first element and how many there are.
func (t table) vector(id, width int) (at, n int) {
	place := t.field(id)
	if place == 0 {
		return 0, 0
	}
	start := t.f.target(place)
	count := t.f.u32(start)
	if t.f.err != nil {
		return 0, 0
	}
	if uint64(count)*uint64(width) > uint64(len(t.f.b)) || !t.f.has(start+4, int(count)*width) {
		t.f.fail(start, "a list of %d elements reaches beyond the end", count)
		return 0, 0
	}
	return start + 4, int(count)
}

func (t table) text(id int) string {
	at, n := t.vector(id, 1)
	if n == 0 || t.f.err != nil {
		return ""
	}
	s := string(t.f.b[at : at+n])
	if !utf8.ValidString(s) {
		t.f.fail(at, "a text is not UTF-8")
		return ""
	}
	return s
}

func (t table) table(id int) (table, bool) {
	at := t.field(id)
	if at == 0 {
		return table{f: t.f}, false
	}
	return t.f.tableAt(at), true
}

// double is the i-th element of a vector of doubles at a position.
func (f *buffer) double(at, i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(f.b[at+8*i:]))
}
