package gpkg

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/track"
)

var _ track.Store = (*Store)(nil)

// opMoved is the operation of a move in the log: a put whose line goes when a later
// move of the same feature replaces it.
const opMoved layers.Op = 4

// fixing is the part of a batch that AddFixes brings.
type fixing struct {
	layer  string
	fixes  int
	block  []byte // nil: none
	moves  *track.Moves
	number uint64 // of the block, when it is stored
}

// size is how many changes it weighs as.
func (f *fixing) size() int {
	if f == nil {
		return 0
	}
	n := f.fixes / 64
	if f.moves != nil {
		n += len(f.moves.List)
	}
	return n
}

// AddFixes implements track.Store. It costs a flush to the disk, shared with the calls
// that arrive together, and some ten microseconds a move.
func (s *Store) AddFixes(ctx context.Context, b *track.Block, m *track.Moves) (number, seq uint64, err error) {
	const op = "gpkg.AddFixes"
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	f := &fixing{moves: m}
	if m != nil {
		f.layer = m.Layer
	}
	if b != nil {
		if f.layer = b.Layer; m != nil && m.Layer != b.Layer {
			return 0, 0, layers.Invalidf(op, "layer", "moves are of another layer than the fixes")
		}
		f.fixes, f.block = len(b.Fixes), track.AppendBlock(nil, b)
	}
	p := &prepared{catalog: s.catalog.Load(), at: s.now().UTC(), fixes: f}
	seq, err = s.writer.submit(ctx, op, &request{ctx: ctx, prep: p, done: make(chan struct{})})
	return f.number, seq, err
}

// addFixes stores a block and moves features.
func (tx *transaction) addFixes(f *fixing, at time.Time) error {
	t, err := tx.catalog.table("gpkg.AddFixes", f.layer)
	if err != nil {
		return err
	}
	if f.block != nil {
		data, err := sealPacked(tx.catalog.keys, blockContext(t.num), f.block)
		if err != nil {
			return err
		}
		if _, err := tx.conn.exec("INSERT INTO wutu_fixes (layer, fixes, data) VALUES (?, ?, ?)", t.num, int64(f.fixes), data); err != nil {
			return err
		}
		n, err := tx.conn.number("SELECT last_insert_rowid()")
		if err != nil {
			return err
		}
		f.number = uint64(n)
	}
	if f.moves != nil {
		return tx.move(t, f.moves, at)
	}
	return nil
}

// move gives features new positions. What a move replaces is history unless a move
// made it.
func (tx *transaction) move(t *table, m *track.Moves, at time.Time) error {
	fail := func(id, field string, format string, args ...any) error {
		return &layers.Error{Kind: layers.Invalid, Op: "gpkg.AddFixes", Layer: t.layer.ID, ID: id, Field: field, Err: fmt.Errorf(format, args...)}
	}
	if !t.spatial() {
		return fail("", "", "features without a place do not move")
	}
	var set strings.Builder
	set.WriteString("UPDATE " + quote(t.layer.ID) + " SET version = ?2, geom = ?3")
	types := make([]layers.FieldType, len(m.Fields))
	for i, name := range m.Fields {
		at := t.layer.FieldIndex(name)
		if at < 0 || t.seals(at) {
			return fail("", name, "is no field that moves with a position")
		}
		types[i] = t.layer.Fields[at].Type
		fmt.Fprintf(&set, ", %s = ?%d", quote(t.columns[at]), i+4)
	}
	set.WriteString(" WHERE fid = ?1")
	update, find := set.String(), "SELECT fid, version FROM "+quote(t.layer.ID)+" WHERE id = ?"
	args := make([]driver.Value, 3+len(m.Fields))
	box, touched := tx.boxes[t.num]
	if !touched {
		box = emptyEnvelope()
	}
	for i := range m.List {
		x := &m.List[i]
		row, err := tx.conn.first(find, x.Object)
		if err != nil {
			return err
		}
		if row == nil {
			continue // it was deleted meanwhile
		}
		line := logLine{seq: tx.seq + 1, at: at, op: opMoved, layer: t.num}
		line.fid, _ = row[0].(int64)
		version, _ := row[1].(int64)
		gone, err := tx.conn.exec("DELETE FROM wutu_changes WHERE seq = ? AND op = 4", version)
		if err != nil {
			return err
		}
		if tx.gone += gone; gone == 0 {
			if err := tx.buryMoved(t, &line); err != nil {
				return err
			}
		}
		geom, e, err := appendGeometry(nil, x.Point, t.layer.Geometry)
		if err != nil {
			return fail(x.Object, "geometry", "%w", err)
		}
		box.join(e)
		args[0], args[1], args[2] = line.fid, int64(line.seq), geom
		for j, v := range x.Values {
			if !v.IsNull() && v.Type() != types[j] {
				return fail(x.Object, m.Fields[j], "holds a value of another type")
			}
			args[3+j] = column(v, types[j])
		}
		if _, err := tx.conn.exec(update, args...); err != nil {
			return err
		}
		if err := tx.log(line); err != nil {
			return err
		}
		tx.seq++
	}
	tx.boxes[t.num] = box
	return nil
}

// buryMoved puts the version that a move replaces into history. The feature is true
// when it was: a move changes nothing about that.
func (tx *transaction) buryMoved(t *table, line *logLine) error {
	old, err := tx.conn.first(t.byFID, line.fid)
	if err != nil || old == nil {
		return err
	}
	is := spanOf(old[colFrom], old[colTo])
	return tx.bury(t, old, line, nil, truth{span: is}.without(is))
}

// finishMoves counts the lines of the log that moves have replaced.
func (tx *transaction) finishMoves() error {
	if tx.gone == 0 {
		return nil
	}
	_, err := tx.conn.exec("UPDATE wutu_moves SET gone = gone + ?", tx.gone)
	return err
}
