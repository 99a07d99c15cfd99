package ogc

import (
	"context"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
)

// maxShown bounds the features of a page that is drawn: a table longer than that is
// read by nobody.
const maxShown = 500

// table is a list of features as the page shows it.
type table struct {
	Columns                   []column
	Rows                      []tableRow
	From, To, Matched         int
	Next, Previous            string
	Sketch                    template.HTML
	Map                       string // address of the map, "" without geometry
	Filter, Box, When, SortBy string
	Limit                     int
	Limits                    []int
	Hidden                    []hidden // further parameters, kept by the form
	Note                      string
	Queryables                string
}

type hidden struct{ Name, Value string }

type column struct {
	Title title
	Name  string
	Sort  string // address of the page sorted by it, "" if it cannot be
	Arrow string
	Right bool
}

type tableRow struct {
	ID, Href string
	Cells    []cell
}

type cell struct {
	Text  title
	Right bool
}

// html draws the list as a page.
func (p *page) html(ctx context.Context, s *sink) error {
	q := p.q
	q.query.Limit = min(q.query.Limit, maxShown)
	t := table{Limit: q.query.Limit, Limits: []int{10, 50, 100, 500}, Filter: p.in.Text("filter"), Box: p.in.Text("bbox"),
		When: p.in.Text("datetime"), SortBy: p.in.Text("sortby"), Note: q.nowhere, Queryables: p.base + "/queryables"}
	fields := q.shown()
	t.Columns = p.columns(fields)
	var shapes []orb.Geometry
	err := p.rows(ctx, func(row layers.Row) error {
		r := tableRow{ID: row.ID(), Href: p.base + "/items/" + url.PathEscape(row.ID())}
		for _, i := range fields {
			r.Cells = append(r.Cells, cellOf(&q.layer.Fields[i], q.decision.Sights.Value(q.layer, i, row.Value(i))))
		}
		t.Rows = append(t.Rows, r)
		shapes = append(shapes, p.bare(row).Geometry())
		return nil
	})
	if err != nil {
		return err
	}
	if t.Matched, err = q.count(ctx, p.view); err != nil {
		return err
	}
	if q.before >= 0 && p.returned > 0 {
		t.From, t.To = q.before+1, q.before+p.returned
	}
	t.Next, t.Previous = p.nextPage(), p.previousPage()
	t.Sketch, t.Map = sketch(shapes), mapLink(p.base, q.layer.ID, "", shapes)
	values := p.in.RawQuery()
	for _, name := range []string{"filter", "bbox", "datetime", "limit", "cursor", "offset", "f"} {
		values.Del(name)
	}
	for name, v := range values {
		t.Hidden = append(t.Hidden, hidden{name, v[0]})
	}
	slices.SortFunc(t.Hidden, func(a, b hidden) int { return strings.Compare(a.Name, b.Name) })
	v := screen{Title: of(q.layer.Title), Here: p.base + "/items", Up: crumbs(s.c, q.layer), Data: t}
	for _, o := range p.api.ofItems() {
		if o != offerHTML {
			values := p.in.RawQuery()
			values.Set("f", o.name)
			v.Links = append(v.Links, link{Href: withQuery(v.Here, values), Title: o.title})
		}
	}
	return p.api.render(s.c, "items", v)
}

// shown are the fields that the subject sees of those asked for.
func (q *listing) shown() []int {
	var out []int
	for i := range q.layer.Fields {
		if q.decision.Sights.Of(i) != layers.Hidden && (q.fields == nil || slices.Contains(q.fields, i)) {
			out = append(out, i)
		}
	}
	return out
}

func (p *page) columns(fields []int) []column {
	now := p.in.Text("sortby")
	var out []column
	for _, i := range fields {
		f := &p.q.layer.Fields[i]
		c := column{Title: of(f.Title), Name: f.Name, Right: f.Type == layers.Integer || f.Type == layers.Number}
		if c.Title == (title{}) {
			c.Title = title{f.Name, f.Name}
		}
		if f.Unit != "" {
			c.Title.ZH += " " + f.Unit
			c.Title.EN += " " + f.Unit
		}
		if shows(&p.q.decision, p.q.layer, i, sortables) {
			values := p.in.RawQuery()
			values.Del("cursor")
			values.Del("offset")
			values.Set("sortby", f.Name)
			switch now {
			case f.Name:
				c.Arrow = "↑"
				values.Set("sortby", "-"+f.Name)
			case "-" + f.Name:
				c.Arrow = "↓"
				values.Del("sortby")
			}
			c.Sort = withQuery(p.base+"/items", values)
		}
		out = append(out, c)
	}
	return out
}

// cellOf writes a value as people read it: codes by their names, times of the day in
// China.
func cellOf(f *layers.Field, v layers.Value) cell {
	c := cell{Text: title{v.String(), v.String()}}
	switch v.Type() {
	case layers.Integer, layers.Number:
		c.Right = true
	case layers.Boolean:
		c.Text = title{"否", "no"}
		if v.Bool() {
			c.Text = title{"是", "yes"}
		}
	case layers.DateTime:
		at := v.Time().In(time.FixedZone("", 8*60*60)).Format("2006-01-02 15:04")
		c.Text = title{at, at}
	case layers.String:
		for i := range f.Codes {
			if f.Codes[i].Value == v.Str() {
				c.Text = of(f.Codes[i].Title)
			}
		}
	}
	return c
}

// fact is a property of one feature.
type fact struct {
	Name  title
	Field string
	Value cell
	Href  string // of the feature it names, "" if none
}

// single is one feature as its page shows it.
type single struct {
	ID     string
	Facts  []fact
	Sketch template.HTML
	Map    string
	Kind   string // of its geometry
	At     string // its point, lon lat
}

// htmlItem draws one feature as a page.
func (p *page) htmlItem(c echo.Context, f *layers.Feature) error {
	q := p.q
	d := single{ID: f.Key}
	for _, i := range q.shown() {
		field := &q.layer.Fields[i]
		value := q.decision.Sights.Value(q.layer, i, f.Value(i))
		x := fact{Name: of(field.Title), Field: field.Name, Value: cellOf(field, value)}
		if x.Name == (title{}) {
			x.Name = title{field.Name, field.Name}
		}
		if _, ok := p.view.Layer(field.Ref); ok && field.Ref != "" && value.String() != "" {
			x.Href = root(c) + "/ogc/collections/" + url.PathEscape(field.Ref) + "/items/" + url.PathEscape(value.String())
		}
		if field.Unit != "" && value.String() != "" {
			x.Value.Text.ZH += " " + field.Unit
			x.Value.Text.EN += " " + field.Unit
		}
		d.Facts = append(d.Facts, x)
	}
	if g := f.Shape; g != nil && !q.bare {
		shapes := []orb.Geometry{g}
		d.Sketch, d.Map, d.Kind = sketch(shapes), mapLink(p.base, q.layer.ID, f.Key, shapes), g.GeoJSONType()
		at := g.Bound().Center()
		d.At = strconv.FormatFloat(at[0], 'f', 6, 64) + ", " + strconv.FormatFloat(at[1], 'f', 6, 64)
	}
	base := p.base + "/items"
	v := screen{Title: title{f.Key, f.Key}, Here: base + "/" + url.PathEscape(f.Key),
		Up: crumbs(c, q.layer, crumb{title{"要素", "Features"}, base}), Data: d}
	for _, o := range ofItem() {
		if o != offerHTML {
			v.Links = append(v.Links, link{Href: v.Here + "?f=" + o.name, Title: o.title})
		}
	}
	return p.api.render(c, "item", v)
}
