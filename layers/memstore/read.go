package memstore

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
)

// Read implements layers.Reader by trying every feature. It takes the whole
// answer under the lock, then yields it.
func (s *Store) Read(ctx context.Context, q layers.Query) iter.Seq2[layers.Feature, error] {
	return func(yield func(layers.Feature, error) bool) {
		found, err := s.read(ctx, &q)
		if err != nil {
			yield(layers.Feature{}, err)
			return
		}
		for _, f := range found {
			if err := ctx.Err(); err != nil {
				yield(layers.Feature{}, err)
				return
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (s *Store) read(ctx context.Context, q *layers.Query) ([]layers.Feature, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	t, ok := s.tables[q.Layer]
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "query", Layer: q.Layer, Err: fmt.Errorf("no such layer")}
	}
	decision := access.Decide(&q.Subject, t.layer)
	if err := decision.MayList(&q.Subject, t.layer); err != nil {
		return nil, err
	}
	program, err := cql2.Compile(q.Filter, t.layer)
	if err != nil {
		return nil, err
	}
	if err := decision.MayFilter(t.layer, q.Filter, program); err != nil {
		return nil, err
	}
	var sorting []int
	for _, k := range q.Sort {
		field := t.layer.FieldIndex(k.Field)
		if field < 0 {
			return nil, &layers.Error{Kind: layers.Invalid, Op: "query", Layer: q.Layer, Field: k.Field, Err: fmt.Errorf("no such field to sort by")}
		}
		if err := decision.MayUse(t.layer, field); err != nil {
			return nil, err
		}
		sorting = append(sorting, field)
	}
	owned := s.ownership(&decision, t.layer, q.At)

	var out []layers.Feature
	for id, r := range t.rows {
		f := r.at(q.At)
		if f == nil ||
			q.IDs != nil && !slices.Contains(q.IDs, id) ||
			q.Boxes != nil && !inBoxes(q.Boxes, f.Shape) ||
			q.Region != nil && !inRegion(q.Region, f.Shape) ||
			!owned(padded(f, t.layer)) || !program.Match(padded(f, t.layer)) {
			continue
		}
		c := cloneFeature(padded(f, t.layer))
		for i := range c.Values {
			c.Values[i] = decision.Sights.Value(t.layer, i, c.Values[i])
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b layers.Feature) int {
		for i, field := range sorting {
			if c := directed(a.Value(field).Order(b.Value(field)), q.Sort[i].Desc); c != 0 {
				return c
			}
		}
		return strings.Compare(a.Key, b.Key)
	})
	if q.After != nil {
		out = slices.DeleteFunc(out, func(f layers.Feature) bool { return !behind(&f, sorting, q) })
	}
	out = out[min(q.Offset, len(out)):]
	if q.Limit > 0 {
		out = out[:min(q.Limit, len(out))]
	}
	return out, nil
}

// padded returns f with a value for every field of l, which may have gained
// fields since f was stored.
func padded(f *layers.Feature, l *layers.Layer) *layers.Feature {
	if len(f.Values) == len(l.Fields) {
		return f
	}
	c := *f
	c.Values = make([]layers.Value, len(l.Fields))
	copy(c.Values, f.Values)
	return &c
}

func directed(c int, desc bool) int {
	if desc {
		return -c
	}
	return c
}

// behind reports whether f comes after the cursor of q.
func behind(f *layers.Feature, sorting []int, q *layers.Query) bool {
	for i, field := range sorting {
		if c := directed(f.Value(field).Order(q.After.Values[i]), q.Sort[i].Desc); c != 0 {
			return c > 0
		}
	}
	return f.Key > q.After.ID
}

// at returns the state of the feature that was true at t, nil for none; the
// current state for the zero time.
func (r *record) at(t time.Time) *layers.Feature {
	if t.IsZero() {
		return r.current
	}
	var end time.Time // earliest deletion after the version looked at
	for i := len(r.versions) - 1; i >= 0; i-- {
		v := &r.versions[i]
		if d := v.deleted; !d.IsZero() && (end.IsZero() || d.Before(end)) {
			end = d
		}
		f := &v.feature
		if (f.ValidFrom.IsZero() || !t.Before(f.ValidFrom)) && (f.ValidTo.IsZero() || t.Before(f.ValidTo)) &&
			(end.IsZero() || t.Before(end)) {
			return f
		}
	}
	return nil
}
