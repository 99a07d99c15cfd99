package spatial

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"wutu/layers"
	"wutu/layers/live"
)

// LinkedGroup is the answer of a join for a pair of values.
type LinkedGroup struct {
	Left, Right string    // values as text, "" for null and where nothing is grouped by
	Pairs       int       // of linked features
	Features    int       // of the left layer, with at least one of these pairs
	Measures    []float64 // of the right features of the pairs; NaN where none has a value
}

// Groups adds up the pairs by a field of the left layer, of the right one, or both;
// "" groups by nothing. The groups are in order of their values, and their pairs add
// up to those of the join. Errors as Counts; Forbidden for fields the subject does
// not see whole, TooLarge for more than most groups.
func (j *Join) Groups(ctx context.Context, v *live.View, left, right string, measures []live.Measure, most int) ([]LinkedGroup, error) {
	x, err := j.begin(ctx, v)
	if err != nil {
		return nil, err
	}
	fields, err := measured(x.probe, measures)
	if err != nil {
		return nil, err
	}
	by := [2]int{-1, -1}
	if right != "" {
		if by[1], err = groupField(x.probe, right); err != nil {
			return nil, err
		}
	}
	if left != "" {
		probe, err := v.Probe(ctx, j.Left.Query)
		if err != nil {
			return nil, err
		}
		if by[0], err = groupField(probe, left); err != nil {
			return nil, err
		}
	}
	value := func(r *live.Row, field int) string {
		if field < 0 {
			return ""
		}
		return r.Value(field).String()
	}
	work := func(k *linker, l *live.Row) map[[2]string]*totals {
		var out map[[2]string]*totals
		own := value(l, by[0])
		k.each(l.Geometry(), func(r *live.Row) bool {
			key := [2]string{own, value(r, by[1])}
			t := out[key]
			if t == nil {
				if out == nil {
					out = make(map[[2]string]*totals)
				}
				t = newTotals(len(measures))
				out[key] = t
			}
			t.add(r, fields)
			return true
		})
		return out
	}
	type sum struct {
		totals
		features int
	}
	sums := make(map[[2]string]*sum)
	for part, err := range inRuns(ctx, x, nil, work) {
		if err != nil {
			return nil, err
		}
		for key, t := range part {
			s := sums[key]
			if s == nil {
				if len(sums) == most {
					return nil, &layers.Error{Kind: layers.TooLarge, Op: "join", Field: "by", Err: fmt.Errorf("makes more than %d groups", most)}
				}
				s = &sum{totals: *newTotals(len(measures))}
				sums[key] = s
			}
			s.merge(t)
			s.features++
		}
	}
	out := make([]LinkedGroup, 0, len(sums))
	for key, s := range sums {
		out = append(out, LinkedGroup{Left: strings.Clone(key[0]), Right: strings.Clone(key[1]), Pairs: s.n, Features: s.features, Measures: s.results(measures)})
	}
	slices.SortFunc(out, func(a, b LinkedGroup) int {
		return cmp.Or(strings.Compare(a.Left, b.Left), strings.Compare(a.Right, b.Right))
	})
	return out, nil
}

// groupField finds and checks a field to group by.
func groupField(p *live.Probe, name string) (int, error) {
	l := p.Layer()
	f := l.FieldIndex(name)
	if f < 0 {
		return -1, layers.Invalidf("join", "by", fmt.Sprintf("layer %s has no field %.80q", l.ID, name))
	}
	return f, refused(p, "by", f)
}

// refused is the error of asking for the values of a field that the subject does not
// see whole, naming the part of the question; nil when it does.
func refused(p *live.Probe, part string, field int) error {
	if p.MayUse(field) == nil {
		return nil
	}
	l := p.Layer()
	return &layers.Error{Kind: layers.Forbidden, Op: "join", Layer: l.ID, Field: part, Err: fmt.Errorf("field %s is personal", l.Fields[field].Name)}
}
