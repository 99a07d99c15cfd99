package live

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"wutu/geo/hexgrid"
	"wutu/layers"
)

// Group is the answer for one key.
type Group struct {
	Key  string // area code, H3 cell, value or unit of time; "" outside every area, for null and for empty text
	Keys []Key  // one for each By, in their order
	Count
	Cell     hexgrid.Cell // when grouped by cells alone
	Measures []float64    // one for each Measure: instants in microseconds since 1970, counts as they are; NaN when no row has a value, when the count is suppressed, and for Bins
	Bins     []*Histogram // one for each Measure, nil but for Bins with values; nil without such a measure
}

// Group counts and measures the matching rows per key, in order of key. The
// groups' counts add up to the count of the query: each row is in one group.
// Sums are the doubles nearest to the true ones, whatever the order of rows; so
// are, for the same rows, all other answers. Errors as Count; Forbidden for
// fields the subject may not use, Invalid for fields that do not exist or that
// the measure does not take, TooLarge for more than a million groups. It costs
// O(rows that match), on all processors.
func (v *View) Group(ctx context.Context, q layers.Query, by By, measures []Measure) ([]Group, error) {
	return v.GroupBy(ctx, q, []By{by}, measures)
}

// GroupBy is Group by several keys at once, in order of the first, then the
// second, and so on. Each combination that occurs is a group, so that the groups
// of a key, added up over the others, are those of Group by that key alone. The
// Key of a group joins its keys with "|".
func (v *View) GroupBy(ctx context.Context, q layers.Query, by []By, measures []Measure) ([]Group, error) {
	p, err := v.plan(ctx, &q)
	if err != nil {
		return nil, err
	}
	by = slices.DeleteFunc(slices.Clone(by), func(b By) bool { return !b.Cells && b.Level == layers.NoLevel && b.Field == "" })
	fields, err := p.measureFields(measures)
	if err != nil {
		return nil, err
	}
	g := &grouping{plan: p}
	for i, b := range by {
		k, err := p.keyer(b)
		if err != nil {
			return nil, err
		}
		g.keyers = append(g.keyers, k)
		if i > 0 {
			g.chain = append(g.chain, newChain())
		}
	}
	taken := g.measure(measures, fields)
	if err := g.run(ctx); err != nil {
		return nil, err
	}
	p.noMeasures = noMeasures(len(measures))
	out := p.withhold(g.answers(measures, taken), by)
	slices.SortFunc(out, compareGroups)
	return out, nil
}

// measure makes the tallies of the measures, one for each field, and returns
// which one each measure is taken from.
func (g *grouping) measure(measures []Measure, fields []int) []int {
	out := make([]int, len(measures))
	for i := range measures {
		m := &measures[i]
		at := slices.IndexFunc(g.tallies, func(t *tally) bool { return t.field == fields[i] })
		if at < 0 {
			at = len(g.tallies)
			g.tallies = append(g.tallies, &tally{field: fields[i], typ: g.plan.table.layer.Fields[fields[i]].Type})
		}
		t := g.tallies[at]
		switch m.Op {
		case Sum, Avg:
			t.sums = true
		case Min, Max:
			t.ends = true
		case Quantile:
			t.kept, t.ranked = true, true
		case Distinct:
			if t.differ = true; t.keys == nil {
				t.keys = (&keyer{by: By{Field: m.Field}, field: fields[i], strict: true}).fresh()
			}
		case Bins:
			if m.N > 0 {
				t.kept, t.ends = true, true
			} else {
				t.hists = append(t.hists, histTally{edges: m.Edges})
			}
		case Values:
		}
		out[i] = at
	}
	return out
}

