package live

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"wutu/geo/hexgrid"
	"wutu/layers"
)

// By says by what rows are grouped. At most one of its parts is set; none makes
// a single group with an empty key.
type By struct {
	Level layers.Level // owning area
	Cells bool         // H3 cell of resolution Res
	Res   int          // 0–15, used with Cells
	Field string       // value of a field
}

// MeasureOp is an aggregate function.
type MeasureOp uint8

// The aggregate functions. Null values are left out.
const (
	Sum MeasureOp = iota + 1
	Avg
	Min
	Max
)

var measureNames = [...]string{"", "sum", "avg", "min", "max"}

// String is the name used in queries.
func (o MeasureOp) String() string {
	if int(o) < len(measureNames) {
		return measureNames[o]
	}
	return ""
}

// Measure is an aggregate of a numeric field.
type Measure struct {
	Op    MeasureOp
	Field string
}

// ParseMeasure reads "sum:area". The error is Invalid.
func ParseMeasure(s string) (Measure, error) {
	op, field, _ := strings.Cut(s, ":")
	for i, name := range measureNames {
		if i > 0 && name == op && field != "" {
			return Measure{Op: MeasureOp(i), Field: field}, nil
		}
	}
	return Measure{}, layers.Invalidf("stats", "measures", fmt.Sprintf("%.80q is not sum:field, avg:field, min:field or max:field", s))
}

// String is the inverse of ParseMeasure.
func (m Measure) String() string { return m.Op.String() + ":" + m.Field }

// Group is the answer for one key.
type Group struct {
	Key string // area code, H3 cell or value; "" outside every area or for null
	Count
	Cell     hexgrid.Cell // when grouped by cells
	Measures []float64    // one per Measure; NaN when no row has a value, and when the count is suppressed
}

// Group counts and measures the matching rows per key, in order of key. The
// groups' counts add up to the count of the query: each row is in one group.
// Errors as Count; Forbidden for personal fields, Invalid for fields that do
// not exist or are not numeric.
func (v *View) Group(ctx context.Context, q layers.Query, by By, measures []Measure) ([]Group, error) {
	p, err := v.plan(ctx, &q)
	if err != nil {
		return nil, err
	}
	fields, err := p.measureFields(measures)
	if err != nil {
		return nil, err
	}
	key, err := p.keyOf(by)
	if err != nil {
		return nil, err
	}
	sums := make(map[groupKey]*tally)
	err = p.each(ctx, func(r *Row) bool {
		k := key(r)
		t := sums[k]
		if t == nil {
			t = newTally(len(fields))
			sums[k] = t
		}
		if p.shadow != nil {
			t.addBlock(p.shadow, r.row, fields)
		} else {
			t.add(r, fields)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	p.noMeasures = noMeasures(len(measures))
	return p.withhold(p.groups(sums, by, measures), by), nil
}

// groupKey is what rows are grouped by: a number for areas and cells, a value
// for fields.
type groupKey struct {
	num   uint64
	value layers.Value
}

func (p *plan) keyOf(by By) (func(*Row) groupKey, error) {
	fail := func(msg string) (func(*Row) groupKey, error) { return nil, layers.Invalidf("stats", "by", msg) }
	switch {
	case by.Cells:
		if by.Res < 0 || by.Res > hexgrid.MaxResolution {
			return fail(fmt.Sprintf("H3 resolution %d is not between 0 and %d", by.Res, hexgrid.MaxResolution))
		}
		return func(r *Row) groupKey { return groupKey{num: uint64(r.cell(by.Res))} }, nil
	case by.Level != layers.NoLevel:
		set := p.view.areasOf(by.Level)
		var seg *segment
		var owners []uint32
		return func(r *Row) groupKey {
			if r.seg == nil {
				return groupKey{num: uint64(set.owner(r.point()))}
			}
			if r.seg != seg {
				seg, owners = r.seg, r.seg.ownersOf(by.Level, set)
			}
			return groupKey{num: uint64(owners[r.row])}
		}, nil
	case by.Field != "":
		f := p.table.layer.FieldIndex(by.Field)
		if f < 0 {
			return fail(fmt.Sprintf("layer %s has no field %.80q", p.table.layer.ID, by.Field))
		}
		if err := p.mayCountBy(f, false); err != nil {
			return nil, err
		}
		return func(r *Row) groupKey {
			if v := r.Value(f); v != layers.Text("") { // empty text and null share the key ""
				return groupKey{value: v}
			}
			return groupKey{}
		}, nil
	}
	return func(*Row) groupKey { return groupKey{} }, nil
}

func (p *plan) measureFields(measures []Measure) ([]int, error) {
	out := make([]int, len(measures))
	for i, m := range measures {
		f := p.table.layer.FieldIndex(m.Field)
		if f < 0 {
			return nil, layers.Invalidf("stats", "measures", fmt.Sprintf("layer %s has no field %.80q", p.table.layer.ID, m.Field))
		}
		if t := p.table.layer.Fields[f].Type; t != layers.Integer && t != layers.Number {
			return nil, layers.Invalidf("stats", "measures", fmt.Sprintf("field %s is a %s, not a number", m.Field, t))
		}
		if err := p.mayCountBy(f, true); err != nil {
			return nil, err
		}
		if err := p.mayMeasure(m); err != nil {
			return nil, err
		}
		out[i] = f
	}
	return out, nil
}

func (p *plan) groups(sums map[groupKey]*tally, by By, measures []Measure) []Group {
	var set *areaSet
	if by.Level != layers.NoLevel && !by.Cells {
		set = p.view.areasOf(by.Level)
	}
	out := make([]Group, 0, len(sums))
	for k, t := range sums {
		g := Group{Count: p.suppress(t.n), Measures: t.results(measures)}
		switch {
		case by.Cells && k.num != 0:
			g.Cell = hexgrid.Cell(k.num)
			g.Key = g.Cell.String()
		case set != nil && uint32(k.num) != noArea:
			g.Key = set.areas[k.num].Code
		case by.Field != "":
			g.Key = strings.Clone(k.value.String())
		}
		if g.Below > 0 {
			for i := range g.Measures {
				g.Measures[i] = math.NaN()
			}
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Group) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// tally adds up one group.
type tally struct {
	n             int
	with          []int // rows with a value, per measure
	sum, low, top []float64
}

func newTally(measures int) *tally {
	return &tally{with: make([]int, measures), sum: make([]float64, measures),
		low: make([]float64, measures), top: make([]float64, measures)}
}

func (t *tally) add(r *Row, fields []int) {
	t.n++
	for i, f := range fields {
		v := r.Value(f)
		if v.IsNull() {
			continue
		}
		x := v.Float()
		if t.with[i] == 0 {
			t.low[i], t.top[i] = x, x
		}
		t.with[i]++
		t.sum[i] += x
		t.low[i], t.top[i] = min(t.low[i], x), max(t.top[i], x)
	}
}

func (t *tally) results(measures []Measure) []float64 {
	out := make([]float64, len(measures))
	for i, m := range measures {
		switch {
		case t.with[i] == 0:
			out[i] = math.NaN()
		case m.Op == Avg:
			out[i] = t.sum[i] / float64(t.with[i])
		case m.Op == Min:
			out[i] = t.low[i]
		case m.Op == Max:
			out[i] = t.top[i]
		default:
			out[i] = t.sum[i]
		}
	}
	return out
}
