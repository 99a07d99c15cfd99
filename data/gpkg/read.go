package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"iter"
	"slices"
	"strings"

	"wutu/layers"
)

// errStop ends a scan whose consumer has seen enough.
var errStop = errors.New("stopped")

// checkEvery is how many rows a scan reads between looks at its context.
const checkEvery = 256

// Read implements layers.Reader. In order of id it streams; with sort keys it
// collects the rows that match, or the first Offset+Limit of them. A read of
// IDs, or for values of a sealed field, costs a look-up each, every other one a
// scan of the layer, in which SQLite passes over rows as far as it understands
// the filter.
func (s *Store) Read(ctx context.Context, q layers.Query) iter.Seq2[layers.Feature, error] {
	return func(yield func(layers.Feature, error) bool) {
		err := s.view(ctx, "gpkg.Read", func(c *conn, cat *catalog) error {
			p, err := newPlan(c, cat, &q)
			if err != nil {
				return err
			}
			emit := limited(&q, func(f layers.Feature) error {
				if !yield(p.mask(f), nil) {
					return errStop
				}
				return nil
			})
			if len(q.Sort) > 0 {
				return p.sorted(ctx, c, emit)
			}
			return p.scan(ctx, c, func(f layers.Feature) error {
				if !p.match(&f) {
					return nil
				}
				return emit(f)
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(layers.Feature{}, err)
		}
	}
}

// limited leaves out the first Offset features and stops after Limit.
func limited(q *layers.Query, emit func(layers.Feature) error) func(layers.Feature) error {
	skip, left := q.Offset, q.Limit
	return func(f layers.Feature) error {
		if skip > 0 {
			skip--
			return nil
		}
		if err := emit(f); err != nil {
			return err
		}
		if left--; left == 0 {
			return errStop
		}
		return nil
	}
}

// scan calls emit for the candidates of the plan in order of id.
func (p *plan) scan(ctx context.Context, c *conn, emit func(layers.Feature) error) error {
	switch {
	case p.never:
		return nil
	case !p.query.At.IsZero():
		return p.scanPast(ctx, c, emit)
	case p.query.IDs != nil:
		return p.scanIDs(ctx, c, emit)
	}
	if e := p.exact(); e != nil && len(e.values) > 0 {
		return p.scanExact(ctx, c, e, emit)
	}
	if where, ok := p.table.where(p.conditions()); ok {
		return p.scanWhere(ctx, c, where, emit)
	}
	if p.query.After != nil && len(p.query.Sort) == 0 {
		return p.scanRows(ctx, c, p.table.allFrom, []driver.Value{p.query.After.ID}, emit)
	}
	return p.scanRows(ctx, c, p.table.all, nil, emit)
}

func (p *plan) scanRows(ctx context.Context, c *conn, sql string, args []driver.Value, emit func(layers.Feature) error) error {
	r, err := c.query(sql, args...)
	if err != nil {
		return err
	}
	if len(p.table.sealed) > 0 && p.query.Limit == 0 {
		err = p.drainAhead(ctx, r, emit)
	} else {
		err = p.drain(ctx, r, emit)
	}
	return errors.Join(err, r.close())
}

func (p *plan) drain(ctx context.Context, r *rows, emit func(layers.Feature) error) error {
	d := decoder{table: p.table}
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
		f, err := d.feature(r.values)
		if err != nil {
			return err
		}
		if err := emit(f); err != nil {
			return err
		}
	}
}

func (p *plan) scanIDs(ctx context.Context, c *conn, emit func(layers.Feature) error) error {
	ids := slices.Compact(slices.Sorted(slices.Values(p.query.IDs)))
	d := decoder{table: p.table}
	for n, id := range ids {
		if n%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if a := p.query.After; a != nil && len(p.query.Sort) == 0 && id <= a.ID {
			continue
		}
		row, err := c.first(p.table.byID, id)
		if err != nil {
			return err
		}
		if row == nil {
			continue
		}
		f, err := d.feature(row)
		if err != nil {
			return err
		}
		if err := emit(f); err != nil {
			return err
		}
	}
	return nil
}

// sorted collects what matches and emits it in the order of the query. With a
// limit it never holds much more than Offset+Limit rows.
func (p *plan) sorted(ctx context.Context, c *conn, emit func(layers.Feature) error) error {
	var found []layers.Feature
	need := 0
	if p.query.Limit > 0 {
		need = p.query.Offset + p.query.Limit
	}
	err := p.scan(ctx, c, func(f layers.Feature) error {
		if !p.match(&f) || p.query.After != nil && !p.behind(&f) {
			return nil
		}
		found = append(found, f)
		if need > 0 && len(found) >= 2*need+1024 {
			slices.SortFunc(found, p.compare)
			clear(found[need:])
			found = found[:need]
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(found, p.compare)
	for _, f := range found {
		if err := emit(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) compare(a, b layers.Feature) int {
	for i, field := range p.order {
		c := a.Value(field).Order(b.Value(field))
		if p.query.Sort[i].Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return strings.Compare(a.Key, b.Key)
}

// behind reports whether f comes after the query's cursor.
func (p *plan) behind(f *layers.Feature) bool {
	for i, field := range p.order {
		c := f.Value(field).Order(p.query.After.Values[i])
		if p.query.Sort[i].Desc {
			c = -c
		}
		if c != 0 {
			return c > 0
		}
	}
	return f.Key > p.query.After.ID
}
