package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

var _ layers.PastReader = (*Store)(nil)

// Past implements layers.PastReader. It costs the index entries that the boxes
// and the instant meet, and a look-up of each version found.
func (s *Store) Past(ctx context.Context, q layers.Past) iter.Seq2[layers.Feature, error] {
	const op = "gpkg.Past"
	return func(yield func(layers.Feature, error) bool) {
		err := s.view(ctx, op, func(c *conn, cat *catalog) error {
			if q.At.IsZero() {
				return layers.Invalidf(op, "datetime", "is missing")
			}
			t, err := cat.table(op, q.Layer)
			if err != nil {
				return err
			}
			p := past{ctx: ctx, conn: c, query: &q, at: q.At.UnixMicro(), decoder: decoder{table: t},
				emit: func(f layers.Feature) error {
					if !yield(f, nil) {
						return errStop
					}
					return nil
				}}
			if q.Changed == nil {
				return p.run()
			}
			changed, err := p.changed()
			if err != nil {
				return err
			}
			for _, id := range changed {
				now, err := p.current(id)
				if err != nil {
					return err
				}
				q.Changed(id, now)
			}
			return p.run()
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(layers.Feature{}, err)
		}
	}
}

// past is a question under way.
type past struct {
	ctx     context.Context
	conn    *conn
	query   *layers.Past
	at      int64
	decoder decoder
	emit    func(layers.Feature) error

	seen    map[int64]bool // lines of history found already, when there are several boxes
	columns []driver.Value
	rows    int
}

// pastColumns are what old versions are read by: those every table starts with,
// then the line, whether there are gaps, and the fields.
const pastColumns = "SELECT NULL, h.id, h.version, +h.valid_from, +h.valid_to, h.geom, h.n, h.gaps, h.body FROM "

const (
	pastLine = fixedColumns + iota
	pastGaps
	pastBody
)

func (p *past) run() error {
	t, q := p.decoder.table, p.query
	switch {
	case q.IDs != nil:
		ids := slices.Compact(slices.Sorted(slices.Values(q.IDs)))
		for _, id := range ids {
			if err := p.drain(pastColumns+`wutu_history h WHERE h.layer = ? AND h.id = ? AND h.since <= ? AND h.till > ?`, 0, t.num, id, p.at, p.at); err != nil {
				return err
			}
		}
		return nil
	case q.Limit > 0 || q.AfterID != "":
		return p.drain(pastColumns+`wutu_history h WHERE h.layer = ? AND h.id > ? AND h.since <= ? AND h.till > ? ORDER BY h.id`, q.Limit, t.num, q.AfterID, p.at, p.at)
	}
	// CROSS JOIN keeps SQLite from turning the join around.
	const indexed = pastColumns + `wutu_past r CROSS JOIN wutu_history h ON h.n = r.n
		WHERE r.l0 <= ?1 AND r.l1 >= ?1 AND r.t0 <= ?2 AND r.t1 >= ?2 AND h.layer = ?3 AND h.since <= ?4 AND h.till > ?4`
	l, at := layerCoordinate(t.num), timeCoordinate(p.at)
	if q.Boxes == nil {
		return p.drain(indexed, 0, l, at, t.num, p.at)
	}
	if len(q.Boxes) > 1 {
		p.seen = make(map[int64]bool)
	}
	for _, b := range q.Boxes {
		x0, x1, y0, y1 := boxCoordinates(b)
		if err := p.drain(indexed+" AND r.x1 >= ?5 AND r.x0 <= ?6 AND r.y1 >= ?7 AND r.y0 <= ?8", 0, l, at, t.num, p.at, x0, x1, y0, y1); err != nil {
			return err
		}
	}
	return nil
}

func boxCoordinates(b orb.Bound) (x0, x1, y0, y1 int64) {
	e := envelope{minX: b.Min[0], maxX: b.Max[0], minY: b.Min[1], maxY: b.Max[1]}
	return e.coordinates()
}

// drain emits the versions a query finds, at most limit of them if it is not 0.
func (p *past) drain(sql string, limit int, args ...driver.Value) error {
	r, err := p.conn.query(sql, args...)
	if err != nil {
		return err
	}
	err = drainRows(r, func(row []driver.Value) error {
		if p.rows++; p.rows%checkEvery == 0 {
			if err := p.ctx.Err(); err != nil {
				return err
			}
		}
		n, _ := row[pastLine].(int64)
		if p.seen[n] {
			return nil
		}
		if p.seen != nil {
			p.seen[n] = true
		}
		if row[pastGaps] == int64(1) {
			if gone, err := p.inGap(row); err != nil || gone {
				return err
			}
		}
		f, err := p.version(row)
		if err != nil {
			return err
		}
		if err := p.emit(f); err != nil {
			return err
		}
		if limit--; limit == 0 {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends a page.
var errEnough = errors.New("enough")

// version decodes an old version. It belongs to the caller.
func (p *past) version(row []driver.Value) (layers.Feature, error) {
	t := p.decoder.table
	if p.columns == nil {
		p.columns = make([]driver.Value, fixedColumns+len(t.columns))
	}
	copy(p.columns, row[:fixedColumns])
	body, _ := row[pastBody].([]byte)
	if err := decodeBody(body, p.columns[fixedColumns:]); err != nil {
		return layers.Feature{}, fmt.Errorf("layer %s: feature %v: version %v: %w", t.layer.ID, row[colID], row[colVersion], err)
	}
	return p.decoder.feature(p.columns)
}

// inGap reports whether the instant lies in a gap of the version's truth: a
// version learned later was true then. A deletion makes no gap.
func (p *past) inGap(row []driver.Value) (bool, error) {
	t := p.decoder.table
	if now, err := currentSpan(p.conn, t.layer.ID, row[colID].(string)); err != nil || now != nil && now.holds(p.at) {
		return true, err
	}
	r, err := p.conn.query("SELECT +valid_from, +valid_to FROM wutu_history WHERE layer = ? AND id = ? AND version > ?", t.num, row[colID], row[colVersion])
	if err != nil {
		return false, err
	}
	gone := false
	err = drainRows(r, func(row []driver.Value) error {
		gone = gone || spanOf(row[0], row[1]).holds(p.at)
		return nil
	})
	return gone, err
}

// changed lists the features of the layer that changed after the caller's state.
func (p *past) changed() ([]string, error) {
	t, q := p.decoder.table, p.query
	if q.Known > 1<<63-1 {
		return nil, nil
	}
	r, err := p.conn.query(`SELECT coalesce(g.id, f.id) FROM wutu_changes g LEFT JOIN `+quote(t.layer.ID)+` f ON g.op IN (1, 4) AND f.fid = g.fid
		WHERE g.seq > ? AND g.layer = ? AND g.op <> 3`, int64(q.Known), t.num)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	var ids []string
	err = drainRows(r, func(row []driver.Value) error {
		if len(ids)%checkEvery == 0 {
			if err := p.ctx.Err(); err != nil {
				return err
			}
		}
		// A put whose row is gone was deleted later, and that change names it.
		if id, ok := row[0].(string); ok && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// current returns the current version of a feature if it was true then.
func (p *past) current(id string) (*layers.Feature, error) {
	row, err := p.conn.first(p.decoder.table.byID, id)
	if err != nil || row == nil || !spanOf(row[colFrom], row[colTo]).holds(p.at) {
		return nil, err
	}
	f, err := p.decoder.feature(row)
	return &f, err
}

// Steady implements layers.PastReader.
func (s *Store) Steady(ctx context.Context, layer string, at time.Time) (from, to time.Time, err error) {
	const op = "gpkg.Steady"
	around, instant := always, at.UnixMicro()
	err = s.view(ctx, op, func(c *conn, cat *catalog) error {
		t, err := cat.table(op, layer)
		if err != nil {
			return err
		}
		turn := func(us int64) {
			switch {
			case us == always.from || us == always.till:
			case us <= instant:
				around.from = max(around.from, us)
			default:
				around.till = min(around.till, us)
			}
		}
		for _, sql := range [...]string{
			"SELECT +valid_from, +valid_to, deleted_at FROM wutu_history WHERE layer = ?",
			"SELECT +valid_from, +valid_to, NULL FROM " + quote(layer) + " WHERE ? IS NOT NULL AND (valid_from IS NOT NULL OR valid_to IS NOT NULL)"} {
			r, err := c.query(sql, t.num)
			if err != nil {
				return err
			}
			if err := drainRows(r, func(row []driver.Value) error {
				valid := spanOf(row[0], row[1])
				turn(valid.from)
				turn(valid.till)
				if us, ok := row[2].(int64); ok {
					turn(us)
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	if around.from != always.from {
		from = time.UnixMicro(around.from).UTC()
	}
	if around.till != always.till {
		to = time.UnixMicro(around.till).UTC()
	}
	return from, to, err
}
