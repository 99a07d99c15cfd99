package gpkg

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"wutu/layers"
)

// changes writes the steps of a batch and their lines of the change log.
func (tx *transaction) changes(p *prepared) error {
	lines := make([]logLine, 0, len(p.steps))
	if p.sorted != nil {
		lines = lines[:len(p.steps)]
		for _, i := range p.sorted {
			line := logLine{seq: tx.seq + uint64(i) + 1, at: p.at}
			if err := tx.put(&p.steps[i], &line); err != nil {
				return err
			}
			lines[i] = line
		}
	} else {
		for i := range p.steps {
			line := logLine{seq: tx.seq + uint64(len(lines)) + 1, at: p.at}
			done, err := true, error(nil)
			if s := &p.steps[i]; s.op == layers.Put {
				err = tx.put(s, &line)
			} else {
				done, err = tx.delete(s, &line)
			}
			if err != nil {
				return err
			}
			if done {
				lines = append(lines, line)
			}
		}
	}
	tx.seq += uint64(len(lines))
	return tx.logAll(lines)
}

// put writes one feature and completes its line of the log.
func (tx *transaction) put(s *step, line *logLine) error {
	t := tx.catalog.tables[s.table.layer.ID]
	line.op, line.layer = layers.Put, t.num
	box, touched := tx.boxes[t.num]
	if !touched {
		box = emptyEnvelope()
	}
	box.join(s.box)
	tx.boxes[t.num] = box

	s.args[colVersion] = int64(line.seq)
	if s.ifVersion == nil || *s.ifVersion == 0 {
		fid, err := tx.nextFID(t)
		if err != nil {
			return err
		}
		s.args[colFID], line.fid = fid, fid
		n, err := tx.conn.exec(t.insert, s.args...)
		if err != nil {
			return err
		}
		if n == 1 {
			return tx.learn(t, s.id, spanOf(s.args[colFrom], s.args[colTo]), nil)
		}
		tx.fids[t.num] = fid - 1 // the id exists: nothing was inserted
	}
	old, err := tx.find(t, s)
	if err != nil {
		return err
	}
	fid, _ := old[colFID].(int64)
	was, is := spanOf(old[colFrom], old[colTo]), spanOf(s.args[colFrom], s.args[colTo])
	if err := tx.learn(t, s.id, is, &was); err != nil {
		return err
	}
	if err := tx.bury(t, old, line, nil, truth{span: was}.without(is)); err != nil {
		return err
	}
	s.args[colFID], line.fid = fid, fid
	_, err = tx.conn.exec(t.update, s.args...)
	return err
}

// delete removes a feature, and reports whether there was one.
func (tx *transaction) delete(s *step, line *logLine) (bool, error) {
	t := tx.catalog.tables[s.table.layer.ID]
	old, err := tx.find(t, s)
	if err != nil || old == nil {
		return false, err
	}
	fid, _ := old[colFID].(int64)
	line.op, line.layer, line.fid, line.id = layers.Delete, t.num, fid, s.id
	if _, touched := tx.boxes[t.num]; !touched {
		tx.boxes[t.num] = emptyEnvelope()
	}
	end := span{line.at.UnixMicro(), always.till} // when the feature is no more
	if err := tx.learn(t, s.id, end, nil); err != nil {
		return false, err
	}
	if err := tx.bury(t, old, line, end.from, truth{span: spanOf(old[colFrom], old[colTo])}.without(end)); err != nil {
		return false, err
	}
	_, err = tx.conn.exec(t.remove, fid)
	return true, err
}

