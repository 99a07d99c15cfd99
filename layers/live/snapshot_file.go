package live

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"wutu/layers"
	"wutu/layers/keyring"
)

// The file: a prelude of fixed size, blocks one behind the other, and a directory
// that tells of them. Every block, the directory among them, ends in a checksum or,
// in a city with keys, is sealed whole with the city's current data key; either is
// bound to the block's place in this very file.

// snapshotFormat is the version of the file. It is raised whenever what is kept, or
// what is worked out of features before it is kept (interior points), changes its
// meaning: an older file is then not used.
const snapshotFormat = 2

const (
	snapshotMagic = "wutulive"
	orderMark     = 0x0102030405060708 // as the machine writes numbers
	preludeBytes  = 64
	maxDirectory  = 256 << 20 // bytes; a directory has some 60 for each column of each segment
	checksumBytes = 8
)

// prelude is the first words of the file.
type prelude struct {
	magic         [8]byte
	order, format uint64
	at, size      uint64 // of the directory
	sealed        uint64 // 1: with keys
	length        uint64 // of the file
	sum           uint64 // of the words before
}

func (p *prelude) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), preludeBytes)
}

// directory tells what is in the file.
type directory struct {
	Name   string       `json:"name"` // of this file, which no other has; the store knows it
	Seq    uint64       `json:"seq"`  // the state it holds
	Layers []layerEntry `json:"layers"`
	Key    string       `json:"-"` // that sealed it, "" for none
}

type layerEntry struct {
	Definition json.RawMessage `json:"definition"`
	Trace      layers.Trace    `json:"trace"`
	Parts      []partEntry     `json:"parts"`
}

type partEntry struct {
	Rows   int          `json:"rows"`
	Blocks []blockEntry `json:"blocks"`
}

// blockEntry is the place of a block, with what closes it.
type blockEntry struct {
	At   int64 `json:"at"`
	Size int64 `json:"size"`
}

// blockContext is where a block belongs.
func blockContext(file string, layer, part, block int) []byte {
	return fmt.Appendf(nil, "live.snapshot/%s/%d/%d/%d", file, layer, part, block)
}

var directoryContext = []byte("live.snapshot/directory")

// closer closes blocks and opens them again.
type closer struct{ keys *keyring.Ring } // nil: by checksums

// around is how many bytes stand before and behind the plain bytes.
func (x closer) around() (head, tail int) {
	if x.keys != nil {
		return keyring.BlockHead, keyring.BlockTail
	}
	return 0, checksumBytes
}

func (x closer) sum(context, plain []byte) uint64 {
	h := xxhash.New()
	h.Write(context) // never fails
	h.Write(plain)
	return h.Sum64()
}

// close seals a block where it lies.
func (x closer) close(context, b []byte) error {
	if x.keys != nil {
		return x.keys.SealBlock(context, b)
	}
	end := len(b) - checksumBytes
	binary.LittleEndian.PutUint64(b[end:], x.sum(context, b[:end]))
	return nil
}

// open returns the plain bytes of a block, which are part of it.
func (x closer) open(context, b []byte) ([]byte, error) {
	if x.keys != nil {
		return x.keys.OpenBlock(context, b)
	}
	if len(b) < checksumBytes {
		return nil, errShort
	}
	end := len(b) - checksumBytes
	if binary.LittleEndian.Uint64(b[end:]) != x.sum(context, b[:end]) {
		return nil, errors.New("a block is damaged: its checksum is another")
	}
	return b[:end:end], nil
}

// snapshotReader reads a file.
type snapshotReader struct {
	in     io.ReaderAt
	closer closer
	directory
}

