package gpkg

import (
	"context"
	"errors"
	"iter"
	"time"

	"wutu/layers"
)

func lastSeq(c *conn) (uint64, error) {
	seq, err := c.number("SELECT max(seq) FROM wutu_changes")
	return uint64(seq), err
}

// Seq implements layers.ChangeReader. It costs some ten microseconds.
func (s *Store) Seq(ctx context.Context) (uint64, error) {
	var seq uint64
	err := s.readers.lend(ctx, "gpkg.Seq", func(c *conn) (err error) {
		seq, err = lastSeq(c)
		return err
	})
	return seq, err
}

// Changes implements layers.ChangeReader. The log holds no bodies: a put is read
// from its table, and left out when a later change has overtaken it.
func (s *Store) Changes(ctx context.Context, since uint64) iter.Seq2[layers.Change, error] {
	return func(yield func(layers.Change, error) bool) {
		err := s.view(ctx, "gpkg.Changes", func(c *conn, cat *catalog) error {
			if since > 1<<63-1 {
				return nil // beyond every sequence
			}
			r, err := c.query("SELECT seq, at, op, layer, fid, id FROM wutu_changes WHERE seq > ? ORDER BY seq", int64(since))
			if err != nil {
				return err
			}
			f := follower{conn: c, catalog: cat}
			err = f.drain(ctx, r, yield)
			return errors.Join(err, r.close())
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(layers.Change{}, err)
		}
	}
}

// follower turns lines of the log into changes.
type follower struct {
	conn    *conn
	catalog *catalog
	decoder decoder
}

func (f *follower) drain(ctx context.Context, r *rows, yield func(layers.Change, error) bool) error {
	for n := 0; ; n++ {
		if n%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		ok, err := r.next()
		if err != nil || !ok {
			return err
		}
		line := readLine(r)
		c := layers.Change{Seq: line.seq, At: line.at, Op: line.op, ID: line.id}
		t := f.catalog.byNum[line.layer]
		if t == nil {
			return errors.New("the change log names a layer that does not exist")
		}
		c.Layer = t.layer.ID
		switch line.op {
		case layers.Define:
			if t.defined != line.seq {
				continue
			}
			c.Def = t.layer
		case layers.Put:
			feature, err := f.current(t, line.fid)
			if err != nil {
				return err
			}
			if feature == nil || feature.Version != line.seq {
				continue
			}
			c.ID, c.Feature = feature.Key, feature
		case layers.Delete:
		}
		if !yield(c, nil) {
			return errStop
		}
	}
}

func (f *follower) current(t *table, fid int64) (*layers.Feature, error) {
	row, err := f.conn.first(t.byFID, fid)
	if err != nil || row == nil {
		return nil, err
	}
	if f.decoder.table != t {
		f.decoder = decoder{table: t}
	}
	feature, err := f.decoder.feature(row)
	return &feature, err
}

// readLine reads a row of seq, at, op, layer, fid, id.
func readLine(r *rows) logLine {
	number := func(i int) int64 {
		n, _ := r.values[i].(int64)
		return n
	}
	id, _ := r.values[5].(string)
	op := layers.Op(number(2))
	if op == opMoved {
		op = layers.Put
	}
	return logLine{seq: uint64(number(0)), at: time.UnixMicro(number(1)).UTC(), op: op, layer: number(3), fid: number(4), id: id}
}
