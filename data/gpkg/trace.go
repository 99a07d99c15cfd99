package gpkg

import (
	"context"
	"math"

	"wutu/layers"
)

var _ layers.Tracer = (*Store)(nil)

// Traces implements layers.Tracer. Row numbers are fids, marks lines of wutu_foreign,
// which the update of a row by another program leaves. A row that it adds has no
// version and, as a rule, a larger fid than all others; one that it deletes is missing
// in the number of rows. What escapes is that it deletes a row and adds one under the
// fid of another that was deleted: Check finds that.
func (s *Store) Traces(ctx context.Context, before map[string]layers.Trace) (uint64, map[string]layers.Trace, error) {
	var seq uint64
	out := make(map[string]layers.Trace)
	err := s.view(ctx, "gpkg.Traces", func(c *conn, cat *catalog) (err error) {
		if seq, err = lastSeq(c); err != nil {
			return err
		}
		for _, l := range cat.layers() {
			if err := ctx.Err(); err != nil {
				return err
			}
			last := int64(math.MaxInt64) // nothing is behind it
			if b, ok := before[l.ID]; ok {
				last = b.Last
			}
			if out[l.ID], err = trace(c, cat.tables[l.ID], last); err != nil {
				return err
			}
		}
		return nil
	})
	return seq, out, err
}

func trace(c *conn, t *table, last int64) (layers.Trace, error) {
	name := quote(t.layer.ID)
	row, err := c.first("SELECT (SELECT count(*) FROM "+name+"), (SELECT max(fid) FROM "+name+
		"), (SELECT count(*) FROM "+name+" WHERE fid > ?1 AND version IS NULL)"+
		", (SELECT count(*) FROM wutu_foreign WHERE layer = ?2), (SELECT max(rowid) FROM wutu_foreign WHERE layer = ?2)", last, t.num)
	if err != nil {
		return layers.Trace{}, err
	}
	number := func(i int) int64 {
		n, _ := row[i].(int64)
		return n
	}
	return layers.Trace{Rows: int(number(0)), Last: number(1), Strange: int(number(2)), Marks: [2]int64{number(3), number(4)}}, nil
}

// Lines implements layers.Tracer.
func (s *Store) Lines(ctx context.Context, since uint64) (int, error) {
	var n int64
	err := s.readers.lend(ctx, "gpkg.Lines", func(c *conn) (err error) {
		n, err = c.number("SELECT count(*) FROM wutu_changes WHERE seq > ?", int64(min(since, math.MaxInt64)))
		return err
	})
	return int(n), err
}
