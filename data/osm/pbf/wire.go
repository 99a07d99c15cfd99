package pbf

import (
	"encoding/binary"
	"errors"
)

var errWire = errors.New("the block is damaged")

// Wire types of protocol buffers.
const (
	varintType = 0
	fixed64    = 1
	bytesType  = 2
	fixed32    = 5
)

// wire walks through the fields of one message. Its first error sticks: after
// it every read gives zero and next is false.
type wire struct {
	b     []byte
	field int
	typ   int
	bad   bool
}

// next steps to the next field; its value must be read or skipped.
func (w *wire) next() bool {
	if w.bad || len(w.b) == 0 {
		return false
	}
	key := w.varint()
	w.field, w.typ = int(key>>3), int(key&7)
	if w.bad || key>>3 == 0 || key>>3 > 1<<29 {
		w.bad = true
	}
	return !w.bad
}

// varint reads an unsigned number.
func (w *wire) varint() uint64 {
	if w.bad {
		return 0
	}
	v, n := binary.Uvarint(w.b)
	if n <= 0 {
		w.bad = true
		return 0
	}
	w.b = w.b[n:]
	return v
}

// number reads the current field, which must be a varint.
func (w *wire) number() int64 {
	if w.typ != varintType {
		w.bad = true
	}
	return int64(w.varint())
}

// signed reads the current field as a zig-zag number.
func (w *wire) signed() int64 { return zigzag(uint64(w.number())) }

func zigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// bytes reads the current field, which must be of bytes; they are shared.
func (w *wire) bytes() []byte {
	if w.typ != bytesType {
		w.bad = true
	}
	n := w.varint()
	if w.bad || n > uint64(len(w.b)) {
		w.bad = true
		return nil
	}
	out := w.b[:n]
	w.b = w.b[n:]
	return out
}

// skip passes over the current field.
func (w *wire) skip() {
	n := 0
	switch w.typ {
	case varintType:
		w.varint()
	case bytesType:
		w.bytes()
	case fixed64:
		n = 8
	case fixed32:
		n = 4
	default:
		w.bad = true
	}
	if n > len(w.b) {
		w.bad = true
		return
	}
	w.b = w.b[n:]
}

// err reports whether the message was whole.
func (w *wire) err() error {
	if w.bad {
		return errWire
	}
	return nil
}

// packed appends the numbers of a packed field to dst.
func packed(dst []uint64, b []byte) ([]uint64, error) {
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return dst, errWire
		}
		dst = append(dst, v)
		b = b[n:]
	}
	return dst, nil
}
