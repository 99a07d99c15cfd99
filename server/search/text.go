package search

import (
	"bytes"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// placeBytes is the length of a line's place: 28 bits each for longitude and
// latitude, 7 bits a byte with the top bit set, so that no byte is a line or
// field end. One unit is about 15 cm.
const placeBytes = 8

const placeScale = 1 << 28

// text is the searchable content of a layer: lines of
//
//	place (8 bytes) id fieldEnd (value fieldEnd)* lineEnd
//
// It is appended to while it is built and immutable afterwards. Of a value that is the
// id, only idValue stands in its place. Lines lie in blocks, so that a long text does
// not have to be copied to grow, and has no room left over.
type text struct{ blocks [][]byte }

// Blocks are as large as all before them, between these sizes.
const (
	leastBlock = 4 << 10
	mostBlock  = 4 << 20
)

// add appends a line. values are normalised; id has no control characters (see
// clean).
func (t *text) add(id string, at orb.Point, values []string) {
	size := placeBytes + len(id) + 2
	for _, v := range values {
		size += len(v) + 1
	}
	b := t.room(size)
	line := appendPlace(*b, at)
	line = append(line, id...)
	line = append(line, fieldEnd)
	for _, v := range values {
		if v == id {
			line = append(line, idValue, fieldEnd)
			continue
		}
		line = append(line, v...)
		line = append(line, fieldEnd)
	}
	*b = append(line, lineEnd)
}

// room returns the last block, with room for n bytes.
func (t *text) room(n int) *[]byte {
	if last := len(t.blocks) - 1; last < 0 || cap(t.blocks[last])-len(t.blocks[last]) < n {
		t.blocks = append(t.blocks, make([]byte, 0, max(n, min(max(t.size(), leastBlock), mostBlock))))
	}
	return &t.blocks[len(t.blocks)-1]
}

// size is the number of bytes taken.
func (t *text) size() int {
	n := 0
	for _, b := range t.blocks {
		n += cap(b)
	}
	return n
}

// done gives back what is left of the last block.
func (t *text) done() {
	if last := len(t.blocks) - 1; last >= 0 {
		t.blocks[last] = slices.Clone(t.blocks[last])
	}
}

func appendPlace(b []byte, p orb.Point) []byte {
	for _, u := range [2]uint32{scale(p[0], 180), scale(p[1], 90)} {
		for shift := 21; shift >= 0; shift -= 7 {
			b = append(b, 0x80|byte(u>>shift&0x7F))
		}
	}
	return b
}

func scale(x, half float64) uint32 {
	if math.IsNaN(x) {
		return 0
	}
	return uint32(min(max((x+half)/(2*half), 0), 1) * (placeScale - 1))
}

func readPlace(b []byte) orb.Point {
	var u [2]uint32
	for i := range u {
		for j := range 4 {
			u[i] = u[i]<<7 | uint32(b[4*i+j]&0x7F)
		}
	}
	return orb.Point{float64(u[0])/(placeScale-1)*360 - 180, float64(u[1])/(placeScale-1)*180 - 90}
}

// line is one line of a text, in parts.
type line struct {
	place orb.Point
	id    string
	body  []byte // values, each with its fieldEnd
}

// scan calls yield for every line whose values contain first, until it returns
// false. It visits a line once. check is called now and then; scan stops when it
// returns false.
func (t *text) scan(first []byte, check func() bool, yield func(line) bool) {
	for _, b := range t.blocks {
		if !scanBlock(b, first, check, yield) {
			return
		}
	}
}

// scanBlock scans one block, and reports whether to go on.
func scanBlock(b, first []byte, check func() bool, yield func(line) bool) bool {
	at, since := 0, 0
	for at < len(b) {
		i := bytes.Index(b[at:], first)
		if i < 0 {
			break
		}
		hit := at + i
		start := bytes.LastIndexByte(b[at:hit], lineEnd)
		if start < 0 {
			start = at
		} else {
			start += at + 1
		}
		end := hit + bytes.IndexByte(b[hit:], lineEnd)
		l := parse(b[start:end])
		if bytes.Contains(l.body, first) && !yield(l) {
			return false
		}
		if since += end - at; since > 1<<20 {
			since = 0
			if !check() {
				return false
			}
		}
		at = end + 1
	}
	return check()
}

// parse takes a line apart.
func parse(b []byte) line {
	rest := b[placeBytes:]
	cut := bytes.IndexByte(rest, fieldEnd)
	id, body := rest[:cut], rest[cut+1:]
	if bytes.IndexByte(body, idValue) >= 0 {
		body = bytes.ReplaceAll(body, []byte{idValue}, id)
	}
	return line{place: readPlace(b), id: string(id), body: body}
}
