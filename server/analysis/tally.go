package analysis

import (
	"context"
	"maps"
	"slices"
	"strings"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/model"
)

// dimension is what cases are grouped by: the values of a column.
type dimension struct {
	name   string
	column string
	title  string       // column with the name of the value, "" if none
	level  layers.Level // when the values are codes of areas
}

// dimensions are all that may be asked for.
var dimensions = []dimension{
	{name: "department", column: model.Department, title: model.DepartmentName},
	{name: "district", column: model.District, level: layers.District},
	{name: "street", column: model.Street, level: layers.Street},
	{name: "community", column: model.Community, level: layers.Community},
	{name: "grid", column: model.Grid, level: layers.Grid},
	{name: "class", column: model.Class, title: model.ClassName},
	{name: "tier", column: model.Tier},
}

func dimensionNames() []string {
	var out []string
	for i := range dimensions {
		out = append(out, dimensions[i].name)
	}
	return out
}

func dimensionOf(name string) *dimension {
	for i := range dimensions {
		if dimensions[i].name == name {
			return &dimensions[i]
		}
	}
	return nil
}

// condition is the filter of one group.
func (d *dimension) condition(key string) layers.Expr {
	if key == "" {
		return noneOrEmpty(d.column)
	}
	return is(d.column, key)
}

// group is what was counted of one value of a dimension.
type group struct {
	key    string
	name   string
	named  bool  // name is final
	counts []int // one per measure
	worst  int64 // largest of what worst asked for, in seconds
}

// measure is a number to count: the cases of which cond is true among those of
// which the measure at the position within is true; -1: among all.
type measure struct {
	cond   layers.Expr // nil: all
	within int
}

// tally counts measures per group, in one pass over the cases of which base is
// true. since, if not nil, is a time of which the group keeps the longest ago of
// the cases of the measure at position of, in seconds before now.
type tally struct {
	q        *question
	base     layers.Expr
	by       *dimension // nil: one group
	measures []measure
	since    string // column of instants; "": none
	of       int
	nowMicro int64
}

// run returns the groups in order of key, and their sum.
func (t *tally) run(ctx context.Context) ([]*group, *group, error) {
	programs := make([]*cql2.Program, len(t.measures))
	var err error
	for i, m := range t.measures {
		if m.cond == nil {
			continue
		}
		if programs[i], err = t.q.compile(m.cond); err != nil {
			return nil, nil, err
		}
	}
	column, since := -1, -1
	if t.by != nil {
		if column, err = t.q.column(t.by.column); err != nil {
			return nil, nil, err
		}
	}
	if t.since != "" {
		if since, err = t.q.column(t.since); err != nil {
			return nil, nil, err
		}
	}
	names := t.namer()
	groups := map[string]*group{}
	total := &group{counts: make([]int, len(t.measures))}
	hit := make([]bool, len(t.measures))
	for r, err := range t.q.view.Unordered(ctx, t.q.query(t.base)) {
		if err != nil {
			return nil, nil, err
		}
		key := ""
		if column >= 0 {
			key = r.Value(column).Str()
		}
		g := groups[key]
		if g == nil {
			key = strings.Clone(key)
			g = &group{key: key, counts: make([]int, len(t.measures))}
			groups[key] = g
		}
		names(g, r)
		for i, m := range t.measures {
			hit[i] = (m.within < 0 || hit[m.within]) && (programs[i] == nil || programs[i].Match(r))
			if hit[i] {
				g.counts[i]++
				total.counts[i]++
			}
		}
		if since >= 0 && hit[t.of] {
			if v := r.Value(since); !v.IsNull() {
				g.worst = max(g.worst, (t.nowMicro-v.Micro())/1e6)
				total.worst = max(total.worst, g.worst)
			}
		}
	}
	list := slices.SortedFunc(maps.Values(groups), func(a, b *group) int { return strings.Compare(a.key, b.key) })
	return list, total, nil
}

// namer returns what gives a group its name while its rows pass. Of several names
// of a key it is the first in order, so that the order of rows means nothing.
func (t *tally) namer() func(*group, *live.Row) {
	switch {
	case t.by == nil:
	case t.by.level != layers.NoLevel:
		return func(g *group, _ *live.Row) {
			if !g.named {
				g.name, g.named = t.q.areaName(t.by.level, g.key), true
			}
		}
	case t.by.title != "":
		if i := t.q.layer.FieldIndex(t.by.title); i >= 0 && t.q.decision.Sights.Of(i) == layers.Shown {
			return func(g *group, r *live.Row) {
				if s := r.Value(i).Str(); s != "" && s != g.name && (g.name == "" || s < g.name) {
					g.name = strings.Clone(s)
				}
			}
		}
	}
	return func(*group, *live.Row) {}
}

// areaName is what an area is called, "" when the subject may not list its layer.
func (q *question) areaName(level layers.Level, code string) string {
	at, a, ok := q.view.AreaByCode(code)
	if !ok || at != level {
		return ""
	}
	l, ok := q.view.Layer(a.Layer)
	if !ok || access.MayList(&q.subject, l) != nil {
		return ""
	}
	return a.Name
}
