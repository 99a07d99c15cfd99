package pmtiles

import (
	"crypto/sha256"
	"fmt"
	"io"

	"wutu/layers"
	"wutu/tiles"
)

// Writer makes an archive. It is for one goroutine.
type Writer struct {
	spool    io.Writer
	size     uint64 // bytes spooled
	entries  []entry
	known    map[[sha256.Size]byte]section
	next     uint64 // the least number that may come
	tiles    uint64
	min, max tiles.Zoom
}

// NewWriter returns a writer that spools the bytes of tiles to spool as they come.
func NewWriter(spool io.Writer) *Writer {
	return &Writer{spool: spool, known: make(map[[sha256.Size]byte]section)}
}

// Add adds a tile of the grid Mercator, whose number is greater than those before;
// packed are its bytes as the archive shall hold them. Empty tiles are left out.
// It does not keep packed. Errors: Invalid for the wrong order, and those of the
// spool.
func (w *Writer) Add(t tiles.ID, packed []byte) error {
	if len(packed) == 0 {
		return nil
	}
	number := t.Number()
	if t.Grid != tiles.Mercator || number < w.next || len(packed) > 1<<32-1 {
		return layers.Invalidf("pmtiles", "tile", fmt.Sprintf("tile %v is out of order, of another grid or too large", t))
	}
	if w.tiles == 0 {
		w.min = t.Z
	}
	w.next, w.max = number+1, t.Z
	w.tiles++
	sum := sha256.Sum256(packed)
	place, ok := w.known[sum]
	if !ok {
		place = section{w.size, uint64(len(packed))}
		if _, err := w.spool.Write(packed); err != nil {
			return err
		}
		w.size += place.length
		w.known[sum] = place
	}
	if n := len(w.entries); n > 0 {
		if e := &w.entries[n-1]; e.offset == place.offset && e.number+uint64(e.run) == number && e.run < 1<<32-1 {
			e.run++
			return nil
		}
	}
	w.entries = append(w.entries, entry{number: number, offset: place.offset, length: uint32(place.length), run: 1})
	return nil
}

// Finish writes the archive to out: what comes before the tiles, then data, which
// must be all that was spooled. Of h the caller sets how tiles are packed, Type,
// Bound, Center and CenterZoom; metadata is a JSON object. Errors: Invalid for an
// archive without tiles, and those of out and data.
func (w *Writer) Finish(out io.Writer, h Header, metadata []byte, data io.Reader) error {
	if w.tiles == 0 {
		return layers.Invalidf("pmtiles", "", "there is no tile to be written")
	}
	root, leaves, err := directories(w.entries)
	if err != nil {
		return err
	}
	packed, err := pack(metadata)
	if err != nil {
		return err
	}
	h.Addressed, h.Entries, h.Contents = w.tiles, uint64(len(w.entries)), uint64(len(w.known))
	h.Clustered, h.Internal, h.MinZoom, h.MaxZoom = true, Gzip, w.min, w.max
	at := uint64(headerSize)
	for _, s := range []struct {
		section *section
		length  int
	}{{&h.root, len(root)}, {&h.metadata, len(packed)}, {&h.leaves, len(leaves)}, {&h.data, int(w.size)}} {
		*s.section = section{at, uint64(s.length)}
		at += uint64(s.length)
	}
	for _, b := range [][]byte{h.append(nil), root, packed, leaves} {
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	n, err := io.Copy(out, data)
	if err == nil && uint64(n) != w.size {
		err = &layers.Error{Kind: layers.Internal, Op: "pmtiles", Err: fmt.Errorf("%d bytes of tiles were spooled, %d come back", w.size, n)}
	}
	return err
}

// directories packs the entries: into the root alone when they fit, else into
// leaves, as few as give a root that fits.
func directories(list []entry) (root, leaves []byte, err error) {
	if root, err = pack(appendDirectory(nil, list)); err != nil || len(root) <= rootSize-headerSize {
		return root, nil, err
	}
	for size := 4096; ; size *= 2 {
		leaves = leaves[:0]
		var top []entry
		for from := 0; from < len(list); from += size {
			leaf, err := pack(appendDirectory(nil, list[from:min(from+size, len(list))]))
			if err != nil {
				return nil, nil, err
			}
			top = append(top, entry{number: list[from].number, offset: uint64(len(leaves)), length: uint32(len(leaf))})
			leaves = append(leaves, leaf...)
		}
		if root, err = pack(appendDirectory(nil, top)); err != nil || len(root) <= rootSize-headerSize {
			return root, leaves, err
		}
	}
}
