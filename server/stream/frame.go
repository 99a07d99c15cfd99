package stream

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"

	"github.com/klauspost/compress/flate"
)

// frame is one message as it is sent: encoded once, and compressed once if
// somebody asks, for all who get it. Its bytes never change.
type frame struct {
	from, to uint64 // it tells of changes above from, up to to
	resets   bool   // it tells to read the state anew
	last     bool   // the stream ends behind it: a layer was redefined
	owed     int    // how many clients have yet to take it; the group guards it
	plain    []byte
	zip      sync.Once
	zipped   []byte
}

// bytes is what goes to a client that takes gzip, or to one that does not.
func (f *frame) bytes(zipped bool) []byte {
	if !zipped {
		return f.plain
	}
	f.zip.Do(func() { f.zipped = deflate(f.plain) })
	return f.zipped
}

// gzipHeader begins a compressed stream (RFC 1952): deflate, no name, no time.
var gzipHeader = [10]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// deflate compresses b into whole blocks that end on a byte and refer to nothing
// before them. So blocks made once fit behind each other in any order, in every
// client's stream (RFC 1951). A stream has no last block and no checksum: it ends
// when the connection does.
func deflate(b []byte) []byte {
	var out bytes.Buffer
	if err := flate.StatelessDeflate(&out, b, false, nil); err != nil { // a buffer does not fail
		return stored(b)
	}
	return out.Bytes()
}

// stored is b in blocks without compression, and an empty one, at which readers
// hand out what they have.
func stored(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		n := min(len(b), 0xffff)
		out = append(out, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		out, b = append(out, b[:n]...), b[n:]
	}
	return append(out, 0, 0, 0, 0xff, 0xff)
}

func resetEvent(seq uint64) []byte {
	return appendEvent(nil, "reset", seq, fmt.Appendf(nil, `{"seq":%d}`, seq))
}

func appendEvent(b []byte, name string, id uint64, data []byte) []byte {
	return endEvent(append(beginEvent(b, name, id), data...))
}

// beginEvent begins an event whose data, one line, follows; endEvent ends it.
func beginEvent(b []byte, name string, id uint64) []byte {
	b = append(b, "event: "...)
	b = append(b, name...)
	b = append(b, "\nid: "...)
	b = strconv.AppendUint(b, id, 10)
	return append(b, "\ndata: "...)
}

func endEvent(b []byte) []byte { return append(b, "\n\n"...) }
