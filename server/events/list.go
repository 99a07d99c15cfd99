package events

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// list answers with events, newest first.
func (e *Events) list(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), e.o.City.View()
	l, err := param.Listable(v, &subject, model.Events)
	if err != nil {
		return err
	}
	q := layers.Query{Subject: subject, Layer: l.ID, Limit: in.Int("limit"), Offset: in.Int("offset")}
	d := access.Decide(&subject, l)
	if q.Sort, err = param.SortBy("sortby", in.Text("sortby"), l, &d); err != nil {
		return err
	}
	if len(q.Sort) == 0 {
		q.Sort = []layers.SortKey{{Field: model.ReportedAt, Desc: true}}
	}
	if q.Boxes, err = param.BBox("bbox", in.Text("bbox"), param.LonLat()); err != nil {
		return err
	}
	if q.Filter, err = listFilter(in); err != nil {
		return err
	}
	if q.After, err = param.DecodeCursor("cursor", in.Text("cursor"), q.Sort); err != nil {
		return err
	}
	n, err := v.Count(ctx, q)
	if err != nil {
		return param.Engine(err)
	}
	enc := geojson.Encoder{Layer: l, Sights: d.Sights}
	b := []byte(`{"type":"FeatureCollection","features":[`)
	limit, i, next, last := q.Limit, 0, "", ""
	q.Limit++
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return param.Engine(err)
		}
		if i == limit {
			next = last
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = enc.Append(b, row, i)
		if i++; i == limit {
			last = param.EncodeCursor(q.Sort, l, row)
		}
	}
	usage.Rows(ctx, i)
	b = append(b, `],"numberMatched":`...)
	b = strconv.AppendInt(b, int64(n.N), 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(i), 10)
	b = append(b, `,"links":[`...)
	if next != "" {
		values := in.RawQuery()
		values.Del("offset")
		values.Set("cursor", next)
		b = append(b, `{"rel":"next","type":"`+mediaGeoJSON+`","href":`...)
		b = geojson.AppendString(b, (&url.URL{Scheme: c.Scheme(), Host: c.Request().Host, Path: "/api/v1/events", RawQuery: values.Encode()}).String())
		b = append(b, '}')
	}
	return c.Blob(http.StatusOK, mediaGeoJSON, append(b, "]}\n"...))
}

// listFilter joins state, class and filter.
func listFilter(in *openapi.Input) (layers.Expr, error) {
	var args []layers.Expr
	own, err := param.Filter("filter", in.Text("filter"))
	if err != nil {
		return nil, err
	}
	if own != nil {
		args = append(args, own)
	}
	for _, name := range []string{model.State, model.Class} {
		if !in.Has(name) {
			continue
		}
		var list []layers.Term
		for _, s := range in.List(name) {
			if name == model.State {
				if _, err := event.ParseState(s); err != nil {
					return nil, err
				}
			}
			list = append(list, layers.Literal{Value: layers.Text(strings.TrimSpace(s))})
		}
		args = append(args, layers.In{Term: layers.Property{Name: name}, List: list})
	}
	switch len(args) {
	case 0:
		return nil, nil
	case 1:
		return args[0], nil
	}
	return layers.And{Args: args}, nil
}

// equals is the filter field = text.
func equals(field, value string) layers.Expr {
	return layers.Compare{Op: layers.Eq, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Text(value)}}
}

// inStates is the filter state IN (…).
func inStates(states ...event.State) layers.Expr {
	var list []layers.Term
	for _, s := range states {
		list = append(list, layers.Literal{Value: layers.Text(s.String())})
	}
	return layers.In{Term: layers.Property{Name: model.State}, List: list}
}

// openStates are those in which work is still to be done.
func openStates() []event.State {
	var out []event.State
	for _, s := range event.States() {
		if s.Open() {
			out = append(out, s)
		}
	}
	return out
}
