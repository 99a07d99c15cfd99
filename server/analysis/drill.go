package analysis

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

func filterText(e layers.Expr) string { return cql2.Format(e) }

type drillArea struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Level  string `json:"level"`
	Count  int    `json:"count"`
	Filter string `json:"filter"` // whole: the count is the number of its cases
}

type drillAnswer struct {
	Parent        drillArea   `json:"parent"`
	Level         string      `json:"level"` // of the children
	Children      []drillArea `json:"children"`
	Outside       int         `json:"outside"` // cases of the parent that are in none of the children
	OutsideFilter string      `json:"outside_filter"`
	Path          []drillArea `json:"path"` // from the city down to the parent, without counts
}

// city is the name of the level above the districts.
const cityLevel = "city"

func (a *Office) drill(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	q, err := a.newQuestion(in, auth.SubjectOf(ctx))
	if err != nil {
		return err
	}
	answer, err := q.drill(ctx, in.Text("level"), in.Text("parent"), in.Has("parent"))
	if err != nil {
		return err
	}
	usage.Layers(ctx, q.layer.ID)
	usage.Rows(ctx, len(answer.Children)+1)
	return c.JSON(http.StatusOK, answer)
}

// drill counts an area and the areas of a level inside it. Without a parent it is
// the subject's own area, or the city.
func (q *question) drill(ctx context.Context, level, parent string, named bool) (*drillAnswer, error) {
	if !named {
		parent = q.subject.Region
	}
	var above *dimension
	if parent != "" {
		at, _, ok := q.view.AreaByCode(parent)
		if !ok {
			return nil, layers.Invalidf("request", "parent", fmt.Sprintf("%.40q is no area of the city", parent))
		}
		above = dimensionOf(at.String())
	}
	below, err := childLevel(above, level)
	if err != nil {
		return nil, err
	}
	var within layers.Expr
	answer := &drillAnswer{Parent: drillArea{Level: cityLevel}, Children: []drillArea{}, Path: q.pathTo(parent)}
	if above != nil {
		if _, err := q.column(above.column); err != nil {
			return nil, err
		}
		within = is(above.column, parent)
		answer.Parent.Code, answer.Parent.Name, answer.Parent.Level = parent, q.areaName(above.level, parent), above.name
	}
	answer.Parent.Filter = q.text(within)
	if below == nil { // a grid has nothing inside
		total := tally{q: q, base: within, measures: []measure{{within: -1}}}
		_, sum, err := total.run(ctx)
		if err != nil {
			return nil, err
		}
		answer.Parent.Count, answer.Outside, answer.OutsideFilter = sum.counts[0], sum.counts[0], answer.Parent.Filter
		return answer, nil
	}
	answer.Level = below.name
	t := tally{q: q, base: within, by: below, measures: []measure{{within: -1}}}
	groups, sum, err := t.run(ctx)
	if err != nil {
		return nil, err
	}
	answer.Parent.Count = sum.counts[0]
	answer.OutsideFilter = q.text(and(within, below.condition("")))
	counted := map[string]int{}
	for _, g := range groups {
		if g.key == "" {
			answer.Outside = g.counts[0]
			continue
		}
		counted[g.key] = g.counts[0]
	}
	for code := range q.inside(ctx, below, above, parent) {
		if _, ok := counted[code]; !ok {
			counted[code] = 0
		}
	}
	for code, n := range counted {
		answer.Children = append(answer.Children, drillArea{Code: code, Name: q.areaName(below.level, code), Level: below.name,
			Count: n, Filter: q.text(and(within, is(below.column, code)))})
	}
	slices.SortFunc(answer.Children, func(a, b drillArea) int { return strings.Compare(a.Code, b.Code) })
	return answer, nil
}

// childLevel is the dimension of the areas inside above (nil: the city); nil when
// there are none.
func childLevel(above *dimension, asked string) (*dimension, error) {
	has := layers.NoLevel
	if above != nil {
		has = above.level
	}
	levels := layers.Levels()
	if asked == "" {
		i := slices.Index(levels, has) + 1
		if i == len(levels) {
			return nil, nil
		}
		return dimensionOf(levels[i].String()), nil
	}
	d := dimensionOf(asked)
	if d == nil || d.level == layers.NoLevel || slices.Index(levels, d.level) <= slices.Index(levels, has) {
		return nil, layers.Invalidf("request", "level", fmt.Sprintf("%s is not below the level of the parent", asked))
	}
	return d, nil
}

// inside is the codes of the areas of a level that belong to the parent as their own
// layer says, or else by where they lie; nobody's data is read for it but the frame's
// that the subject may list.
func (q *question) inside(ctx context.Context, below, above *dimension, parent string) map[string]struct{} {
	out := map[string]struct{}{}
	for _, l := range q.view.Layers() {
		if l.Level != below.level || access.MayList(&q.subject, l) != nil {
			continue
		}
		up := -1
		if above != nil {
			up = l.FieldIndex(above.column)
		}
		for r, err := range q.view.Unordered(ctx, layers.Query{Subject: q.subject, Layer: l.ID}) {
			if err != nil {
				break
			}
			if above == nil || q.belongs(r, up, above.level, parent) {
				out[strings.Clone(r.ID())] = struct{}{}
			}
		}
	}
	return out
}

// belongs reports whether an area is inside the parent; up is its column that names
// the area above it, -1 for none.
func (q *question) belongs(r *live.Row, up int, level layers.Level, parent string) bool {
	if up >= 0 {
		if code := r.Value(up).Str(); code != "" {
			return code == parent
		}
	}
	p, ok := r.Point()
	if !ok {
		return false
	}
	owner, ok := q.view.AreaAt(level, p)
	return ok && owner.Code == parent
}

// pathTo lists the areas above one, the city first: those that own the same point
// at higher levels.
func (q *question) pathTo(code string) []drillArea {
	out := []drillArea{{Level: cityLevel}}
	if code == "" {
		return out
	}
	level, a, ok := q.view.AreaByCode(code)
	if !ok {
		return out
	}
	p := predicate.InteriorPoint(a.Geometry)
	for _, up := range layers.Levels() {
		if up == level {
			break
		}
		if owner, ok := q.view.AreaAt(up, p); ok {
			out = append(out, drillArea{Code: owner.Code, Name: q.areaName(up, owner.Code), Level: up.String()})
		}
	}
	return append(out, drillArea{Code: code, Name: q.areaName(level, code), Level: level.String()})
}
