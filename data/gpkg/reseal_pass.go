package gpkg

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"strings"

	"wutu/layers"
)

// features rewrites the rows of a table.
func (r *resealer) features(t *table) error {
	// The rows that hold anything the current key has not sealed.
	var open, sets, picked strings.Builder
	for i := range t.sealed {
		c := quote(t.columns[t.sealed[i].field])
		if i > 0 {
			open.WriteString(" OR ")
			sets.WriteString(", ")
		}
		fmt.Fprintf(&open, "%s IS NOT NULL AND substr(%s, 1, %d) <> ?2", c, c, len(r.current))
		fmt.Fprintf(&sets, "%s = ?%d, %s = ?%d", c, 2*i+2, quote(t.sealed[i].blind), 2*i+3)
		fmt.Fprintf(&picked, ", %s, %s", c, quote(t.sealed[i].blind))
	}
	name := quote(t.layer.ID)
	find := fmt.Sprintf("SELECT fid FROM %s WHERE fid > ?1 AND (%s) ORDER BY fid LIMIT %d", name, open.String(), resealRows)
	read := fmt.Sprintf("SELECT id%s FROM %s WHERE fid = ?", picked.String(), name)
	update := fmt.Sprintf("UPDATE %s SET %s WHERE fid = ?1", name, sets.String())
	for last := int64(-1 << 62); ; {
		var fids []int64
		if err := r.pick(find, []driver.Value{last, string(r.current)}, func(row []driver.Value) error {
			fid, _ := row[0].(int64)
			fids = append(fids, fid)
			return nil
		}); err != nil || len(fids) == 0 {
			return err
		}
		last = fids[len(fids)-1]
		if err := r.batch(&r.done.Features, func(tx *transaction) (n int64, err error) {
			// Rows keep their versions: the mark of foreign changes does not apply.
			mark, err := tx.conn.number("SELECT max(rowid) FROM wutu_foreign")
			if err != nil {
				return 0, err
			}
			for _, fid := range fids {
				done, err := r.feature(tx, t, fid, read, update)
				if err != nil {
					return 0, err
				}
				if done {
					n++
				}
			}
			_, err = tx.conn.exec("DELETE FROM wutu_foreign WHERE rowid > ?", mark)
			return n, err
		}); err != nil {
			return err
		}
	}
}

// feature rewrites one row, unless it has gone or changed in the meantime.
func (r *resealer) feature(tx *transaction, t *table, fid int64, read, update string) (bool, error) {
	row, err := tx.conn.first(read, fid)
	if err != nil || row == nil {
		return false, err
	}
	id, _ := row[0].(string)
	args := append([]driver.Value{fid}, row[1:]...)
	changed := false
	for i := range t.sealed {
		f := &t.sealed[i]
		sealed, blind, ok, err := r.again(f, id, row[1+2*i])
		if err != nil {
			return false, r.broken(t, id, f, err)
		}
		if ok {
			args[1+2*i], args[2+2*i], changed = sealed, blind, true
		}
	}
	if !changed {
		return false, nil
	}
	_, err = tx.conn.exec(update, args...)
	return true, err
}

// history rewrites the old versions of a layer.
func (r *resealer) history(t *table) error {
	columns := make([]driver.Value, len(t.columns))
	for last := int64(0); ; {
		var found []int64
		more := false
		if err := r.pick(fmt.Sprintf("SELECT n, id, body FROM wutu_history WHERE layer = ?1 AND n > ?2 ORDER BY n LIMIT %d", 4*resealRows),
			[]driver.Value{t.num, last}, func(row []driver.Value) error {
				n, _ := row[0].(int64)
				b, _ := row[2].([]byte)
				last, more = n, true
				if err := decodeBody(b, columns); err != nil {
					return &layers.Error{Kind: layers.Internal, Op: "gpkg.Reseal", Layer: t.layer.ID, ID: fmt.Sprint(row[1]), Err: err}
				}
				for i := range t.sealed {
					if text, ok := columns[t.sealed[i].field].(string); ok && !strings.HasPrefix(text, string(r.current)) {
						found = append(found, n)
						break
					}
				}
				return nil
			}); err != nil || !more {
			return err
		}
		if len(found) == 0 {
			continue
		}
		if err := r.batch(&r.done.Versions, func(tx *transaction) (int64, error) {
			for _, n := range found {
				if err := r.version(tx, t, n, columns); err != nil {
					return 0, err
				}
			}
			return int64(len(found)), nil
		}); err != nil {
			return err
		}
	}
}

