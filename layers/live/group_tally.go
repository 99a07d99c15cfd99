package live

import (
	"math"
	"slices"

	"wutu/layers"
)

// tally adds up the values of one field by group, for all measures of it. What
// it holds does not depend on the order of the rows.
type tally struct {
	field int
	typ   layers.FieldType

	// what the measures ask for
	sums, ends, kept, differ bool
	ranked                   bool // the kept values are wanted in order
	hists                    []histTally

	with      []int
	sum       []exactSum
	low, high []float64
	values    []float64 // kept: every value, for quantiles,
	of        []uint32  // and the group of each
	keys      *keyer    // differ: numbers the values
	pairs     pairSet   // of groups and values
	scratch   []uint32
}

// histTally counts by group and bin for a histogram whose edges are given: bin 0
// is below the first edge, the last bin above the last edge.
type histTally struct {
	edges []float64
	count []int // by group × (len(edges)+1) + bin
}

// fresh is an empty tally of the same measures.
func (t *tally) fresh() *tally {
	f := &tally{field: t.field, typ: t.typ, sums: t.sums, ends: t.ends, kept: t.kept, differ: t.differ}
	for _, h := range t.hists {
		f.hists = append(f.hists, histTally{edges: h.edges})
	}
	if t.differ {
		f.keys = t.keys.fresh()
	}
	return f
}

// reach makes room for n groups.
func (t *tally) reach(n int) {
	t.with = reach(t.with, n)
	if t.sums {
		t.sum = reach(t.sum, n)
	}
	if t.ends {
		t.low, t.high = reach(t.low, n), reach(t.high, n)
	}
	for i := range t.hists {
		t.hists[i].count = reach(t.hists[i].count, n*(len(t.hists[i].edges)+1))
	}
}

func reach[T any](s []T, n int) []T {
	if len(s) >= n {
		return s
	}
	return slices.Grow(s, n-len(s))[:n]
}

// rows adds the values of rows of a segment, whose groups are known.
func (t *tally) rows(s *segment, rows, groups []uint32) {
	if t.field >= len(s.columns) {
		return
	}
	others := t.sums || t.ends || t.kept || t.hists != nil
	if t.differ {
		t.distinctRows(s, rows, groups, !others)
		if !others {
			return
		}
	}
	switch c := s.columns[t.field].(type) {
	case nullColumn:
	case *numberColumn:
		whole := c.narrow != nil && t.sums && !t.ends && !t.kept && t.hists == nil
		for i, row := range rows {
			g := groups[i]
			switch {
			case c.nulls.has(row):
			case whole:
				t.with[g]++
				t.sum[g].whole += int64(c.narrow[row])
			case c.narrow == nil && c.typ != layers.Number:
				t.addInt(g, c.content(row))
			default:
				t.addFloat(g, c.float(row))
			}
		}
	case *dictColumn:
		for i, row := range rows {
			if c.code(row) != 0 {
				t.with[groups[i]]++
			}
		}
	default:
		for i, row := range rows {
			t.value(groups[i], c.value(row))
		}
	}
}

// distinctRows notes the different values, and with count how many there are.
func (t *tally) distinctRows(s *segment, rows, groups []uint32, count bool) {
	if t.keys.seg != s {
		t.keys.begin(s, len(rows))
	}
	t.scratch = reach(t.scratch, len(rows))
	t.keys.rows(rows, t.scratch)
	lastGroup, lastKey := uint32(0), uint32(0)
	for i, g := range groups[:len(rows)] {
		key := t.scratch[i]
		if key == 0 {
			continue
		}
		if count {
			t.with[g]++
		}
		if key != lastKey || g != lastGroup {
			t.pairs.add(g, key)
			lastGroup, lastKey = g, key
		}
	}
}

// row adds the value of any row.
func (t *tally) row(r *Row, g uint32) {
	v := r.Value(t.field)
	if t.differ && !v.IsNull() {
		t.pairs.add(g, t.keys.number(v))
	}
	t.value(g, v)
}

func (t *tally) value(g uint32, v layers.Value) {
	switch v.Type() {
	case layers.Integer:
		t.addInt(g, v.Int())
	case layers.DateTime:
		t.addInt(g, v.Micro())
	case layers.Number:
		t.addFloat(g, v.Float())
	case layers.String, layers.Boolean:
		t.with[g]++
	}
}

func (t *tally) addInt(g uint32, n int64) {
	if t.sums {
		t.sum[g].addInt(n)
	}
	t.add(g, float64(n))
}

func (t *tally) addFloat(g uint32, x float64) {
	if t.sums {
		t.sum[g].add(x)
	}
	t.add(g, x)
}

func (t *tally) add(g uint32, x float64) {
	if t.ends {
		if t.with[g] == 0 {
			t.low[g], t.high[g] = x, x
		} else {
			t.low[g], t.high[g] = min(t.low[g], x), max(t.high[g], x)
		}
	}
	t.with[g]++
	if t.kept {
		t.values = append(t.values, x)
		t.of = append(t.of, g)
	}
	for i := range t.hists {
		h := &t.hists[i]
		h.count[int(g)*(len(h.edges)+1)+binOf(h.edges, x)]++
	}
}

// block adds a block of a release.
func (t *tally) block(s *shadow, row, g uint32) {
	b := &s.blocks[row]
	j := slices.Index(s.sums, t.field)
	t.with[g] += b.With[j]
	t.sum[g].add(b.Sums[j])
}

// join adds what another tally holds. to translates its groups.
func (t *tally) join(o *tally, to []uint32) {
	for g, n := range o.with {
		if n == 0 {
			continue
		}
		h := to[g]
		if t.sums {
			t.sum[h].join(&o.sum[g])
		}
		if t.ends {
			if t.with[h] == 0 {
				t.low[h], t.high[h] = o.low[g], o.high[g]
			} else {
				t.low[h], t.high[h] = min(t.low[h], o.low[g]), max(t.high[h], o.high[g])
			}
		}
		t.with[h] += n
		for i := range t.hists {
			size := len(t.hists[i].edges) + 1
			for b, n := range o.hists[i].count[g*size : (g+1)*size] {
				t.hists[i].count[int(h)*size+b] += n
			}
		}
	}
	t.values = append(t.values, o.values...)
	for _, g := range o.of {
		t.of = append(t.of, to[g])
	}
	if t.differ {
		number := make([]uint32, len(o.keys.values))
		for i, v := range o.keys.values {
			number[i] = t.keys.number(v)
		}
		o.pairs.each(func(g, v uint32) { t.pairs.add(to[g], number[v]) })
	}
}

// total is the sum of a group over its rows with a value, NaN without any.
func (t *tally) total(g int) float64 {
	if t.with[g] == 0 {
		return math.NaN()
	}
	return t.sum[g].total()
}
