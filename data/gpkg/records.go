package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"iter"
	"time"

	"wutu/layers"
)

// Records implements layers.Reader. It costs as much as the records it yields.
func (s *Store) Records(ctx context.Context, bucket, prefix string) iter.Seq2[layers.Record, error] {
	return func(yield func(layers.Record, error) bool) {
		err := s.readers.lend(ctx, "gpkg.Records", func(c *conn) error {
			sql := "SELECT key, data, expires FROM wutu_records WHERE bucket = ?1 AND key >= ?2 AND (expires IS NULL OR expires > ?3)"
			args := []driver.Value{bucket, prefix, s.now().UnixMicro()}
			if end, bounded := prefixEnd(prefix); bounded {
				sql += " AND key < CAST(?4 AS TEXT)"
				args = append(args, end)
			}
			r, err := c.query(sql+" ORDER BY key", args...)
			if err != nil {
				return err
			}
			err = drainRecords(ctx, bucket, r, &sealing{keys: s.catalog.Load().keys}, yield)
			return errors.Join(err, r.close())
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(layers.Record{}, err)
		}
	}
}

func drainRecords(ctx context.Context, bucket string, r *rows, seal *sealing, yield func(layers.Record, error) bool) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		ok, err := r.next()
		if err != nil || !ok {
			return err
		}
		out := layers.Record{Bucket: bucket}
		out.Key, _ = r.values[0].(string)
		data, _ := r.values[1].([]byte)
		if out.Data, err = seal.openRecord(bucket, out.Key, data); err != nil {
			return err
		}
		if us, limited := r.values[2].(int64); limited {
			out.Expires = time.UnixMicro(us).UTC()
		}
		if !yield(out, nil) {
			return errStop
		}
	}
}

// prefixEnd returns the least text that is greater than every text with the
// prefix; there is none for texts of bytes 0xFF only.
func prefixEnd(prefix string) (end []byte, bounded bool) {
	for b := []byte(prefix); len(b) > 0; b = b[:len(b)-1] {
		if last := b[len(b)-1]; last < 0xFF {
			b[len(b)-1]++
			return b, true
		}
	}
	return nil, false
}
