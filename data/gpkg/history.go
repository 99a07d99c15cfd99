package gpkg

import (
	"context"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// scanPast calls emit for the features that were true at the query's instant, in
// order of id. It holds the old versions that the query's boxes meet in memory.
func (p *plan) scanPast(ctx context.Context, c *conn, emit func(layers.Feature) error) error {
	at := p.query.At.UnixMicro()
	var old []layers.Feature
	find := past{ctx: ctx, conn: c, at: at, decoder: decoder{table: p.table},
		query: &layers.Past{Layer: p.query.Layer, At: p.query.At, Boxes: p.boxes(), IDs: p.query.IDs},
		emit:  func(f layers.Feature) error { old = append(old, f); return nil }}
	if err := find.run(); err != nil {
		return err
	}
	slices.SortFunc(old, func(a, b layers.Feature) int { return strings.Compare(a.Key, b.Key) })
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
	err := p.scanRows(ctx, c, p.table.all, nil, func(f layers.Feature) error {
		if err := flush(f.Key, false); err != nil {
			return err
		}
		if !trueAt(&f, at) {
			return nil
		}
		if next < len(old) && old[next].Key == f.Key { // another program made the row
			next++
		}
		return p.emitPast(f, emit)
	})
	if err != nil {
		return err
	}
	return flush("", true)
}

// boxes are those that every match meets, nil for everywhere.
func (p *plan) boxes() []orb.Bound {
	switch {
	case p.query.Boxes != nil:
		return p.query.Boxes
	case p.region != nil:
		return []orb.Bound{p.near}
	}
	return nil
}

// emitPast applies the conditions that a scan by key takes care of.
func (p *plan) emitPast(f layers.Feature, emit func(layers.Feature) error) error {
	q := p.query
	if q.IDs != nil && !slices.Contains(q.IDs, f.Key) || q.After != nil && len(q.Sort) == 0 && f.Key <= q.After.ID {
		return nil
	}
	return emit(f)
}

func trueAt(f *layers.Feature, at int64) bool {
	return (f.ValidFrom.IsZero() || f.ValidFrom.UnixMicro() <= at) && (f.ValidTo.IsZero() || at < f.ValidTo.UnixMicro())
}
