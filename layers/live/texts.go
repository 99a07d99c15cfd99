package live

import (
	"math/bits"
	"unicode/utf8"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"wutu/layers"
)

// texts are strings one after another in data; text i is data[off[i]:off[i+1]].
// Where all have one width there is no off. They hold 4 GiB at most.
type texts struct {
	data  []byte
	off   []uint32
	width uint32 // of each when off is nil
}

// text returns text i without copying: data is never written again once the texts
// are shared, so a string over it is as immutable as any other.
func (t *texts) text(i uint32) string {
	lo, hi := i*t.width, (i+1)*t.width
	if t.off != nil {
		lo, hi = t.off[i], t.off[i+1]
	}
	if lo == hi {
		return ""
	}
	return unsafe.String(&t.data[lo], hi-lo)
}

// append adds a text. It is for texts that nobody else has yet.
func (t *texts) append(s string) {
	if len(t.off) == 0 {
		t.off = append(t.off, 0)
	}
	t.data = append(t.data, s...)
	t.off = append(t.off, uint32(len(t.data)))
}

// len is the number of texts; it is known only while off is there.
func (t *texts) len() int { return max(len(t.off)-1, 0) }

// reset empties the texts and keeps the room.
func (t *texts) reset() { t.data, t.off = t.data[:0], t.off[:0] }

// permuted are the texts in another order: text i is text order[i] of t.
func (t *texts) permuted(order []uint32) texts {
	out := texts{data: make([]byte, 0, len(t.data)), width: t.even(len(order))}
	if out.width > 0 {
		for _, from := range order {
			out.data = append(out.data, t.data[t.off[from]:t.off[from+1]]...)
		}
		return out
	}
	out.off = make([]uint32, len(order)+1)
	for i, from := range order {
		out.data = append(out.data, t.data[t.off[from]:t.off[from+1]]...)
		out.off[i+1] = uint32(len(out.data))
	}
	return out
}

// even is the width of the n texts if all have the same, 0 otherwise.
func (t *texts) even(n int) uint32 {
	if n == 0 || len(t.data)%n != 0 {
		return 0
	}
	width := uint32(len(t.data) / n)
	for i := range n {
		if t.off[i+1]-t.off[i] != width {
			return 0
		}
	}
	return width
}

// plainTexts reports whether each of the texts is JSON as it stands: they are when
// all together are, and none begins in the middle of a character.
func plainTexts(t *texts) bool {
	if len(t.data) == 0 {
		return true
	}
	if !layers.PlainJSON(unsafe.String(&t.data[0], len(t.data))) {
		return false
	}
	inside := func(at int) bool { return at < len(t.data) && !utf8.RuneStart(t.data[at]) }
	for _, at := range t.off {
		if inside(int(at)) {
			return false
		}
	}
	if t.off == nil {
		for at := 0; at < len(t.data); at += int(t.width) {
			if inside(at) {
				return false
			}
		}
	}
	return true
}

func (t *texts) bytes() int { return cap(t.data) + 4*cap(t.off) }

// lexicon numbers texts in the order in which they first come, from 1 on.
type lexicon struct {
	texts
	slots []uint32 // open addressing by xxhash; numbers, 0 is free
	last  uint32   // number of the text that came last: neighbours are often alike
}

// number returns the number of s, a new one if it is new.
func (x *lexicon) number(s string) uint32 {
	if x.last > 0 && x.text(x.last-1) == s {
		return x.last
	}
	if 4*(x.len()+1) > 3*len(x.slots) {
		x.grow()
	}
	mask := uint64(len(x.slots) - 1)
	slot := xxhash.Sum64String(s) & mask
	for ; x.slots[slot] != 0; slot = (slot + 1) & mask {
		if n := x.slots[slot]; x.text(n-1) == s {
			x.last = n
			return n
		}
	}
	x.append(s)
	x.last = uint32(x.len())
	x.slots[slot] = x.last
	return x.last
}

func (x *lexicon) grow() {
	size := 1 << bits.Len(uint(max(2*x.len(), 63)))
	if size <= cap(x.slots) {
		x.slots = x.slots[:size]
		clear(x.slots)
	} else {
		x.slots = make([]uint32, size)
	}
	mask := uint64(size - 1)
	for n := range uint32(x.len()) {
		slot := xxhash.Sum64String(x.text(n)) & mask
		for x.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		x.slots[slot] = n + 1
	}
}

func (x *lexicon) reset() {
	x.texts.reset()
	x.slots, x.last = x.slots[:0], 0
}
