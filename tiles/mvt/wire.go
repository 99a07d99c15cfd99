package mvt

import "encoding/binary"

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

func appendKey(b []byte, field, wire uint64) []byte {
	return binary.AppendUvarint(b, field<<3|wire)
}

func appendUint(b []byte, field, v uint64) []byte {
	return binary.AppendUvarint(appendKey(b, field, wireVarint), v)
}

func appendBlock[T string | []byte](b []byte, field uint64, block T) []byte {
	b = binary.AppendUvarint(appendKey(b, field, wireBytes), uint64(len(block)))
	return append(b, block...)
}

func command(id, count int) uint64 { return uint64(count)<<3 | uint64(id) }

func zigzag32(n int32) uint64 { return uint64(uint32(n<<1) ^ uint32(n>>31)) }

func zigzag64(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }

func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }
