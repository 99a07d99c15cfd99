package gpkg

import (
	"database/sql/driver"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"wutu/layers"
)

// transaction is a running write transaction.
type transaction struct {
	conn *conn
	now  time.Time
	bulk bool // indexes of blind columns are made when the store is closed
	state
	fids  map[int64]int64    // last fid given out, by layer number
	boxes map[int64]envelope // what was put, by layer number; wider after a rollback

	storied map[int64]bool // whether a layer has old versions, by number; true may be wrong after a rollback
}

// state is the part of a transaction that a rolled-back batch takes back.
type state struct {
	catalog *catalog
	seq     uint64
	trail   *trail // where the audit trail ends; nil: not looked at
	past    []pastEntry
	gone    int64 // lines of the log that moves have replaced
}

// begin reads what the transaction builds on.
func (w *writer) begin() (*transaction, error) {
	cat, err := loadCatalog(w.conn, w.store.catalog.Load())
	if err != nil {
		return nil, err
	}
	seq, err := lastSeq(w.conn)
	if err != nil {
		return nil, err
	}
	return &transaction{conn: w.conn, now: w.store.now(), bulk: w.bulk, state: state{catalog: cat, seq: seq},
		fids: make(map[int64]int64), boxes: make(map[int64]envelope), storied: make(map[int64]bool)}, nil
}

// finish writes what is known once per transaction: when each layer changed, its
// extent, which only grows, and where the audit trail ends.
func (tx *transaction) finish() error {
	at := formatInstant(tx.now.UTC().Truncate(time.Millisecond))
	for _, num := range slices.Sorted(maps.Keys(tx.boxes)) {
		t := tx.catalog.byNum[num]
		if t == nil {
			continue // its definition was rolled back
		}
		if _, err := tx.conn.exec("UPDATE gpkg_contents SET last_change = ? WHERE table_name = ?", at, t.layer.ID); err != nil {
			return err
		}
		e := tx.boxes[num]
		if e.empty() {
			continue
		}
		if _, err := tx.conn.exec(`UPDATE gpkg_contents SET min_x = min(coalesce(min_x, ?1), ?1), min_y = min(coalesce(min_y, ?2), ?2),
			max_x = max(coalesce(max_x, ?3), ?3), max_y = max(coalesce(max_y, ?4), ?4) WHERE table_name = ?5`,
			e.minX, e.minY, e.maxX, e.maxY, t.layer.ID); err != nil {
			return err
		}
	}
	if err := tx.finishPast(); err != nil {
		return err
	}
	if err := tx.finishMoves(); err != nil {
		return err
	}
	return tx.finishTrail()
}

// apply writes one batch. A *layers.Error means that the batch does not fit,
// any other error that the file fails.
func (tx *transaction) apply(p *prepared) error {
	if !p.catalog.same(tx.catalog) { // definitions changed since it was prepared
		again, err := prepare(p.batch, p.at, tx.catalog)
		if err != nil {
			return err
		}
		again.fixes = p.fixes
		p = again
	}
	for _, l := range p.defs {
		if err := tx.define(l, p.at); err != nil {
			return err
		}
	}
	if err := tx.changes(p); err != nil {
		return err
	}
	if p.fixes != nil {
		if err := tx.addFixes(p.fixes, p.at); err != nil {
			return err
		}
	}
	for i := range p.batch.Records {
		if err := tx.record(&p.batch.Records[i]); err != nil {
			return err
		}
	}
	for i := range p.batch.Audit {
		if err := tx.audit(&p.batch.Audit[i], p); err != nil {
			return err
		}
	}
	return nil
}

// define creates a layer or replaces its definition. An equal definition is no
// change.
func (tx *transaction) define(l *layers.Layer, at time.Time) error {
	before := tx.catalog.tables[l.ID]
	text, err := encodeDefinition(l)
	if err != nil {
		return err
	}
	if before != nil {
		if reflect.DeepEqual(before.layer, l) {
			return nil
		}
		if err := before.layer.CheckSuccessor(l); err != nil {
			return err
		}
		if err := tx.declareSeals(before, l); err != nil {
			return err
		}
		t := tx.catalog.newTable(before.num, tx.seq+1, l)
		if err := tx.conn.script(t.alter(before)); err != nil {
			return err
		}
		if err := tx.indexes(t); err != nil {
			return err
		}
		if _, err := tx.conn.exec("UPDATE wutu_layers SET seq = ?, definition = ? WHERE num = ?", int64(t.defined), text, t.num); err != nil {
			return err
		}
		return tx.defined(t, at)
	}
	last, err := tx.conn.number("SELECT max(num) FROM wutu_layers")
	if err != nil {
		return err
	}
	if err := tx.declareSeals(nil, l); err != nil {
		return err
	}
	t := tx.catalog.newTable(last+1, tx.seq+1, l)
	delete(tx.fids, t.num) // of a layer that was rolled back
	delete(tx.boxes, t.num)
	if err := tx.conn.script(t.create()); err != nil {
		return err
	}
	if err := tx.indexes(t); err != nil {
		return err
	}
	if _, err := tx.conn.exec("INSERT INTO wutu_layers (num, seq, id, definition) VALUES (?, ?, ?, ?)", t.num, int64(t.defined), l.ID, text); err != nil {
		return err
	}
	return tx.defined(t, at)
}

func (tx *transaction) defined(t *table, at time.Time) error {
	tx.seq++
	tx.catalog = tx.catalog.with(t)
	return tx.log(logLine{seq: tx.seq, at: at, op: layers.Define, layer: t.num})
}

// nextFID gives out the fid of a new row.
func (tx *transaction) nextFID(t *table) (int64, error) {
	last, known := tx.fids[t.num]
	if !known {
		var err error
		if last, err = tx.conn.number("SELECT max(fid) FROM " + quote(t.layer.ID)); err != nil {
			return 0, err
		}
	}
	tx.fids[t.num] = last + 1
	return last + 1, nil
}

// record writes or deletes a record.
func (tx *transaction) record(r *layers.Record) error {
	if r.IfAbsent {
		row, err := tx.conn.first("SELECT expires FROM wutu_records WHERE bucket = ? AND key = ?", r.Bucket, r.Key)
		if err != nil {
			return err
		}
		if row != nil {
			expires, limited := row[0].(int64)
			if !limited || expires > tx.now.UnixMicro() {
				return &layers.Error{Kind: layers.Conflict, Op: "gpkg.Apply", ID: r.Key, Field: r.Bucket, Err: fmt.Errorf("the record exists")}
			}
		}
	}
	if r.Data == nil {
		_, err := tx.conn.exec("DELETE FROM wutu_records WHERE bucket = ? AND key = ?", r.Bucket, r.Key)
		return err
	}
	data, err := sealRecord(tx.catalog.keys, r)
	if err != nil {
		return err
	}
	var expires driver.Value
	if !r.Expires.IsZero() {
		expires = r.Expires.UnixMicro()
	}
	_, err = tx.conn.exec("INSERT OR REPLACE INTO wutu_records (bucket, key, data, expires) VALUES (?, ?, ?, ?)", r.Bucket, r.Key, data, expires)
	return err
}
