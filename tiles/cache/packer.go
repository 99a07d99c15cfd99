package cache

import (
	"bytes"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/klauspost/compress/gzip"

	"wutu/layers"
)

// Packer compresses tiles with gzip, all in the same way: level and header are
// fixed, so that the same bytes give the same bytes. It keeps the memory of its
// work, most of a megabyte for each goroutine that packs. The zero Packer is ready;
// it is safe for many goroutines.
type Packer struct {
	// Small asks for the smallest tiles instead of the quickest: for archives, which
	// are packed once. They are a tenth smaller, and packing takes twice the time,
	// which is then more than drawing. It is set before the first use.
	Small bool

	writers sync.Pool
}

// packing is a gzip writer with what it writes to.
type packing struct {
	zip *gzip.Writer
	out bytes.Buffer
}

// Pack compresses the bytes of a tile; none stay none. The caller owns the result.
// The error is Internal.
func (p *Packer) Pack(b []byte) ([]byte, error) {
	packed, _, err := p.PackWithin(b, math.MaxInt)
	return packed, err
}

// packStep is how many bytes are packed between two looks at the size.
const packStep = 64 << 10

// PackWithin is Pack, which gives up, and returns false, as soon as there are more than
// most bytes.
func (p *Packer) PackWithin(b []byte, most int) (packed []byte, ok bool, err error) {
	if len(b) == 0 {
		return nil, true, nil
	}
	fail := func(err error) ([]byte, bool, error) {
		return nil, false, &layers.Error{Kind: layers.Internal, Op: "cache.Pack", Err: err}
	}
	w, err := p.writer()
	if err != nil {
		return fail(err)
	}
	defer p.writers.Put(w)
	w.out.Reset()
	w.zip.Reset(&w.out)
	for step := range slices.Chunk(b, packStep) {
		if _, err := w.zip.Write(step); err != nil {
			return fail(err)
		}
		if w.out.Len() > most {
			return nil, false, nil
		}
	}
	if err := w.zip.Close(); err != nil {
		return fail(err)
	}
	if w.out.Len() > most {
		return nil, false, nil
	}
	return bytes.Clone(w.out.Bytes()), true, nil
}

func (p *Packer) writer() (*packing, error) {
	if w, ok := p.writers.Get().(*packing); ok {
		return w, nil
	}
	level := gzip.BestSpeed
	if p.Small {
		level = gzip.DefaultCompression
	}
	z, err := gzip.NewWriterLevel(io.Discard, level)
	return &packing{zip: z}, err
}