// version rewrites one old version.
func (r *resealer) version(tx *transaction, t *table, n int64, columns []driver.Value) error {
	row, err := tx.conn.first("SELECT id, body FROM wutu_history WHERE n = ?", n)
	if err != nil || row == nil {
		return err
	}
	id, _ := row[0].(string)
	b, _ := row[1].([]byte)
	if err := decodeBody(b, columns); err != nil {
		return err
	}
	for i := range t.sealed {
		f := &t.sealed[i]
		sealed, _, ok, err := r.again(f, id, columns[f.field])
		if err != nil {
			return r.broken(t, id, f, err)
		}
		if ok {
			columns[f.field] = sealed
		}
	}
	body, err := encodeBody(columns)
	if err != nil {
		return err
	}
	_, err = tx.conn.exec("UPDATE wutu_history SET body = ? WHERE n = ?", body, n)
	return err
}

// records rewrites the data of records.
func (r *resealer) records() error {
	type name struct{ bucket, key string }
	last := name{}
	for {
		var found []name
		if err := r.pick(fmt.Sprintf(`SELECT bucket, key FROM wutu_records WHERE (bucket, key) > (?1, ?2)
			AND substr(data, 1, %d) <> ?3 ORDER BY bucket, key LIMIT %d`, len(r.current), resealRows),
			[]driver.Value{last.bucket, last.key, r.current}, func(row []driver.Value) error {
				bucket, _ := row[0].(string)
				key, _ := row[1].(string)
				found = append(found, name{bucket, key})
				return nil
			}); err != nil || len(found) == 0 {
			return err
		}
		last = found[len(found)-1]
		if err := r.batch(&r.done.Records, func(tx *transaction) (n int64, err error) {
			for _, rec := range found {
				done, err := r.record(tx, rec.bucket, rec.key)
				if err != nil {
					return 0, err
				}
				if done {
					n++
				}
			}
			return n, nil
		}); err != nil {
			return err
		}
	}
}

func (r *resealer) record(tx *transaction, bucket, key string) (bool, error) {
	row, err := tx.conn.first("SELECT data FROM wutu_records WHERE bucket = ? AND key = ?", bucket, key)
	if err != nil || row == nil {
		return false, err
	}
	data, _ := row[0].([]byte)
	if bytes.HasPrefix(data, r.current) {
		return false, nil
	}
	plain, err := r.seal.openRecord(bucket, key, data)
	if err != nil {
		return false, err
	}
	sealed, err := sealRecord(r.seal.keys, &layers.Record{Bucket: bucket, Key: key, Data: plain})
	if err != nil {
		return false, err
	}
	_, err = tx.conn.exec("UPDATE wutu_records SET data = ? WHERE bucket = ? AND key = ?", sealed, bucket, key)
	return true, err
}

// lines rewrites the filters and details of the audit trail. What does not open,
// because somebody changed it, stays as it is: a check names it.
func (r *resealer) lines() error {
	for last := int64(0); ; {
		var found []int64
		if err := r.pick(fmt.Sprintf(`SELECT n FROM wutu_audit WHERE n > ?1 AND (detail <> '' AND substr(detail, 1, %d) <> ?2
			OR filter <> '' AND substr(filter, 1, %d) <> ?2) ORDER BY n LIMIT %d`, len(r.current), len(r.current), resealRows),
			[]driver.Value{last, string(r.current)}, func(row []driver.Value) error {
				n, _ := row[0].(int64)
				found = append(found, n)
				return nil
			}); err != nil || len(found) == 0 {
			return err
		}
		last = found[len(found)-1]
		if err := r.batch(&r.done.Lines, func(tx *transaction) (int64, error) {
			for _, n := range found {
				if err := r.line(tx, n); err != nil {
					return 0, err
				}
			}
			return int64(len(found)), nil
		}); err != nil {
			return err
		}
	}
}

// line rewrites one line, unless it has gone in the meantime.
func (r *resealer) line(tx *transaction, n int64) error {
	row, err := tx.conn.first("SELECT detail, filter FROM wutu_audit WHERE n = ?", n)
	if err != nil || row == nil {
		return err
	}
	for i, part := range [...]string{"detail", "filter"} {
		text, _ := row[i].(string)
		plain, err := r.seal.openLine(n, part, text)
		if err != nil {
			continue
		}
		if row[i], err = r.seal.sealLine(n, part, plain); err != nil {
			return err
		}
	}
	_, err = tx.conn.exec("UPDATE wutu_audit SET detail = ?, filter = ? WHERE n = ?", row[0], row[1], n)
	return err
}