// answers makes the groups that have rows, in no particular order.
func (g *grouping) answers(measures []Measure, taken []int) []Group {
	g.reach()
	results := make([]result, len(g.tallies))
	for i, t := range g.tallies {
		results[i] = t.result(len(g.n))
	}
	some := 0
	for _, n := range g.n {
		if n > 0 {
			some++
		}
	}
	out := make([]Group, 0, some)
	keys, numbers := make([]Key, some*len(g.keyers)), make([]float64, some*len(measures)) // for all groups at once
	for at, n := range g.n {
		if n == 0 {
			continue
		}
		a := Group{Keys: carve(&keys, len(g.keyers)), Count: g.plan.suppress(n), Measures: carve(&numbers, len(measures))}
		g.keysOf(at, a.Keys)
		a.name()
		if a.Below > 0 {
			a.Measures = noMeasures(len(measures))
			out = append(out, a)
			continue
		}
		var nth []int // by tally: how many of its given histograms are taken
		for i := range measures {
			t, r := g.tallies[taken[i]], &results[taken[i]]
			if measures[i].Op != Bins {
				a.Measures[i] = t.measure(&measures[i], at, r)
				continue
			}
			if a.Bins == nil {
				a.Bins, nth = make([]*Histogram, len(measures)), make([]int, len(g.tallies))
			}
			a.Measures[i] = math.NaN()
			switch {
			case measures[i].N > 0:
				if r.edges != nil {
					a.Bins[i] = histogram(r.values[at], equalBins(r.edges[0], r.edges[1], measures[i].N))
				}
			default:
				a.Bins[i] = t.hists[nth[taken[i]]].histogram(at)
				nth[taken[i]]++
			}
		}
		out = append(out, a)
	}
	return out
}

// result is what is worked out once for all groups of a tally.
type result struct {
	values [][]float64 // kept
	differ []int
	edges  []float64 // least and greatest value of all groups
}

func (t *tally) result(groups int) result {
	var r result
	if t.kept {
		r.values = t.apart(groups, t.ranked)
	}
	if t.differ {
		r.differ = make([]int, groups)
		t.pairs.each(func(g, _ uint32) { r.differ[g]++ })
	}
	for g, n := range t.with {
		switch {
		case n == 0 || !t.ends:
		case r.edges == nil:
			r.edges = []float64{t.low[g], t.high[g]}
		default:
			r.edges[0], r.edges[1] = min(r.edges[0], t.low[g]), max(r.edges[1], t.high[g])
		}
	}
	return r
}

// measure is a measure of a group but for Bins.
func (t *tally) measure(m *Measure, g int, r *result) float64 {
	switch {
	case m.Op == Values:
		return float64(t.with[g])
	case m.Op == Distinct:
		return float64(r.differ[g])
	case t.with[g] == 0:
		return math.NaN()
	}
	switch m.Op {
	case Sum:
		return t.total(g)
	case Avg:
		return t.total(g) / float64(t.with[g])
	case Min:
		return t.low[g]
	case Max:
		return t.high[g]
	case Quantile:
		return quantile(r.values[g], m.Q)
	case Values, Distinct, Bins:
	}
	return math.NaN()
}

// carve takes the first n of a slice.
func carve[T any](from *[]T, n int) []T {
	out := (*from)[:n:n]
	*from = (*from)[n:]
	return out
}

// keysOf writes the keys of a group.
func (g *grouping) keysOf(at int, out []Key) {
	for i := len(g.chain); i > 0; i-- {
		pair := g.chain[i-1].pairs[at]
		out[i] = g.keyers[i].key(g.keyers[i].values[pair[1]])
		at = int(pair[0])
	}
	if len(out) > 0 {
		out[0] = g.keyers[0].key(g.keyers[0].values[at])
	}
}

// key is the key a value stands for.
func (k *keyer) key(v layers.Value) Key {
	switch {
	case v.IsNull():
		return Key{}
	case k.by.Cells:
		c := hexgrid.Cell(v.Int())
		return Key{Text: c.String(), Cell: c}
	case k.set != nil:
		a := &k.set.areas[v.Int()]
		return Key{Text: a.Code, Name: a.Name}
	case k.by.Unit != NoUnit:
		from, to := k.by.Unit.span(time.UnixMicro(v.Micro()).In(k.by.Zone))
		return Key{Text: k.by.Unit.key(from), From: from, To: to}
	}
	return Key{Text: strings.Clone(v.String())}
}

// name sets what follows from the keys.
func (g *Group) name() {
	if len(g.Keys) == 1 {
		g.Key, g.Cell = g.Keys[0].Text, g.Keys[0].Cell
		return
	}
	texts := make([]string, len(g.Keys))
	for i := range g.Keys {
		texts[i] = g.Keys[i].Text
	}
	g.Key = strings.Join(texts, "|")
}

// compareGroups orders by the texts of the keys, units of time by their
// beginning.
func compareGroups(a, b Group) int {
	for i := range a.Keys {
		x, y := &a.Keys[i], &b.Keys[i]
		if c := x.From.Compare(y.From); c != 0 {
			return c
		}
		if c := strings.Compare(x.Text, y.Text); c != 0 {
			return c
		}
	}
	return 0
}