// openDirectory reads prelude and directory of a file of size bytes.
func openDirectory(in io.ReaderAt, size int64, keys *keyring.Ring) (*snapshotReader, error) {
	var p prelude
	if _, err := in.ReadAt(p.bytes(), 0); err != nil {
		return nil, fmt.Errorf("its beginning cannot be read: %w", err)
	}
	switch {
	case string(p.magic[:]) != snapshotMagic:
		return nil, errors.New("it is no snapshot, or was not finished")
	case p.order != orderMark || p.format != snapshotFormat:
		return nil, errors.New("it is of another version of the program, or of another kind of machine")
	case p.sum != xxhash.Sum64(p.bytes()[:preludeBytes-8]):
		return nil, errors.New("its beginning is damaged")
	case p.length != uint64(size):
		return nil, fmt.Errorf("it has %d bytes, and should have %d", size, p.length)
	case p.size > maxDirectory || p.at < preludeBytes || p.at > p.length || p.size > p.length-p.at:
		return nil, errors.New("its directory lies outside of it")
	case p.sealed == 1 && keys == nil:
		return nil, errors.New("it is sealed, and there are no keys")
	case p.sealed != 1 && keys != nil:
		return nil, errors.New("it is not sealed, although the city has keys")
	}
	r := &snapshotReader{in: in, closer: closer{keys}}
	b := alignedBytes(int(p.size))
	if _, err := in.ReadAt(b, int64(p.at)); err != nil {
		return nil, fmt.Errorf("its directory cannot be read: %w", err)
	}
	if keys != nil {
		r.Key = keyring.BlockKey(b)
	}
	plain, err := r.closer.open(directoryContext, b)
	if err != nil {
		return nil, fmt.Errorf("its directory: %w", err)
	}
	if err := json.Unmarshal(plain, &r.directory); err != nil {
		return nil, fmt.Errorf("its directory: %w", err)
	}
	return r, r.check(int64(p.at))
}

// check asserts that blocks follow each other up to end, so that all of them
// together are not larger than the file.
func (d *directory) check(end int64) error {
	at := int64(preludeBytes)
	for i := range d.Layers {
		for _, p := range d.Layers[i].Parts {
			if p.Rows <= 0 || p.Rows > 1<<31-2 {
				return fmt.Errorf("it has a part of %d rows", p.Rows)
			}
			for _, b := range p.Blocks {
				if b.At != at || b.Size < 0 || b.Size > end-at {
					return errors.New("its blocks are not where they should be")
				}
				at += b.Size
			}
		}
	}
	if at != end {
		return errors.New("its blocks do not fill it")
	}
	return nil
}

// read reads a block and hands its bytes to code.
func (r *snapshotReader) read(e blockEntry, context []byte, code func(*coder)) error {
	b := alignedBytes(int(e.Size))
	if _, err := r.in.ReadAt(b, e.At); err != nil {
		return err
	}
	plain, err := r.closer.open(context, b)
	if err != nil {
		return err
	}
	c := coder{reading: true, left: plain}
	code(&c)
	c.wants(len(c.left) == 0, "a block holds more than it should")
	return c.err
}

// snapshotWriter writes a file.
type snapshotWriter struct {
	file   *os.File
	closer closer
	at     int64
	dirty  int64  // bytes since the last flush
	buf    []byte // of the last block
}

// flushBytes is how much is written between flushes: what waits in the system's
// memory holds up the flushes of the store, which share the disk.
const flushBytes = 32 << 20

// put writes a block.
func (w *snapshotWriter) put(context []byte, code func(*coder)) (blockEntry, error) {
	var c coder
	code(&c)
	if c.err != nil {
		return blockEntry{}, c.err
	}
	return w.putPieces(context, c.out, c.size)
}

func (w *snapshotWriter) putPieces(context []byte, pieces [][]byte, size int) (blockEntry, error) {
	head, tail := w.closer.around()
	size += head + tail
	if cap(w.buf) < size {
		w.buf = alignedBytes(size)
	}
	b := w.buf[:size]
	at := head
	for _, piece := range pieces {
		at += copy(b[at:], piece)
	}
	if err := w.closer.close(context, b); err != nil {
		return blockEntry{}, err
	}
	if _, err := w.file.WriteAt(b, w.at); err != nil {
		return blockEntry{}, err
	}
	e := blockEntry{At: w.at, Size: int64(size)}
	w.at += e.Size
	if w.dirty += e.Size; w.dirty >= flushBytes {
		w.dirty = 0
		return e, w.file.Sync()
	}
	return e, nil
}

// finish writes the directory and then, when all else is on the disk, the prelude.
func (w *snapshotWriter) finish(d *directory) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	e, err := w.putPieces(directoryContext, [][]byte{text}, len(text))
	if err != nil {
		return err
	}
	p := prelude{order: orderMark, format: snapshotFormat, at: uint64(e.At), size: uint64(e.Size), length: uint64(w.at)}
	copy(p.magic[:], snapshotMagic)
	if w.closer.keys != nil {
		p.sealed = 1
	}
	p.sum = xxhash.Sum64(p.bytes()[:preludeBytes-8])
	if err := w.file.Sync(); err != nil {
		return err
	}
	if _, err := w.file.WriteAt(p.bytes(), 0); err != nil {
		return err
	}
	return w.file.Sync()
}
