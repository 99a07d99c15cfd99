package live

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/paulmach/orb"
)

// coder walks the arrays of a block, to write them or to take them from a block
// that was read: one description (the keep methods) serves both ways, so that they
// cannot differ. Arrays that were read lie in the block's memory and keep it. What is
// written is in use by readers, and is not touched.
//
// A block is a list of arrays, each a count of elements in 8 bytes and the elements
// as they lie in memory, filled up with zeros to a multiple of 8. Everything is
// little-endian; a machine that is not refuses the file (see orderMark).
type coder struct {
	reading bool
	left    []byte   // reading: what is not yet taken
	out     [][]byte // writing: the pieces of the block
	size    int      // writing: bytes of out
	err     error    // the first thing that was wrong
}

// plainElement are the types whose memory is their value.
type plainElement interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int32 | ~int64 | ~float32 | ~float64 | orb.Point
}

var errShort = errors.New("a block is shorter than what it should hold")

// zeros fills arrays up.
var zeros [8]byte

// codeArray writes or reads an array. An empty one is read as nil.
func codeArray[T plainElement](c *coder, p *[]T) {
	var one T
	each := int(unsafe.Sizeof(one))
	if !c.reading {
		n := uint64(len(*p))
		c.piece(unsafe.Slice((*byte)(unsafe.Pointer(&n)), 8))
		if n > 0 {
			c.piece(unsafe.Slice((*byte)(unsafe.Pointer(&(*p)[0])), each*len(*p)))
			if over := c.size % 8; over > 0 {
				c.piece(zeros[over:])
			}
		}
		return
	}
	*p = nil
	if c.err != nil {
		return
	}
	if len(c.left) < 8 {
		c.err = errShort
		return
	}
	n := *(*uint64)(unsafe.Pointer(&c.left[0]))
	c.left = c.left[8:]
	if n > uint64(len(c.left))/uint64(each) {
		c.err = errShort
		return
	}
	if n == 0 {
		return
	}
	size := int(n) * each
	*p = unsafe.Slice((*T)(unsafe.Pointer(&c.left[0])), n)
	c.left = c.left[min((size+7)&^7, len(c.left)):]
}

// codeWord writes or reads one number, or a truth as 0 and 1.
func codeWord[T ~int | ~uint64 | ~uint8](c *coder, p *T) {
	word := []uint64{uint64(*p)}
	codeArray(c, &word)
	if c.reading {
		*p = 0
		if c.err == nil && len(word) != 1 {
			c.err = errShort
		}
		if c.err == nil {
			if *p = T(word[0]); uint64(*p) != word[0] {
				c.fail("the number %d is out of range", word[0])
			}
		}
	}
}

func codeBool(c *coder, p *bool) {
	var b uint8
	if *p {
		b = 1
	}
	codeWord(c, &b)
	if c.reading {
		*p = b != 0
	}
}

func (c *coder) piece(b []byte) {
	c.out = append(c.out, b)
	c.size += len(b)
}

// fail notes what is wrong with a block that is read.
func (c *coder) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// wants notes it as wrong when a block that is read does not hold to something.
func (c *coder) wants(ok bool, what string) bool {
	if c.err == nil && !ok {
		c.err = errors.New(what)
	}
	return c.err == nil
}

// checking reports whether what was read is complete and remains to be checked.
func (c *coder) checking() bool { return c.reading && c.err == nil }

// below reports whether every element is less than n.
func below[T ~uint8 | ~uint16 | ~uint32](list []T, n int) bool {
	var most T
	for _, v := range list {
		most = max(most, v)
	}
	return len(list) == 0 || uint64(most) < uint64(n)
}

// alignedBytes makes n bytes that begin at a multiple of 8.
func alignedBytes(n int) []byte {
	if n == 0 {
		return nil
	}
	words := make([]uint64, (n+7)/8)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n)
}
