package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// Limits of cross-links.
const (
	relatedItems = 20
	mountedM     = 15 // a device this near to a building hangs on it
)

type relatedGroup struct {
	Relation string        `json:"relation"`
	Title    layers.Title  `json:"title"`
	Layer    string        `json:"layer"`
	Count    *int          `json:"count"`
	Below    int           `json:"below,omitempty"`
	Items    []relatedItem `json:"items"`
}

type relatedItem struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle"`
	Lon      *float64 `json:"lon"`
	Lat      *float64 `json:"lat"`
}

type relatedAnswer struct {
	Layer  string         `json:"layer"`
	ID     string         `json:"id"`
	Groups []relatedGroup `json:"groups"`
}

func (a *API) related(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	v, err := param.AsOf(ctx, a.o.City.View(), "datetime", in.Text("datetime"))
	if err != nil {
		return err
	}
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return err
	}
	f, err := v.Get(ctx, &subject, l.ID, in.Text("id"))
	if err != nil {
		return err
	}
	usage.Rows(ctx, 1)
	r := relations{ctx: ctx, view: v, subject: subject, layer: l, feature: &f, groups: []relatedGroup{}}
	for _, find := range []func() error{r.references, r.areas, r.surrounding, r.referring, r.contents, r.mounted} {
		if err := find(); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, relatedAnswer{l.ID, f.Key, r.groups})
}

// relations collects what one feature is linked to.
type relations struct {
	ctx     context.Context
	view    *live.View
	subject layers.Subject
	layer   *layers.Layer
	feature *layers.Feature
	groups  []relatedGroup
}

// add counts and lists the features of a query, as far as the subject may; an
// empty group is left out. A filter on a field the subject may not use makes no
// group.
func (r *relations) add(relation string, title layers.Title, q layers.Query) error {
	q.Subject = r.subject
	l, d, err := param.Countable(r.view, &r.subject, q.Layer)
	if err != nil {
		return nil //nolint:nilerr // a layer hidden from the subject is no relation
	}
	n, err := r.view.Count(r.ctx, q)
	if k := layers.KindOf(err); err != nil && (k == layers.Forbidden || k == layers.Invalid) {
		return nil
	}
	if err != nil || n.N == 0 && n.Below == 0 {
		return err
	}
	g := relatedGroup{Relation: relation, Title: title, Layer: l.ID, Count: countOf(n), Below: n.Below, Items: []relatedItem{}}
	if d.Mode == access.List {
		q.Limit = relatedItems
		for row, err := range r.view.Select(r.ctx, q) {
			if err != nil {
				return err
			}
			g.Items = append(g.Items, itemOf(l, row))
		}
	}
	r.groups = append(r.groups, g)
	return nil
}

func itemOf(l *layers.Layer, row *live.Row) relatedItem {
	it := relatedItem{ID: strings.Clone(row.ID()), Title: strings.Clone(titleOf(l, row)), Subtitle: strings.Clone(subtitleOf(l, row))}
	if p, ok := row.Point(); ok {
		it.Lon, it.Lat = &p[0], &p[1]
	}
	return it
}

// references follows the feature's own references: a person's household, a
// firm's building.
func (r *relations) references() error {
	for i := range r.layer.Fields {
		f := &r.layer.Fields[i]
		id := r.feature.Value(i).Str()
		if f.Ref == "" || id == "" {
			continue
		}
		if err := r.add(f.Name, f.Title, layers.Query{Layer: f.Ref, IDs: []string{id}}); err != nil {
			return err
		}
	}
	return nil
}

// point is the place by which the feature is counted.
func (r *relations) point() (orb.Point, bool) {
	q := layers.Query{Subject: r.subject, Layer: r.layer.ID, IDs: []string{r.feature.Key}}
	for row, err := range r.view.Select(r.ctx, q) {
		if err != nil {
			break
		}
		return row.Point()
	}
	return orb.Point{}, false
}

// areas lists the areas the feature is counted in, unless a field of its own
// says so already.
func (r *relations) areas() error {
	p, ok := r.point()
	if !ok {
		return nil
	}
	for _, level := range layers.Levels() {
		if r.layer.Level != layers.NoLevel && level >= r.layer.Level {
			break
		}
		a, ok := r.view.AreaAt(level, p)
		if !ok || slices.ContainsFunc(r.groups, func(g relatedGroup) bool { return g.Layer == a.Layer }) {
			continue
		}
		l, known := r.view.Layer(a.Layer)
		if !known {
			continue
		}
		if err := r.add(level.String(), l.Title, layers.Query{Layer: a.Layer, IDs: []string{a.Code}}); err != nil {
			return err
		}
	}
	return nil
}

// surrounding lists the building, parcel and planning zones around the place of
// a feature that does not name them.
func (r *relations) surrounding() error {
	p, ok := r.point()
	if !ok || r.layer.Level != layers.NoLevel {
		return nil
	}
	for _, id := range []string{model.Buildings, model.Parcels, model.PlanZones} {
		named := slices.ContainsFunc(r.groups, func(g relatedGroup) bool { return g.Layer == id })
		l, ok := r.view.Layer(id)
		if !ok || named || id == r.layer.ID {
			continue
		}
		if err := r.add("inside", l.Title, layers.Query{Layer: id, Region: &layers.Region{Geometry: p}}); err != nil {
			return err
		}
	}
	return nil
}

// referring lists the features that refer to this one: the firms of a building,
// the rooms of a household. Areas have too many; contents counts those.
func (r *relations) referring() error {
	if r.layer.Level != layers.NoLevel {
		return nil
	}
	for _, l := range r.view.Layers() {
		for i := range l.Fields {
			f := &l.Fields[i]
			if f.Ref != r.layer.ID {
				continue
			}
			if err := r.add(l.ID+"."+f.Name, l.Title, layers.Query{Layer: l.ID, Filter: equals(f.Name, r.feature.Key)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// contents counts what an area owns, layer by layer.
func (r *relations) contents() error {
	if r.layer.Level == layers.NoLevel || r.feature.Shape == nil {
		return nil
	}
	for _, l := range r.view.Layers() {
		if l.Level != layers.NoLevel && l.Level <= r.layer.Level || access.Decide(&r.subject, l).Mode == access.Hidden {
			continue
		}
		q := layers.Query{Subject: r.subject, Layer: l.ID, Region: &layers.Region{Geometry: r.feature.Shape}}
		groups, err := r.view.Group(r.ctx, q, live.By{Level: r.layer.Level}, nil)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if g.Key == r.feature.Key {
				r.groups = append(r.groups, relatedGroup{Relation: "contains", Title: l.Title, Layer: l.ID,
					Count: countOf(g.Count), Below: g.Below, Items: []relatedItem{}})
			}
		}
	}
	return nil
}

// mounted lists the devices and cameras on a building.
func (r *relations) mounted() error {
	if r.layer.ID != model.Buildings || r.feature.Shape == nil {
		return nil
	}
	for _, id := range []string{model.Devices, model.Cameras} {
		l, ok := r.view.Layer(id)
		if !ok {
			continue
		}
		q := layers.Query{Layer: id, Region: &layers.Region{Geometry: r.feature.Shape, BufferM: mountedM}}
		if err := r.add("devices", l.Title, q); err != nil {
			return err
		}
	}
	return nil
}

// equals is the filter field = text.
func equals(field, value string) layers.Expr {
	return layers.Compare{Op: layers.Eq, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Text(value)}}
}
