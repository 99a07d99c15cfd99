package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"

	"wutu/layers"
)

var _ layers.LogReader = (*Store)(nil)

// Log implements layers.LogReader. A version that is not current any more is read
// from history, by the change that made it or the one that ended it.
func (s *Store) Log(ctx context.Context, since uint64, names []string) iter.Seq2[layers.Step, error] {
	return func(yield func(layers.Step, error) bool) {
		err := s.view(ctx, "gpkg.Log", func(c *conn, cat *catalog) error {
			if since > 1<<63-1 {
				return nil
			}
			g := logger{conn: c, tables: make(map[int64]*past)}
			for _, name := range names {
				if t := cat.tables[name]; t != nil {
					g.tables[t.num] = &past{ctx: ctx, conn: c, decoder: decoder{table: t}}
				}
			}
			if len(g.tables) == 0 {
				return nil
			}
			r, err := c.query("SELECT seq, at, op, layer, fid, id FROM wutu_changes WHERE seq > ? AND op <> 3 ORDER BY seq", int64(since))
			if err != nil {
				return err
			}
			n := 0
			return drainRows(r, func([]driver.Value) error {
				if n++; n%checkEvery == 0 {
					if err := ctx.Err(); err != nil {
						return err
					}
				}
				line := readLine(r)
				p := g.tables[line.layer]
				if p == nil {
					return nil
				}
				step, err := g.step(p, &line)
				if err != nil {
					return err
				}
				if !yield(step, nil) {
					return errStop
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(layers.Step{}, err)
		}
	}
}

// logger turns lines of the log into steps.
type logger struct {
	conn   *conn
	tables map[int64]*past // of the layers that are asked for, by number
}

func (g *logger) step(p *past, line *logLine) (layers.Step, error) {
	t := p.decoder.table
	s := layers.Step{Change: layers.Change{Seq: line.seq, At: line.at, Op: line.op, Layer: t.layer.ID, ID: line.id}}
	var err error
	if s.Old, err = g.old(p, "ended", line); err != nil {
		return s, err
	}
	if line.op == layers.Delete {
		return s, nil
	}
	row, err := g.conn.first(t.byFID, line.fid)
	if err != nil {
		return s, err
	}
	if row != nil {
		if version, _ := row[colVersion].(int64); uint64(version) == line.seq {
			f, err := p.decoder.feature(row)
			s.ID, s.Feature = f.Key, &f
			return s, err
		}
	}
	if s.Feature, err = g.old(p, "version", line); err != nil {
		return s, err
	}
	if s.Feature == nil {
		return s, fmt.Errorf("layer %s: the version that change %d made is missing", t.layer.ID, line.seq)
	}
	s.ID = s.Feature.Key
	return s, nil
}

// old reads the old version that the change of a line made or ended, nil when there
// is none.
func (g *logger) old(p *past, by string, line *logLine) (*layers.Feature, error) {
	row, err := g.conn.first(pastColumns+"wutu_history h WHERE h."+by+" = ? AND h.layer = ?", int64(line.seq), line.layer)
	if err != nil || row == nil {
		return nil, err
	}
	f, err := p.version(row)
	return &f, err
}
