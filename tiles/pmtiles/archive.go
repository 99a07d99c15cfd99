package pmtiles

import (
	"fmt"
	"io"
	"sync"

	"wutu/layers"
	"wutu/tiles"
)

// Archive reads an archive. It is safe for many goroutines.
type Archive struct {
	Header   Header
	Metadata []byte // a JSON object as the archive holds it, unpacked

	file io.ReaderAt
	root []entry

	mu     sync.Mutex
	leaves map[uint64][]entry // by offset, those read last
}

// keptLeaves bounds the directories that are kept unpacked.
const keptLeaves = 64

// Open reads the header, the root directory and the metadata of an archive of size
// bytes, which must stay as it is. Errors: Invalid for what is no archive or a
// damaged one, and those of the file.
func Open(file io.ReaderAt, size int64) (*Archive, error) {
	b := make([]byte, headerSize)
	if n, err := file.ReadAt(b, 0); err != nil && n < headerSize {
		if err == io.EOF {
			return nil, damaged("is shorter than a header")
		}
		return nil, err
	}
	h, err := parseHeader(b, size)
	if err != nil {
		return nil, err
	}
	a := &Archive{Header: h, file: file, leaves: make(map[uint64][]entry)}
	if a.root, err = a.directory(h.root); err != nil {
		return nil, err
	}
	if h.metadata.length > 0 {
		if a.Metadata, err = a.read(h.metadata); err == nil {
			a.Metadata, err = unpack(a.Metadata, h.Internal)
		}
	}
	return a, err
}

// Tile returns the bytes of a tile as the archive holds them; nil when it has no
// such tile. The caller owns them. Errors: Invalid for a damaged archive, and
// those of the file.
func (a *Archive) Tile(t tiles.ID) ([]byte, error) {
	if t.Grid != tiles.Mercator || !t.Valid() {
		return nil, nil
	}
	number := t.Number()
	list := a.root
	for range 4 { // the specification allows three levels below the root
		e, ok := find(list, number)
		if !ok {
			return nil, nil
		}
		if e.run > 0 {
			return a.inside(a.Header.data, e)
		}
		var err error
		if list, err = a.leaf(e); err != nil {
			return nil, err
		}
	}
	return nil, damaged("has directories too deep")
}

func (a *Archive) leaf(e entry) ([]entry, error) {
	a.mu.Lock()
	list, ok := a.leaves[e.offset]
	a.mu.Unlock()
	if ok {
		return list, nil
	}
	s, err := within(a.Header.leaves, e)
	if err == nil {
		list, err = a.directory(s)
	}
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.leaves) >= keptLeaves {
		clear(a.leaves)
	}
	a.leaves[e.offset] = list
	return list, nil
}

func (a *Archive) directory(s section) ([]entry, error) {
	b, err := a.read(s)
	if err == nil {
		b, err = unpack(b, a.Header.Internal)
	}
	if err != nil {
		return nil, err
	}
	return parseDirectory(b)
}

// inside reads the bytes of an entry of a section.
func (a *Archive) inside(s section, e entry) ([]byte, error) {
	s, err := within(s, e)
	if err != nil {
		return nil, err
	}
	return a.read(s)
}

func within(s section, e entry) (section, error) {
	if e.offset > s.length || uint64(e.length) > s.length-e.offset {
		return section{}, damaged(fmt.Sprintf("has an entry of %d bytes at %d of %d", e.length, e.offset, s.length))
	}
	return section{s.offset + e.offset, uint64(e.length)}, nil
}

// read reads a section, whose bounds are known to lie in the file.
func (a *Archive) read(s section) ([]byte, error) {
	if s.length > max(maxDirectory, maxTile) {
		return nil, damaged(fmt.Sprintf("has a part of %d bytes", s.length))
	}
	b := make([]byte, s.length)
	if n, err := a.file.ReadAt(b, int64(s.offset)); err != nil && n < len(b) {
		if err == io.EOF {
			return nil, damaged("ends too early")
		}
		return nil, &layers.Error{Kind: layers.Unavailable, Op: "pmtiles", Err: err}
	}
	return b, nil
}
