package gpkg

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A body holds the fields of a version in wutu_history: one entry per column, in
// the order of the layer at that time, whose first byte says what follows. Later
// fields are missing, and null.
const (
	bodyNull  = iota
	bodyInt   // varint
	bodyFloat // 8 bytes, little-endian
	bodyText  // uvarint length, bytes
)

var errBody = errors.New("the body of an old version is damaged")

func encodeBody(columns []driver.Value) ([]byte, error) {
	b := make([]byte, 0, 16*len(columns))
	for _, c := range columns {
		switch x := c.(type) {
		case nil:
			b = append(b, bodyNull)
		case int64:
			b = binary.AppendVarint(append(b, bodyInt), x)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, bodyFloat), math.Float64bits(x))
		case string:
			b = binary.AppendUvarint(append(b, bodyText), uint64(len(x)))
			b = append(b, x...)
		default:
			return nil, fmt.Errorf("a %T cannot be kept in history", c)
		}
	}
	return b, nil
}

// decodeBody fills columns from b; columns b does not have become nil.
func decodeBody(b []byte, columns []driver.Value) error {
	clear(columns)
	for i := range columns {
		if len(b) == 0 {
			return nil
		}
		kind := b[0]
		b = b[1:]
		switch kind {
		case bodyNull:
		case bodyInt:
			x, n := binary.Varint(b)
			if n <= 0 {
				return errBody
			}
			columns[i], b = x, b[n:]
		case bodyFloat:
			if len(b) < 8 {
				return errBody
			}
			columns[i], b = math.Float64frombits(binary.LittleEndian.Uint64(b)), b[8:]
		case bodyText:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return errBody
			}
			columns[i], b = string(b[n:n+int(size)]), b[n+int(size):]
		default:
			return errBody
		}
	}
	if len(b) > 0 {
		return errBody
	}
	return nil
}
