package gpkg

import (
	"context"
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
