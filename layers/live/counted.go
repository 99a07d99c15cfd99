package live

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
)

// countFromRelease makes the plan run on the layer's release instead of its rows:
// for subjects that may only count. What a release cannot answer is refused, with
// Forbidden: features by id, the past, filters and measures of fields it does not
// have.
func (p *plan) countFromRelease(ctx context.Context) error {
	s, err := p.view.releases.of(ctx, p.table.layer.ID)
	if err != nil {
		return err
	}
	p.shadow, p.table = s, s.table
	switch {
	case p.query.IDs != nil:
		return p.refuse("ids", "single features are not counted")
	case p.instant != 0:
		return p.refuse("datetime", "is counted as it is now only")
	case p.decision.Rows != nil || !p.decision.From.IsZero() || !p.decision.To.IsZero():
		return p.refuse("", "the policy's condition cannot be counted")
	}
	return nil
}

func (p *plan) refuse(field, why string) error {
	return &layers.Error{Kind: layers.Forbidden, Op: "query", Layer: p.table.layer.ID, Field: field,
		Err: fmt.Errorf("holds personal data and is given as counts only: %s", why)}
}

// mayCountBy returns nil when the plan may filter, group or measure by a field:
// in mode Counts only by those of the release.
func (p *plan) mayCountBy(field int, measured bool) error {
	if err := p.decision.MayUse(p.table.layer, field); err != nil {
		return err
	}
	if p.shadow == nil || !measured && slices.Contains(p.shadow.dims, field) || measured && slices.Contains(p.shadow.sums, field) {
		return nil
	}
	has, names := p.shadow.dims, []string{}
	if measured {
		has = p.shadow.sums
	}
	for _, f := range has {
		names = append(names, p.table.layer.Fields[f].Name)
	}
	return p.refuse(p.table.layer.Fields[field].Name, "it can be counted by "+strings.Join(names, ", "))
}

// weight is how many features the row stands for.
func (p *plan) weight(r *Row) int {
	if p.shadow == nil {
		return 1
	}
	return p.shadow.blocks[r.row].N
}

// mayMeasure refuses what a release cannot tell: it has sums, and neither the
// extremes, which are single persons' values, nor how values are spread.
func (p *plan) mayMeasure(m *Measure) error {
	if p.shadow != nil && m.Op != Sum && m.Op != Avg {
		return p.refuse(m.Field, m.Op.String()+" tells of single persons; sums and averages are given")
	}
	return nil
}

// withhold makes the groups of a release tell nothing by being there or not:
// every area and every code that could have been asked for is there, withheld if
// need be, and by several keys every combination of them; cells and the rest,
// which nobody can list, are there when they may be told.
func (p *plan) withhold(groups []Group, by []By) []Group {
	if p.decision.Mode != access.Counts {
		return groups
	}
	groups = slices.DeleteFunc(groups, func(g Group) bool { return g.Below > 0 })
	there := make(map[string]bool, len(groups))
	const between = "\x00" // in no code
	path := func(keys []Key) string {
		out := ""
		for i := range keys {
			out += keys[i].Text + between
		}
		return out
	}
	for i := range groups {
		there[path(groups[i].Keys)] = true
	}
	lists, all := make([][]Key, len(by)), 1
	for i, b := range by {
		if lists[i] = p.listed(b); lists[i] == nil || all > mostGroups/max(1, len(lists[i])) {
			return groups
		}
		all *= len(lists[i])
	}
	for n := range all {
		keys := make([]Key, len(by))
		for i := len(by) - 1; i >= 0; i-- {
			keys[i] = lists[i][n%len(lists[i])]
			n /= len(lists[i])
		}
		if !there[path(keys)] {
			g := Group{Keys: keys, Count: Count{Below: p.decision.Below}, Measures: p.noMeasures}
			g.name()
			groups = append(groups, g)
		}
	}
	return groups
}

// listed are the keys that anybody can list; nil when nobody can.
func (p *plan) listed(by By) []Key {
	out := []Key{}
	switch {
	case by.Cells || by.Unit != NoUnit:
		return nil
	case by.Level != layers.NoLevel:
		set := p.view.areasOf(by.Level)
		for i := range set.areas {
			if p.mayHold(&set.areas[i]) {
				out = append(out, Key{Text: set.areas[i].Code, Name: set.areas[i].Name})
			}
		}
	case by.Field != "":
		for _, c := range p.table.layer.Fields[p.table.layer.FieldIndex(by.Field)].Codes {
			out = append(out, Key{Text: c.Value})
		}
	}
	return out
}

// mayHold reports whether the question reaches an area: its border is public.
func (p *plan) mayHold(a *Area) bool {
	if p.region != nil {
		near := p.region.Bound()
		if p.buffer > 0 {
			return near.Intersects(a.Geometry.Bound())
		}
		if !near.Intersects(a.Geometry.Bound()) || !p.region.Intersects(a.Geometry) {
			return false
		}
	}
	if p.scope == nil {
		return true
	}
	inside := predicate.InteriorPoint(a.Geometry)
	for i := range p.scope.areas {
		if !p.scope.areas[i].owns(inside, p.scope.marginM) {
			return false
		}
	}
	return true
}

func noMeasures(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
