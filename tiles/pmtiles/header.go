package pmtiles

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/tiles"
)

// Compression is how bytes in an archive are packed.
type Compression uint8

// The compressions of the specification.
const (
	UnknownCompression Compression = iota
	NoCompression
	Gzip
	Brotli
	Zstd
)

// Type is what the tiles of an archive are.
type Type uint8

// The tile types of the specification that matter here.
const (
	UnknownType Type = iota
	MVT
	PNG
	JPEG
	WebP
	AVIF
)

// Header describes an archive.
type Header struct {
	Addressed, Entries, Contents uint64 // tiles, entries of directories, different tiles; 0 for unknown
	Clustered                    bool   // tiles lie in order of their numbers
	Internal, Tiles              Compression
	Type                         Type
	MinZoom, MaxZoom             tiles.Zoom
	Bound                        orb.Bound // lon/lat degrees
	Center                       orb.Point
	CenterZoom                   tiles.Zoom

	root, metadata, leaves, data section
}

// section is a part of the file.
type section struct{ offset, length uint64 }

const (
	headerSize = 127
	magic      = "PMTiles"
	version    = 3
	// rootSize is where the root directory must end, so that clients get it with the
	// header in one request.
	rootSize = 16384
)

func (h *Header) append(b []byte) []byte {
	b = append(append(b, magic...), version)
	for _, s := range []section{h.root, h.metadata, h.leaves, h.data} {
		b = binary.LittleEndian.AppendUint64(b, s.offset)
		b = binary.LittleEndian.AppendUint64(b, s.length)
	}
	for _, n := range []uint64{h.Addressed, h.Entries, h.Contents} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	clustered := byte(0)
	if h.Clustered {
		clustered = 1
	}
	b = append(b, clustered, byte(h.Internal), byte(h.Tiles), byte(h.Type), byte(h.MinZoom), byte(h.MaxZoom))
	b = appendPlace(appendPlace(b, h.Bound.Min), h.Bound.Max)
	return appendPlace(append(b, byte(h.CenterZoom)), h.Center)
}

// appendPlace writes degrees in ten millionths.
func appendPlace(b []byte, p orb.Point) []byte {
	for _, x := range p {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(x*1e7))))
	}
	return b
}

// parseHeader reads a header of a file of size bytes; the error is Invalid.
func parseHeader(b []byte, size int64) (Header, error) {
	var h Header
	if len(b) < headerSize || string(b[:len(magic)]) != magic {
		return h, damaged("is not a PMTiles archive")
	}
	if v := b[len(magic)]; v != version {
		return h, damaged(fmt.Sprintf("is version %d of PMTiles; only %d can be read", v, version))
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	for i, s := range []*section{&h.root, &h.metadata, &h.leaves, &h.data} {
		*s = section{number(8 + 16*i), number(16 + 16*i)}
		if s.offset > uint64(size) || s.length > uint64(size)-s.offset {
			return h, damaged(fmt.Sprintf("says that %d bytes lie at %d of %d", s.length, s.offset, size))
		}
	}
	h.Addressed, h.Entries, h.Contents = number(72), number(80), number(88)
	h.Clustered, h.Internal, h.Tiles, h.Type = b[96] == 1, Compression(b[97]), Compression(b[98]), Type(b[99])
	h.MinZoom, h.MaxZoom, h.CenterZoom = tiles.Zoom(b[100]), tiles.Zoom(b[101]), tiles.Zoom(b[118])
	place := func(at int) orb.Point {
		degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(b[at:]))) / 1e7 }
		return orb.Point{degrees(at), degrees(at + 4)}
	}
	h.Bound, h.Center = orb.Bound{Min: place(102), Max: place(110)}, place(119)
	if h.Internal != NoCompression && h.Internal != Gzip {
		return h, damaged(fmt.Sprintf("packs its directories in a way (%d) that cannot be read", h.Internal))
	}
	if h.MinZoom > h.MaxZoom || h.MaxZoom > tiles.MaxZoom {
		return h, damaged(fmt.Sprintf("has zooms from %d to %d", h.MinZoom, h.MaxZoom))
	}
	return h, nil
}

func damaged(message string) error { return layers.Invalidf("pmtiles", "", "the archive "+message) }