// find returns the columns of the step's feature, nil when it does not exist,
// after checking its version.
func (tx *transaction) find(t *table, s *step) ([]driver.Value, error) {
	old, err := tx.conn.first(t.byID, s.id)
	if err != nil {
		return nil, err
	}
	if s.ifVersion != nil {
		version := int64(0)
		if old != nil {
			version, _ = old[colVersion].(int64)
		}
		if uint64(version) != *s.ifVersion || old != nil && version == 0 {
			return nil, &layers.Error{Kind: layers.Conflict, Op: "gpkg.Apply", Layer: t.layer.ID, ID: s.id, Field: "version",
				Err: fmt.Errorf("is %d, expected %d", version, *s.ifVersion)}
		}
	}
	if old == nil && s.op == layers.Put {
		return nil, fmt.Errorf("layer %s: feature %s is in the index of ids, but not in the table", t.layer.ID, s.id)
	}
	return old, nil
}

// bury moves the columns of a version that ends into history. left is when it
// stays the truth.
func (tx *transaction) bury(t *table, old []driver.Value, end *logLine, deletedAt driver.Value, left truth) error {
	body, err := encodeBody(old[fixedColumns:])
	if err != nil {
		return fmt.Errorf("layer %s: feature %v: %w", t.layer.ID, old[colID], err)
	}
	version, _ := old[colVersion].(int64)
	if version == 0 { // another program made the row, and maybe one before
		if _, err := tx.conn.exec("DELETE FROM wutu_past WHERE n IN (SELECT n FROM wutu_history WHERE layer = ? AND id = ? AND version = 0)", t.num, old[colID]); err != nil {
			return err
		}
	}
	if _, err := tx.conn.exec(`INSERT OR REPLACE INTO wutu_history (layer, id, version, ended, deleted_at, valid_from, valid_to, geom, body, since, till, gaps)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.num, old[colID], version, int64(end.seq), deletedAt, old[colFrom], old[colTo], old[colGeom], body, left.from, left.till, flag(left.gaps)); err != nil {
		return err
	}
	tx.storied[t.num] = true
	if left.empty() {
		return nil
	}
	n, err := tx.conn.number("SELECT last_insert_rowid()")
	if err != nil {
		return err
	}
	tx.past = append(tx.past, pastEntry{layer: t.num, n: n, geom: old[colGeom]})
	return nil
}

// logLine is a line of the change log.
type logLine struct {
	seq   uint64
	at    time.Time
	op    layers.Op
	layer int64
	fid   int64
	id    string // of a deletion
}

// logRun is how many puts of one layer go into the log with one statement.
const logRun = 64

// insertRun inserts logRun puts: ?1 is the sequence of the first, ?2 the time,
// ?3 the layer, the rest their fids.
func insertRun() string {
	var b strings.Builder
	b.WriteString("INSERT INTO wutu_changes (seq, at, op, layer, fid) VALUES ")
	for i := range logRun {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "(?1 + %d, ?2, 1, ?3, ?%d)", i, i+4)
	}
	return b.String()
}

// logAll writes lines of one batch, whose sequences follow one another.
func (tx *transaction) logAll(lines []logLine) error {
	run := ""
	args := make([]driver.Value, 3+logRun)
	for len(lines) > 0 {
		n := 0
		for n < min(len(lines), logRun) && lines[n].op == layers.Put && lines[n].layer == lines[0].layer {
			n++
		}
		if n < logRun {
			for _, line := range lines[:max(n, 1)] {
				if err := tx.log(line); err != nil {
					return err
				}
			}
			lines = lines[max(n, 1):]
			continue
		}
		if run == "" {
			run = insertRun()
		}
		args[0], args[1], args[2] = int64(lines[0].seq), lines[0].at.UnixMicro(), lines[0].layer
		for i := range logRun {
			args[3+i] = lines[i].fid
		}
		if _, err := tx.conn.exec(run, args...); err != nil {
			return err
		}
		lines = lines[logRun:]
	}
	return nil
}

func (tx *transaction) log(line logLine) error {
	var id driver.Value
	if line.op == layers.Delete {
		id = line.id
	}
	_, err := tx.conn.exec("INSERT INTO wutu_changes (seq, at, op, layer, fid, id) VALUES (?, ?, ?, ?, ?, ?)",
		int64(line.seq), line.at.UnixMicro(), int64(line.op), line.layer, line.fid, id)
	return err
}
