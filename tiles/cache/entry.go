package cache

import (
	"bytes"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"

	"wutu/layers"
)

// Entry is a rendered tile, immutable. An empty tile has no bytes.
type Entry struct {
	gzip []byte
	size int // unpacked
	hash uint64
}

// NewEntry compresses the bytes of a tile. The same bytes make the same entry:
// level and header are fixed. It does not keep b.
func NewEntry(b []byte) (*Entry, error) {
	e := &Entry{size: len(b), hash: xxhash.Sum64(b)}
	if len(b) == 0 {
		return e, nil
	}
	var out bytes.Buffer
	out.Grow(len(b)/2 + 64)
	z, err := gzip.NewWriterLevel(&out, gzip.DefaultCompression)
	if err == nil {
		_, err = z.Write(b)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "cache.NewEntry", Err: err}
	}
	e.gzip = bytes.Clone(out.Bytes())
	return e, nil
}

// Empty reports whether nothing is to be seen in the tile.
func (e *Entry) Empty() bool { return e.size == 0 }

// Size is the number of bytes of the tile, unpacked and packed.
func (e *Entry) Size() (identity, packed int) { return e.size, len(e.gzip) }

// Gzip returns the packed tile, which belongs to the entry; nil when empty.
func (e *Entry) Gzip() []byte { return e.gzip }

// Identity unpacks the tile; the caller owns the result.
func (e *Entry) Identity() ([]byte, error) {
	if e.Empty() {
		return nil, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(e.gzip))
	out := make([]byte, e.size)
	if err == nil {
		_, err = io.ReadFull(z, out)
	}
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "cache.Identity", Err: fmt.Errorf("unpack a tile: %w", err)}
	}
	return out, nil
}
