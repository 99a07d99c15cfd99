package spatial

import (
	"fmt"
	"math"

	"wutu/layers"
	"wutu/layers/live"
)

// measured finds and checks the fields of measures of the right layer.
func measured(p *live.Probe, measures []live.Measure) ([]int, error) {
	out := make([]int, len(measures))
	l := p.Layer()
	for i, m := range measures {
		f := l.FieldIndex(m.Field)
		switch {
		case f < 0:
			return nil, layers.Invalidf("join", "measures", fmt.Sprintf("layer %s has no field %.80q", l.ID, m.Field))
		case l.Fields[f].Type != layers.Integer && l.Fields[f].Type != layers.Number:
			return nil, layers.Invalidf("join", "measures", fmt.Sprintf("field %s is a %s, not a number", m.Field, l.Fields[f].Type))
		case m.Op != live.Sum && m.Op != live.Avg && m.Op != live.Min && m.Op != live.Max:
			return nil, layers.Invalidf("join", "measures", m.String()+" is not sum, avg, min or max of a field")
		}
		if err := refused(p, "measures", f); err != nil {
			return nil, err
		}
		out[i] = f
	}
	return out, nil
}

// totals adds up rows.
type totals struct {
	n             int
	with          []int
	sum, low, top []float64
}

func newTotals(n int) *totals {
	return &totals{with: make([]int, n), sum: make([]float64, n), low: make([]float64, n), top: make([]float64, n)}
}

func (t *totals) add(r *live.Row, fields []int) {
	t.n++
	for i, f := range fields {
		v := r.Value(f)
		if v.IsNull() {
			continue
		}
		x := v.Float()
		if t.with[i]++; t.with[i] == 1 {
			t.low[i], t.top[i] = x, x
		}
		t.sum[i] += x
		t.low[i], t.top[i] = min(t.low[i], x), max(t.top[i], x)
	}
}

func (t *totals) results(measures []live.Measure) []float64 {
	out := make([]float64, len(measures))
	for i, m := range measures {
		switch {
		case t.with[i] == 0:
			out[i] = math.NaN()
		case m.Op == live.Avg:
			out[i] = t.sum[i] / float64(t.with[i])
		case m.Op == live.Min:
			out[i] = t.low[i]
		case m.Op == live.Max:
			out[i] = t.top[i]
		default:
			out[i] = t.sum[i]
		}
	}
	return out
}

// merge adds what another has added up.
func (t *totals) merge(o *totals) {
	t.n += o.n
	for i := range o.with {
		switch {
		case o.with[i] == 0:
			continue
		case t.with[i] == 0:
			t.low[i], t.top[i] = o.low[i], o.top[i]
		default:
			t.low[i], t.top[i] = min(t.low[i], o.low[i]), max(t.top[i], o.top[i])
		}
		t.with[i] += o.with[i]
		t.sum[i] += o.sum[i]
	}
}
