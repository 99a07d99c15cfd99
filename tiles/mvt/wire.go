package mvt

import (
	"encoding/binary"
	"math/bits"
)

// Field numbers of vector_tile.proto 2.1.
const (
	tileLayers = 3

	layerName     = 1
	layerFeatures = 2
	layerKeys     = 3
	layerValues   = 4
	layerExtent   = 5
	layerVersion  = 15

	featureID       = 1
	featureTags     = 2
	featureType     = 3
	featureGeometry = 4
)

// Wire types of protocol buffers.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

// Geometry commands (section 4.3.1).
const (
	cmdMoveTo    = 1
	cmdLineTo    = 2
	cmdClosePath = 7
)

// appendKey appends the key of a field; its numbers are all below 16.
func appendKey(b []byte, field, wire uint64) []byte { return append(b, byte(field<<3|wire)) }

// appendUint appends a varint: most are of one byte or two.
func appendUint(b []byte, v uint64) []byte {
	switch {
	case v < 1<<7:
		return append(b, byte(v))
	case v < 1<<14:
		return append(b, byte(v)|0x80, byte(v>>7))
	}
	return binary.AppendUvarint(b, v)
}

func appendField(b []byte, field, v uint64) []byte {
	return appendUint(appendKey(b, field, wireVarint), v)
}

func appendBlock[T string | []byte](b []byte, field uint64, block T) []byte {
	return append(appendUint(appendKey(b, field, wireBytes), uint64(len(block))), block...)
}

// uvarintSize is how many bytes a varint takes, blockSize those of a block of n.
func uvarintSize(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

func blockSize(n int) int { return 1 + uvarintSize(uint64(n)) + n }

func command(id, count int) uint64 { return uint64(count)<<3 | uint64(id) }

func zigzag32(n int32) uint64 { return uint64(uint32(n<<1) ^ uint32(n>>31)) }

func zigzag64(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }

func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }
