package search

import (
	"bytes"
	"math"

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
// It is appended to while it is built and immutable afterwards.
type text struct{ b []byte }

// add appends a line. values are normalised; id has no control characters (see
// clean).
func (t *text) add(id string, at orb.Point, values []string) {
	t.b = appendPlace(t.b, at)
	t.b = append(t.b, id...)
	t.b = append(t.b, fieldEnd)
	for _, v := range values {
		t.b = append(t.b, v...)
		t.b = append(t.b, fieldEnd)
	}
	t.b = append(t.b, lineEnd)
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
	at, since := 0, 0
	for at < len(t.b) {
		i := bytes.Index(t.b[at:], first)
		if i < 0 {
			return
		}
		hit := at + i
		start := bytes.LastIndexByte(t.b[at:hit], lineEnd)
		if start < 0 {
			start = at
		} else {
			start += at + 1
		}
		end := hit + bytes.IndexByte(t.b[hit:], lineEnd)
		l := t.parse(start, end)
		if bytes.Contains(l.body, first) && !yield(l) {
			return
		}
		if since += end - at; since > 1<<20 {
			since = 0
			if !check() {
				return
			}
		}
		at = end + 1
	}
}

func (t *text) parse(start, end int) line {
	rest := t.b[start+placeBytes : end]
	cut := bytes.IndexByte(rest, fieldEnd)
	return line{place: readPlace(t.b[start:]), id: string(rest[:cut]), body: rest[cut+1:]}
}
