package gpkg

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"

	"wutu/layers"
	"wutu/layers/keyring"
)

// sealedPack is the first byte of packed fixes that are sealed; a sealed block follows.
// The first byte of plain ones is their version, which is greater.
const sealedPack = 0

// blockContext is where a row of wutu_fixes belongs.
func blockContext(layer int64) []byte { return strconv.AppendInt([]byte("wutu_fixes/"), layer, 10) }

// chunkContext is where a row of wutu_tracks belongs.
func chunkContext(layer int64, id string, hour int64) []byte {
	return fmt.Appendf(nil, "wutu_tracks/%d/%d/%s", layer, hour, id)
}

// sealPacked encrypts packed fixes: where somebody was is as personal as a name. Without
// keys they stay plain.
func sealPacked(ring *keyring.Ring, context, plain []byte) ([]byte, error) {
	if ring == nil {
		return plain, nil
	}
	b := make([]byte, 1+keyring.BlockHead+len(plain)+keyring.BlockTail)
	b[0] = sealedPack
	copy(b[1+keyring.BlockHead:], plain)
	return b, ring.SealBlock(context, b[1:])
}

// openPacked is the inverse of sealPacked; it may work in b's memory. What was written
// before there were keys stays as it is.
func openPacked(ring *keyring.Ring, context, b []byte) ([]byte, error) {
	if len(b) == 0 || b[0] != sealedPack {
		return b, nil
	}
	if ring == nil {
		return nil, errNoKeys
	}
	plain, err := ring.OpenBlock(context, b[1:])
	if errors.Is(err, keyring.ErrKey) { // another process may have added it
		if err = ring.Reload(); err == nil {
			plain, err = ring.OpenBlock(context, b[1:])
		}
	}
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "gpkg.Tracks", ID: string(context), Err: sealCause(err)}
	}
	return plain, nil
}

// tracks rewrites fixes and chunks that the current key has not sealed.
func (r *resealer) tracks() error {
	head := append([]byte{sealedPack}, r.key...)
	for _, name := range [...]string{"wutu_fixes", "wutu_tracks"} {
		id := "NULL, NULL"
		if name == "wutu_tracks" {
			id = "id, hour"
		}
		read := "SELECT layer, data, " + id + " FROM " + name + " WHERE n = ?"
		update := "UPDATE " + name + " SET data = ? WHERE n = ?"
		for last := int64(0); ; {
			var found []int64
			if err := r.pick(fmt.Sprintf("SELECT n FROM %s WHERE n > ?1 AND substr(data, 1, %d) <> ?2 ORDER BY n LIMIT %d", name, len(head), resealRows),
				[]driver.Value{last, head}, func(row []driver.Value) error {
					n, _ := row[0].(int64)
					found = append(found, n)
					return nil
				}); err != nil {
				return err
			}
			if len(found) == 0 {
				break
			}
			last = found[len(found)-1]
			if err := r.batch(&r.done.Tracks, func(tx *transaction) (count int64, err error) {
				for _, n := range found {
					row, err := tx.conn.first(read, n)
					if err != nil {
						return 0, err
					}
					if row == nil { // it has been folded or forgotten
						continue
					}
					layer, _ := row[0].(int64)
					data, _ := row[1].([]byte)
					context := blockContext(layer)
					if name == "wutu_tracks" {
						id, _ := row[2].(string)
						hour, _ := row[3].(int64)
						context = chunkContext(layer, id, hour)
					}
					plain, err := openPacked(r.seal.keys, context, data)
					if err != nil {
						return 0, err
					}
					sealed, err := sealPacked(r.seal.keys, context, plain)
					if err != nil {
						return 0, err
					}
					if _, err := tx.conn.exec(update, sealed, n); err != nil {
						return 0, err
					}
					count++
				}
				return count, nil
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
