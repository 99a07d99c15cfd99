package memstore

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

var _ layers.PastReader = (*Store)(nil)

// Past implements layers.PastReader by trying every feature, in order of id.
func (s *Store) Past(ctx context.Context, q layers.Past) iter.Seq2[layers.Feature, error] {
	return func(yield func(layers.Feature, error) bool) {
		found, changed, err := s.past(ctx, &q)
		if err != nil {
			yield(layers.Feature{}, err)
			return
		}
		for _, c := range changed {
			q.Changed(c.id, c.now)
		}
		for _, f := range found {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// changedFeature is one that changed after what the caller knows.
type changedFeature struct {
	id  string
	now *layers.Feature // its current version, if that was the truth
}

func (s *Store) past(ctx context.Context, q *layers.Past) (found []layers.Feature, changed []changedFeature, err error) {
	if err := s.lock(ctx); err != nil {
		return nil, nil, err
	}
	defer s.mu.Unlock()
	t, ok := s.tables[q.Layer]
	if !ok {
		return nil, nil, &layers.Error{Kind: layers.NotFound, Op: "past", Layer: q.Layer, Err: fmt.Errorf("no such layer")}
	}
	if q.At.IsZero() {
		return nil, nil, layers.Invalidf("past", "datetime", "is missing")
	}
	if q.Changed != nil {
		for i := q.Known; i < uint64(len(s.log)); i++ {
			e := &s.log[i]
			if e.layer != q.Layer || e.op == layers.Define || slices.ContainsFunc(changed, func(c changedFeature) bool { return c.id == e.id }) {
				continue
			}
			c := changedFeature{id: e.id}
			if r := t.rows[e.id]; r.current != nil {
				if f := r.at(q.At); f != nil && f.Version == r.current.Version {
					now := cloneFeature(padded(f, t.layer))
					c.now = &now
				}
			}
			changed = append(changed, c)
		}
	}
	left := q.Limit
	for _, id := range slices.Sorted(maps.Keys(t.rows)) {
		r := t.rows[id]
		f := r.at(q.At)
		if f == nil || q.IDs != nil && !slices.Contains(q.IDs, id) || id <= q.AfterID && q.AfterID != "" {
			continue
		}
		if r.current != nil && f.Version == r.current.Version {
			continue
		}
		if q.IDs == nil && q.Boxes != nil && !slices.ContainsFunc(q.Boxes, func(b orb.Bound) bool { return f.Shape != nil && b.Intersects(f.Shape.Bound()) }) {
			continue
		}
		found = append(found, cloneFeature(padded(f, t.layer)))
		if left--; left == 0 {
			break
		}
	}
	return found, changed, nil
}

// Steady implements layers.PastReader.
func (s *Store) Steady(ctx context.Context, layer string, at time.Time) (from, to time.Time, err error) {
	if err := s.lock(ctx); err != nil {
		return from, to, err
	}
	defer s.mu.Unlock()
	t, ok := s.tables[layer]
	if !ok {
		return from, to, &layers.Error{Kind: layers.NotFound, Op: "steady", Layer: layer, Err: fmt.Errorf("no such layer")}
	}
	turn := func(b time.Time) {
		switch {
		case b.IsZero():
		case !b.After(at):
			if from.IsZero() || b.After(from) {
				from = b
			}
		case to.IsZero() || b.Before(to):
			to = b
		}
	}
	for _, r := range t.rows {
		for i := range r.versions {
			turn(r.versions[i].feature.ValidFrom)
			turn(r.versions[i].feature.ValidTo)
			turn(r.versions[i].deleted)
		}
	}
	return from, to, nil
}
