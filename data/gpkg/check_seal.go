package gpkg

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"slices"

	"wutu/layers/keyring"
)

// seals reports sealed fields with plain values, hashes that are not those of
// their values, and records that do not open. Values that do not open are found
// with the features and old versions.
func (c *checker) seals() error {
	seal := sealing{keys: c.catalog.keys}
	for _, l := range c.catalog.layers() {
		if c.broken[l.ID] {
			continue
		}
		t := c.catalog.tables[l.ID]
		for i := range t.sealed {
			if err := c.sealedColumn(t, &t.sealed[i], &seal); err != nil {
				return err
			}
		}
		if err := c.plainVersions(t); err != nil {
			return err
		}
	}
	if c.catalog.seals.rotating {
		if err := c.report("", "", "the rotation to key %s is not finished: run `wutu keys rotate` again", c.catalog.seals.key()); err != nil {
			return err
		}
	}
	if err := c.sealedRecords(&seal); err != nil || c.catalog.keys == nil {
		return err
	}
	n, err := c.conn.number(`SELECT count(*) FROM wutu_audit WHERE detail <> '' AND substr(detail, 1, ?1) <> ?2 OR filter <> '' AND substr(filter, 1, ?1) <> ?2`,
		int64(len(keyring.Mark)), keyring.Mark)
	if err == nil && n > 0 {
		err = c.report("", "", "the filters or details of %d lines of the audit trail are plain: run `wutu keys seal`", n)
	}
	return err
}

func (c *checker) sealedColumn(t *table, f *sealedField, seal *sealing) error {
	plain, name := 0, t.layer.Fields[f.field].Name
	err := c.each("SELECT id, "+quote(t.columns[f.field])+", "+quote(f.blind)+" FROM "+quote(t.layer.ID)+" ORDER BY id", func(r *rows) error {
		id, _ := r.values[0].(string)
		text, ok := r.values[1].(string)
		hash, _ := r.values[2].([]byte)
		switch {
		case !ok && hash == nil:
			return nil
		case ok && !keyring.IsSealed(text):
			plain++
			return nil
		case !ok:
			return c.report(t.layer.ID, id, "field %s has a hash and no value", name)
		}
		value, err := seal.open(f, id, text)
		if err != nil {
			return nil // reported with the feature
		}
		if !bytes.Equal(hash, c.catalog.keys.AppendBlind(nil, f.context, []byte(value))) {
			return c.report(t.layer.ID, id, "the hash beside field %s is not that of its value", name)
		}
		return nil
	})
	if err != nil || plain == 0 {
		return err
	}
	return c.report(t.layer.ID, "", "%d values of the sealed field %s are plain: run `wutu keys seal`", plain, name)
}

// plainVersions counts the plain values in history.
func (c *checker) plainVersions(t *table) error {
	if len(t.sealed) == 0 {
		return nil
	}
	plain := make([]int, len(t.sealed))
	columns := make([]driver.Value, len(t.columns))
	err := c.each("SELECT body FROM wutu_history WHERE layer = ? ORDER BY n", func(r *rows) error {
		b, _ := r.values[0].([]byte)
		if decodeBody(b, columns) != nil {
			return nil // reported with the old version
		}
		for i := range t.sealed {
			if text, ok := columns[t.sealed[i].field].(string); ok && !keyring.IsSealed(text) {
				plain[i]++
			}
		}
		return nil
	}, t.num)
	for i, n := range plain {
		if err == nil && n > 0 {
			err = c.report(t.layer.ID, "", "%d values of the sealed field %s are plain in old versions: run `wutu keys seal`",
				n, t.layer.Fields[t.sealed[i].field].Name)
		}
	}
	return err
}

// sealedRecords opens every record, and counts the plain ones of each bucket.
func (c *checker) sealedRecords(seal *sealing) error {
	if c.catalog.keys == nil {
		return nil
	}
	plain := make(map[string]int)
	var buckets []string
	err := c.each("SELECT bucket, key, data FROM wutu_records ORDER BY bucket, key", func(r *rows) error {
		bucket, _ := r.values[0].(string)
		key, _ := r.values[1].(string)
		data, _ := r.values[2].([]byte)
		if !bytes.HasPrefix(data, []byte(keyring.Mark)) {
			if plain[bucket]++; plain[bucket] == 1 {
				buckets = append(buckets, bucket)
			}
			return nil
		}
		if _, err := seal.openRecord(bucket, key, data); err != nil {
			return c.report("", fmt.Sprintf("record %s/%s", bucket, key), "%s", cause(err))
		}
		return nil
	})
	slices.Sort(buckets)
	for _, b := range buckets {
		if err == nil {
			err = c.report("", "", "%d records of %s are plain: run `wutu keys seal`", plain[b], b)
		}
	}
	return err
}
