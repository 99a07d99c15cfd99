package cache

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/andybalholm/brotli"
	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"wutu/layers"
)

// Entry is a rendered tile. What it says never changes; an empty tile has no
// bytes. It is safe for many goroutines.
type Entry struct {
	size int // unpacked
	hash uint64
	gzip variant
	bare variant // what is said of the tile unpacked; it is not kept so

	zstd, brotli atomic.Pointer[variant] // nil until asked for

	mu   sync.Mutex      // of who works out one of them
	grew func(bytes int) // told when one is kept; nil for nobody
}

// variant is a tile in a coding, with what the headers of an answer say of it:
// values of http.Header, made once and shared by answers. Who adds to one makes a
// new one, for it has no room.
type variant struct {
	body   []byte
	tag    []string // strong, in quotes
	coding []string // nil for identity
	length []string
}

// Tile is what a render yields.
type Tile struct {
	Plain  []byte // none for an empty tile
	Packed []byte // Plain as a Packer packs it, when that is done already
}

// NewEntry keeps a tile, packed once. The same bytes make the same entry. It does
// not keep t.Plain; t.Packed it does, and nobody may change it any more. The error
// is Internal.
func (p *Packer) NewEntry(t Tile) (*Entry, error) {
	if t.Packed == nil {
		var err error
		if t.Packed, err = p.Pack(t.Plain); err != nil {
			return nil, err
		}
	}
	e := &Entry{size: len(t.Plain), hash: xxhash.Sum64(t.Plain)}
	e.gzip = e.variant(Gzip, t.Packed)
	e.bare = e.variant("", nil)
	e.bare.length = []string{strconv.Itoa(e.size)}
	return e, nil
}

// variant is the tile in a coding, packed.
func (e *Entry) variant(coding string, packed []byte) variant {
	v := variant{body: packed, tag: []string{e.ETag(coding)}, length: []string{strconv.Itoa(len(packed))}}
	if coding != "" {
		v.coding = []string{coding}
	}
	return v
}

// ETag is the strong entity tag of the tile in a coding, "" for identity.
func (e *Entry) ETag(coding string) string {
	suffix := ""
	if !e.Empty() {
		switch coding {
		case Gzip:
			suffix = "g"
		case Zstd:
			suffix = "z"
		case Brotli:
			suffix = "b"
		}
	}
	return tag(e.hash, e.size, suffix)
}

// Empty reports whether nothing is to be seen in the tile.
func (e *Entry) Empty() bool { return e.size == 0 }

// Size is the number of bytes of the tile, unpacked and packed.
func (e *Entry) Size() (identity, packed int) { return e.size, len(e.gzip.body) }

// Gzip returns the packed tile, which belongs to the entry; nil when empty.
func (e *Entry) Gzip() []byte { return e.gzip.body }

// ready is the tile in a coding, nil for one that it was not asked for in yet.
// Unpacked it is only spoken of.
func (e *Entry) ready(coding string) *variant {
	switch coding {
	case "":
		return &e.bare
	case Gzip:
		return &e.gzip
	case Zstd:
		return e.zstd.Load()
	case Brotli:
		return e.brotli.Load()
	}
	return nil
}

// coded is the tile in a coding, which is worked out once and belongs to the entry.
func (e *Entry) coded(coding string) (*variant, error) {
	if v := e.ready(coding); v != nil {
		return v, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.ready(coding); v != nil { // by who had the lock before
		return v, nil
	}
	plain, err := e.Identity()
	if err != nil {
		return nil, err
	}
	b, err := encode(coding, plain)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "cache.coded", Err: err}
	}
	v := e.variant(coding, b)
	if coding == Zstd {
		e.zstd.Store(&v)
	} else {
		e.brotli.Store(&v)
	}
	if e.grew != nil {
		e.grew(len(b))
	}
	return &v, nil
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
	z, err := gzip.NewReader(bytes.NewReader(e.gzip.body))
	out := make([]byte, e.size)
	if err == nil {
		_, err = io.ReadFull(z, out)
	}
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "cache.Identity", Err: fmt.Errorf("unpack a tile: %w", err)}
	}
	return out, nil
}

// Unpack undoes a coding for tiles that come packed from elsewhere; "" is none. The
// caller owns the result. The error is Invalid: damaged, of an unknown coding, or
// more than most bytes.
func Unpack(coding string, packed []byte, most int) ([]byte, error) {
	fail := func(message string) ([]byte, error) {
		return nil, layers.Invalidf("cache.Unpack", "", "the tile "+message)
	}
	var from io.Reader
	switch coding {
	case "":
		return packed, nil
	case Gzip:
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return fail("is no gzip: " + err.Error())
		}
		from = z
	case Brotli:
		from = brotli.NewReader(bytes.NewReader(packed))
	case Zstd:
		z, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(most)))
		if err != nil {
			return fail("is no zstd: " + err.Error())
		}
		defer z.Close()
		from = z
	default:
		return fail(fmt.Sprintf("is in the coding %.20q, which is not known", coding))
	}
	b, err := io.ReadAll(io.LimitReader(from, int64(most)+1))
	switch {
	case err != nil:
		return fail("cannot be unpacked: " + err.Error())
	case len(b) > most:
		return fail(fmt.Sprintf("has more than %d bytes", most))
	}
	return b, nil
}
