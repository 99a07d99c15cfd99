package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// scanPast calls emit for the features that were true at the query's instant, in
// order of id. Of the versions of a feature that were true then, the one learned
// last counts; a deletion ends the truth of every version before it. It holds
// the old versions of the layer that it picks in memory.
func (p *plan) scanPast(ctx context.Context, c *conn, emit func(layers.Feature) error) error {
	at := p.query.At
	old, err := p.pastVersions(ctx, c, at)
	if err != nil {
		return err
	}
	// Walk both in order of id: what the table has now, unless it was not true
	// then, and what history knows.
	next := 0
	flush := func(before string, all bool) error {
		for ; next < len(old) && (all || old[next].Key < before); next++ {
			if err := p.emitPast(old[next], emit); err != nil {
				return err
			}
		}
		return nil
	}
	err = p.scanRows(ctx, c, p.table.all, nil, func(f layers.Feature) error {
		if err := flush(f.Key, false); err != nil {
			return err
		}
		if trueAt(&f, at) {
			if next < len(old) && old[next].Key == f.Key {
				next++
			}
			return p.emitPast(f, emit)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush("", true)
}

// emitPast applies the conditions that a scan by key takes care of.
func (p *plan) emitPast(f layers.Feature, emit func(layers.Feature) error) error {
	q := p.query
	if q.IDs != nil && !slices.Contains(q.IDs, f.Key) || q.After != nil && len(q.Sort) == 0 && f.Key <= q.After.ID {
		return nil
	}
	return emit(f)
}

func trueAt(f *layers.Feature, at time.Time) bool {
	return (f.ValidFrom.IsZero() || !at.Before(f.ValidFrom)) && (f.ValidTo.IsZero() || at.Before(f.ValidTo))
}

// pastVersions returns for each feature with a history the old version that was
// true at the instant, ordered by id.
func (p *plan) pastVersions(ctx context.Context, c *conn, at time.Time) ([]layers.Feature, error) {
	r, err := c.query("SELECT NULL, id, version, +valid_from, +valid_to, geom, deleted_at, body FROM wutu_history WHERE layer = ? ORDER BY id, version DESC", p.table.num)
	if err != nil {
		return nil, err
	}
	out, err := p.drainPast(ctx, r, at)
	return out, errors.Join(err, r.close())
}

func (p *plan) drainPast(ctx context.Context, r *rows, at time.Time) ([]layers.Feature, error) {
	const deleted, body = fixedColumns, fixedColumns + 1
	var out []layers.Feature
	columns := make([]driver.Value, fixedColumns+len(p.table.columns))
	d := decoder{table: p.table}
	id, found := "", false
	end := int64(0) // the earliest deletion after the version, 0 for none
	for n := 0; ; n++ {
		if n%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		ok, err := r.next()
		if err != nil || !ok {
			return out, err
		}
		row := r.values
		if key, _ := row[colID].(string); n == 0 || key != id {
			id, found, end = strings.Clone(key), false, 0
		}
		if t, ok := row[deleted].(int64); ok && (end == 0 || t < end) {
			end = t
		}
		if found || end != 0 && at.UnixMicro() >= end {
			continue
		}
		copy(columns, row[:fixedColumns])
		b, _ := row[body].([]byte)
		if err := decodeBody(b, columns[fixedColumns:]); err != nil {
			return nil, err
		}
		f, err := d.feature(columns)
		if err != nil {
			return nil, err
		}
		if trueAt(&f, at) {
			out, found = append(out, f), true
		}
	}
}
