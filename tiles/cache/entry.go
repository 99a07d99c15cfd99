package cache

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"wutu/layers"
)

// Entry is a rendered tile. What it says never changes; an empty tile has no
// bytes. It is safe for many goroutines.
type Entry struct {
	gzip []byte
	size int // unpacked
	hash uint64

	mu    sync.Mutex
	other map[string][]byte // in the other codings asked for so far
	grew  func(bytes int)   // told when other grows; nil for nobody
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

// coded is the tile in a coding, which is worked out once and belongs to the entry.
func (e *Entry) coded(coding string) ([]byte, error) {
	if coding == Gzip {
		return e.gzip, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if b, ok := e.other[coding]; ok {
		return b, nil
	}
	plain, err := e.Identity()
	if err != nil {
		return nil, err
	}
	b, err := encode(coding, plain)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "cache.coded", Err: err}
	}
	if e.other == nil {
		e.other = make(map[string][]byte, 1)
	}
	e.other[coding] = b
	if e.grew != nil {
		e.grew(len(b))
	}
	return b, nil
}

func encode(coding string, plain []byte) ([]byte, error) {
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case Zstd:
		z, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		w = z
	case Brotli:
		const level = 5 // about the time of gzip at its usual level, and a tenth smaller
		w = brotli.NewWriterLevel(&out, level)
	default:
		return nil, fmt.Errorf("no such coding: %q", coding)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(out.Bytes()), nil
}

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
