package track

import (
	"encoding/binary"
	"fmt"
)

// MaxBlock bounds the fixes of a block.
const MaxBlock = 1 << 17

// Block is what one commit takes: fixes of objects of one layer, in the order they
// came. Fixes[i] is of Objects[Of[i]].
type Block struct {
	Layer   string
	Objects []string
	Of      []int32
	Fixes   []Fix
}

// AppendBlock appends the block but for its layer.
func AppendBlock(b []byte, k *Block) []byte {
	b = binary.AppendUvarint(append(b, blockVersion), uint64(len(k.Fixes)))
	b = binary.AppendUvarint(b, uint64(len(k.Objects)))
	for _, id := range k.Objects {
		b = binary.AppendUvarint(b, uint64(len(id)))
		b = append(b, id...)
	}
	of := make([]int64, len(k.Of))
	for i, o := range k.Of {
		of[i] = int64(o)
	}
	b, _ = appendColumn(b, of, nil)
	return appendFixes(b, k.Fixes)
}

// ReadBlock is the inverse of AppendBlock. The error is Internal.
func ReadBlock(layer string, b []byte) (*Block, error) {
	k := &Block{Layer: layer}
	n, b, err := header(b, blockVersion, MaxBlock)
	if err != nil {
		return nil, damaged(err)
	}
	objects, size := binary.Uvarint(b)
	if size <= 0 || objects > uint64(n) || objects > uint64(len(b)) {
		return nil, damaged(errColumn)
	}
	b = b[size:]
	k.Objects = make([]string, objects)
	for i := range k.Objects {
		length, size := binary.Uvarint(b)
		if size <= 0 || length > uint64(len(b)-size) {
			return nil, damaged(errColumn)
		}
		k.Objects[i], b = string(b[size:size+int(length)]), b[size+int(length):]
	}
	of := make([]int64, n)
	if b, err = readColumn(b, of); err != nil {
		return nil, damaged(err)
	}
	k.Of = make([]int32, n)
	for i, o := range of {
		if o < 0 || o >= int64(objects) {
			return nil, damaged(errColumn)
		}
		k.Of[i] = int32(o)
	}
	if k.Fixes, b, err = readFixes(b, n); err != nil {
		return nil, damaged(err)
	}
	if len(b) > 0 {
		return nil, damaged(fmt.Errorf("%d bytes follow the fixes", len(b)))
	}
	return k, nil
}
