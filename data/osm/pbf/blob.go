package pbf

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"wutu/layers"
)

// Limits of the format: a header is at most 64 KiB, a block 32 MiB, before and
// after compression.
const (
	maxHeader = 64 << 10
	maxBlock  = 32 << 20
)

// Reader reads one file from its beginning. It is used by one goroutine.
type Reader struct {
	r     *bufio.Reader
	pos   int64 // bytes consumed
	block int   // data blocks read
	raw   []byte
	data  []byte
	kinds []Kinds // by block, as far as known
	zlib  io.ReadCloser
	zstd  *zstd.Decoder
	group group
}

// NewReader returns a reader of r. kinds is what Reader.Kinds of an earlier pass
// returned: blocks that hold nothing that is asked for are then not even
// inflated; nil if nothing is known.
func NewReader(r io.Reader, kinds []Kinds) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, 1<<16), kinds: kinds}
}

// Kinds returns what each block read so far holds.
func (r *Reader) Kinds() []Kinds { return r.kinds }

// Close releases what inflating took.
func (r *Reader) Close() {
	if r.zstd != nil {
		r.zstd.Close()
	}
}

func (r *Reader) fail(kind layers.Kind, at int64, err error) error {
	return &layers.Error{Kind: kind, Op: "osm", At: "byte " + strconv.FormatInt(at, 10), Err: err}
}

// Next reads one block and calls the functions of v for what it holds, in order.
// Errors: io.EOF at the end, Invalid for a broken file, Unsupported for a
// compression or a feature of the format that is not read; they name the byte at
// which the block begins. An error of v is returned as it is.
func (r *Reader) Next(ctx context.Context, v Visitor) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := r.pos
		name, blob, err := r.frame()
		if err != nil {
			return err
		}
		if name == "OSMData" && r.block < len(r.kinds) && r.kinds[r.block]&v.wants() == 0 {
			r.block++
			return nil
		}
		if name != "OSMData" && name != "OSMHeader" {
			continue // "blocks of unknown type are to be ignored"
		}
		data, err := r.inflate(blob, at)
		if err != nil {
			return err
		}
		if name == "OSMHeader" {
			if err := checkFeatures(data); err != nil {
				return r.fail(layers.KindOf(err), at, err)
			}
			continue
		}
		kinds, err := r.group.visit(data, v)
		if errors.Is(err, errWire) {
			return r.fail(layers.Invalid, at, err)
		}
		if r.block == len(r.kinds) {
			r.kinds = append(r.kinds, kinds)
		}
		r.block++
		return err
	}
}

// frame reads a block's header and its body, which is valid until the next call.
func (r *Reader) frame() (name string, blob []byte, err error) {
	at := r.pos
	var size [4]byte
	if _, err := io.ReadFull(r.r, size[:]); err != nil {
		if errors.Is(err, io.EOF) && at > 0 {
			return "", nil, io.EOF
		}
		return "", nil, r.cut(err, at, "a block header")
	}
	n := int64(binary.BigEndian.Uint32(size[:]))
	if n == 0 || n > maxHeader {
		return "", nil, r.fail(layers.Invalid, at, fmt.Errorf("a block header of %d bytes: this is not an OSM PBF file, or it is damaged", n))
	}
	header, err := r.take(n, at)
	if err != nil {
		return "", nil, err
	}
	length := int64(-1)
	for w := (wire{b: header}); ; {
		if !w.next() {
			if w.bad || name == "" || length < 0 || length > maxBlock {
				return "", nil, r.fail(layers.Invalid, at, fmt.Errorf("%w: its header makes no sense", errWire))
			}
			break
		}
		switch w.field {
		case 1:
			name = string(w.bytes())
		case 3:
			length = w.number()
		default:
			w.skip()
		}
	}
	blob, err = r.take(length, at)
	r.pos += 4 + n + length
	return name, blob, err
}

// take reads n bytes into the reader's buffer, growing it no faster than the
// file gives bytes.
func (r *Reader) take(n, at int64) ([]byte, error) {
	buf := bytes.NewBuffer(r.raw[:0])
	got, err := io.CopyN(buf, r.r, n)
	r.raw = buf.Bytes()
	if err != nil {
		return nil, r.cut(err, at, fmt.Sprintf("a block of which %d of %d bytes are there", got, n))
	}
	return r.raw, nil
}

func (r *Reader) cut(err error, at int64, where string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return r.fail(layers.Invalid, at, fmt.Errorf("the file is truncated: it ends within %s", where))
	}
	if _, ok := errors.AsType[*layers.Error](err); ok {
		return err
	}
	return r.fail(layers.Unavailable, at, err)
}

// compressions that are known but not read, by their field in a Blob.
var compressions = map[int]string{4: "LZMA", 5: "bzip2", 6: "LZ4"}

// inflate returns the content of a blob, valid until the next call.
func (r *Reader) inflate(blob []byte, at int64) ([]byte, error) {
	var packedData []byte
	method, size := 0, int64(0)
	w := wire{b: blob}
	for w.next() {
		switch w.field {
		case 2:
			size = w.number()
		case 1, 3, 4, 5, 6, 7:
			method, packedData = w.field, w.bytes()
		default:
			w.skip()
		}
	}
	if w.bad || size < 0 || size > maxBlock {
		return nil, r.fail(layers.Invalid, at, errWire)
	}
	if method == 1 {
		return packedData, nil
	}
	if name, known := compressions[method]; known {
		return nil, r.fail(layers.Unsupported, at, fmt.Errorf("the block is compressed with %s, which is not read; zlib and zstd are", name))
	}
	var in io.Reader
	var err error
	switch method {
	case 3:
		in, err = r.openZlib(packedData)
	case 7:
		in, err = r.openZstd(packedData)
	default:
		err = errors.New("the block is empty")
	}
	if err == nil {
		buf := bytes.NewBuffer(r.data[:0])
		var n int64
		n, err = io.Copy(buf, io.LimitReader(in, size+1))
		if r.data = buf.Bytes(); err == nil && n != size {
			err = fmt.Errorf("it holds other than the %d bytes it declares", size)
		}
	}
	if err != nil {
		return nil, r.fail(layers.Invalid, at, fmt.Errorf("%w: %w", errWire, err))
	}
	return r.data, nil
}

func (r *Reader) openZlib(b []byte) (io.Reader, error) {
	var err error
	if r.zlib == nil {
		r.zlib, err = zlib.NewReader(bytes.NewReader(b))
	} else {
		err = r.zlib.(zlib.Resetter).Reset(bytes.NewReader(b), nil)
	}
	return r.zlib, err
}

func (r *Reader) openZstd(b []byte) (io.Reader, error) {
	var err error
	if r.zstd == nil {
		r.zstd, err = zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlock))
	} else {
		err = r.zstd.Reset(bytes.NewReader(b))
	}
	return r.zstd, err
}

// checkFeatures refuses files that need more than is read here.
func checkFeatures(header []byte) error {
	w := wire{b: header}
	for w.next() {
		if w.field != 4 {
			w.skip()
			continue
		}
		switch f := string(w.bytes()); f {
		case "OsmSchema-V0.6", "DenseNodes":
		default:
			return &layers.Error{Kind: layers.Unsupported, Op: "osm", Err: fmt.Errorf("the file requires %.60q, which is not read", f)}
		}
	}
	if w.bad {
		return &layers.Error{Kind: layers.Invalid, Op: "osm", Err: errWire}
	}
	return nil
}
