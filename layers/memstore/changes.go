package memstore

import (
	"context"
	"iter"

	"wutu/layers"
)

// Seq implements layers.ChangeReader.
func (s *Store) Seq(ctx context.Context) (uint64, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	return uint64(len(s.log)), nil
}

// Changes implements layers.ChangeReader. Puts that were overtaken by a later
// change of the same feature, and definitions by later ones, are left out.
func (s *Store) Changes(ctx context.Context, since uint64) iter.Seq2[layers.Change, error] {
	return func(yield func(layers.Change, error) bool) {
		changes, err := s.changes(ctx, since)
		if err != nil {
			yield(layers.Change{}, err)
			return
		}
		for _, c := range changes {
			if err := ctx.Err(); err != nil {
				yield(layers.Change{}, err)
				return
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

func (s *Store) changes(ctx context.Context, since uint64) ([]layers.Change, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []layers.Change
	for seq := since + 1; seq <= uint64(len(s.log)) && seq > since; seq++ {
		e := s.log[seq-1]
		t := s.tables[e.layer]
		c := layers.Change{Seq: seq, At: e.at, Op: e.op, Layer: e.layer, ID: e.id}
		switch e.op {
		case layers.Define:
			if t.defined != seq {
				continue
			}
			c.Def = t.layer
		case layers.Put:
			f := t.rows[e.id].current
			if f == nil || f.Version != seq {
				continue
			}
			copied := cloneFeature(f)
			c.Feature = &copied
		case layers.Delete:
		}
		out = append(out, c)
	}
	return out, nil
}
