package gpkg

import (
	"context"

	"wutu/layers"
)

var _ layers.Tracer = (*Store)(nil)

// Traces implements layers.Tracer. Row numbers are fids. An update by another
// program leaves a line in wutu_foreign; a row it adds or deletes shows in the
// number of rows, unless it does both, and then in the largest fid, unless it reuses
// that: Check finds the rest.
func (s *Store) Traces(ctx context.Context, since uint64) (uint64, map[string]layers.Trace, error) {
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
			name := quote(l.ID)
			row, err := c.first("SELECT (SELECT count(*) FROM " + name + "), (SELECT max(fid) FROM " + name + ")")
			if err != nil {
				return err
			}
			rows, _ := row[0].(int64)
			last, _ := row[1].(int64)
			out[l.ID] = layers.Trace{Rows: int(rows), Last: last}
		}
		look := checker{ctx: ctx, conn: c}
		note := func(num, a, b any, set func(t *layers.Trace, a, b int64)) {
			n, _ := num.(int64)
			first, _ := a.(int64)
			second, _ := b.(int64)
			if t := cat.byNum[n]; t != nil {
				trace := out[t.layer.ID]
				set(&trace, first, second)
				out[t.layer.ID] = trace
			}
		}
		if err := look.each("SELECT layer, max(fid) FROM wutu_changes WHERE seq > ? AND op <> 3 GROUP BY layer", func(r *rows) error {
			note(r.values[0], r.values[1], nil, func(t *layers.Trace, last, _ int64) { t.Logged = last })
			return nil
		}, int64(min(since, 1<<63-1))); err != nil {
			return err
		}
		return look.each("SELECT layer, count(*), max(rowid) FROM wutu_foreign GROUP BY layer", func(r *rows) error {
			note(r.values[0], r.values[1], r.values[2], func(t *layers.Trace, n, last int64) { t.Foreign = [2]int64{n, last} })
			return nil
		})
	})
	return seq, out, err
}
