package pmtiles

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sort"

	"github.com/klauspost/compress/gzip"
)

// entry says where the tiles from a number on are: run tiles, all equal, or, for
// run 0, the directory of the tiles from there on.
type entry struct {
	number uint64
	offset uint64 // in the data section, or that of leaves
	length uint32
	run    uint32
}

// Bounds of what is read.
const (
	// maxDirectory bounds an unpacked directory, and metadata: a million entries. The
	// leaves of an archive of the whole planet have some 30,000.
	maxDirectory = 16 << 20
	// maxTile bounds a tile as it is held.
	maxTile = 16 << 20
)

func appendDirectory(b []byte, list []entry) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	last := uint64(0)
	for _, e := range list {
		b = binary.AppendUvarint(b, e.number-last)
		last = e.number
	}
	for _, e := range list {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range list {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range list {
		if i > 0 && e.offset == list[i-1].offset+uint64(list[i-1].length) {
			b = append(b, 0) // right behind the one before
			continue
		}
		b = binary.AppendUvarint(b, e.offset+1)
	}
	return b
}

func parseDirectory(b []byte) ([]entry, error) {
	at := 0
	next := func() uint64 {
		if at > len(b) { // it ended before
			return 0
		}
		v, n := binary.Uvarint(b[at:])
		if n <= 0 {
			at = len(b) + 1
			return 0
		}
		at += n
		return v
	}
	bad := func() bool { return at > len(b) }
	n := next()
	if bad() || n == 0 || n > uint64(len(b))/4 { // an entry has four bytes or more
		return nil, damaged(fmt.Sprintf("has a directory of %d entries in %d bytes", n, len(b)))
	}
	list := make([]entry, n)
	last := uint64(0)
	for i := range list {
		step := next()
		if bad() || i > 0 && step == 0 || last+step < last {
			return nil, damaged("has a directory whose numbers do not ascend")
		}
		last += step
		list[i].number = last
	}
	for i := range list {
		run := next()
		if run > 1<<32-1 {
			return nil, damaged("has a directory with too long a run")
		}
		list[i].run = uint32(run)
	}
	for i := range list {
		length := next()
		if length == 0 || length > 1<<32-1 {
			return nil, damaged(fmt.Sprintf("has a directory with an entry of %d bytes", length))
		}
		list[i].length = uint32(length)
	}
	for i := range list {
		switch offset := next(); {
		case offset > 0:
			list[i].offset = offset - 1
		case i > 0:
			list[i].offset = list[i-1].offset + uint64(list[i-1].length)
		default:
			return nil, damaged("has a directory without a first place")
		}
	}
	if bad() || at != len(b) {
		return nil, damaged("has a directory of another length than it says")
	}
	return list, nil
}

// find returns the entry that holds a number.
func find(list []entry, number uint64) (entry, bool) {
	i := sort.Search(len(list), func(i int) bool { return list[i].number > number }) - 1
	if i < 0 {
		return entry{}, false
	}
	e := list[i]
	if e.run > 0 && number-e.number >= uint64(e.run) {
		return entry{}, false
	}
	return e, true
}

func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func unpack(b []byte, c Compression) ([]byte, error) {
	if c == NoCompression {
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, damaged("has a directory that cannot be unpacked")
	}
	out, err := io.ReadAll(io.LimitReader(z, maxDirectory+1))
	if err != nil {
		return nil, damaged("has a directory that cannot be unpacked")
	}
	if len(out) > maxDirectory {
		return nil, damaged(fmt.Sprintf("has a directory of more than %d bytes", maxDirectory))
	}
	return out, nil
}
