package memstore

import (
	"context"
	"iter"
	"slices"

	"wutu/layers"
)

var _ layers.LogReader = (*Store)(nil)

// Log implements layers.LogReader.
func (s *Store) Log(ctx context.Context, since uint64, names []string) iter.Seq2[layers.Step, error] {
	return func(yield func(layers.Step, error) bool) {
		steps, err := s.steps(ctx, since, names)
		if err != nil {
			yield(layers.Step{}, err)
			return
		}
		for _, step := range steps {
			if !yield(step, nil) {
				return
			}
		}
	}
}

func (s *Store) steps(ctx context.Context, since uint64, names []string) ([]layers.Step, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []layers.Step
	for i, e := range s.log {
		seq := uint64(i + 1)
		if seq <= since || e.op == layers.Define || !slices.Contains(names, e.layer) {
			continue
		}
		t := s.tables[e.layer]
		step := layers.Step{Change: layers.Change{Seq: seq, At: e.at, Op: e.op, Layer: e.layer, ID: e.id}}
		for _, v := range t.rows[e.id].versions {
			f := cloneFeature(padded(&v.feature, t.layer))
			switch {
			case f.Version == seq:
				step.Feature = &f
			case f.Version < seq:
				step.Old = &f
			}
		}
		if step.Old != nil && slices.ContainsFunc(s.log[step.Old.Version:i], func(l entry) bool {
			return l.op == layers.Delete && l.layer == e.layer && l.id == e.id
		}) {
			step.Old = nil // it had been deleted
		}
		out = append(out, step)
	}
	return out, nil
}
