package ogc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// listing is a request for items, read and checked.
type listing struct {
	layer  *layers.Layer
	query  layers.Query
	period param.Period
	during bool // only features valid at some instant of period
	system param.CRS
	fields []int
}

func (a *API) read(in *openapi.Input, v *live.View, subject layers.Subject) (*listing, error) {
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return nil, err
	}
	q := &listing{layer: l, query: layers.Query{Subject: subject, Layer: l.ID, Limit: in.Int("limit"), Offset: in.Int("offset"),
		IDs: in.List("ids")}}
	boxSystem, err := param.SystemOf("bbox-crs", in.Text("bbox-crs"))
	if err != nil {
		return nil, err
	}
	if q.system, err = param.SystemOf("crs", in.Text("crs")); err != nil {
		return nil, err
	}
	if q.query.Boxes, err = param.BBox("bbox", in.Text("bbox"), boxSystem); err != nil {
		return nil, err
	}
	if q.query.Filter, err = a.filterOf(in); err != nil {
		return nil, err
	}
	decision := access.Decide(&subject, l)
	if q.query.Sort, err = param.SortBy("sortby", in.Text("sortby"), l, &decision); err != nil {
		return nil, err
	}
	if q.query.After, err = param.DecodeCursor("cursor", in.Text("cursor"), q.query.Sort); err != nil {
		return nil, err
	}
	if q.fields, err = param.Fields("properties", in.List("properties"), l); err != nil {
		return nil, err
	}
	if q.period, q.during, err = param.Datetime("datetime", in.Text("datetime")); err != nil {
		return nil, err
	}
	if q.during && q.period.Instant {
		q.query.At, q.during = q.period.From, false
	}
	return q, nil
}

func (a *API) items(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	q, err := a.read(in, v, subject)
	if err != nil {
		return err
	}
	page, err := q.page(ctx, v)
	if err != nil {
		return queryError(err)
	}
	usage.Rows(ctx, page.returned)
	self := root(c) + "/ogc/collections/" + url.PathEscape(q.layer.ID) + "/items"
	links := []link{
		{Href: withQuery(self, in.RawQuery()), Rel: "self", Type: mediaGeoJSON},
		{Href: root(c) + "/ogc/collections/" + url.PathEscape(q.layer.ID), Rel: "collection", Type: mediaJSON},
	}
	if page.next != "" {
		values := in.RawQuery()
		values.Del("offset")
		values.Set("cursor", page.next)
		values.Set("limit", strconv.Itoa(q.query.Limit))
		links = append(links, link{Href: withQuery(self, values), Rel: "next", Type: mediaGeoJSON})
	}
	b := append(page.features, `],"numberMatched":`...)
	b = strconv.AppendInt(b, int64(page.matched), 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(page.returned), 10)
	b = append(b, `,"timeStamp":"`...)
	b = a.o.Now().UTC().AppendFormat(b, time.RFC3339)
	b = append(b, `","links":[`...)
	for i, l := range links {
		if i > 0 {
			b = append(b, ',')
		}
		b = l.append(b)
	}
	b = append(b, ']', '}', '\n')
	c.Response().Header().Set("Content-Crs", "<"+q.system.URI+">")
	return c.Blob(http.StatusOK, mediaGeoJSON, b)
}

// page is one answer under way.
type page struct {
	features          []byte
	returned, matched int
	next              string
}

func (q *listing) page(ctx context.Context, v *live.View) (*page, error) {
	p := &page{features: []byte(`{"type":"FeatureCollection","features":[`)}
	e := geojson.Encoder{Layer: q.layer, Fields: q.fields, Sights: access.Decide(&q.query.Subject, q.layer).Sights, To: q.system.Writer().To()}
	limit := q.query.Limit
	asked := q.query
	asked.Limit++ // one more row tells whether there is a next page
	if q.during {
		asked.Limit, asked.Offset = 0, 0
	}
	skip := q.query.Offset
	last := ""
	for row, err := range v.Select(ctx, asked) {
		if err != nil {
			return nil, err
		}
		if q.during {
			if !q.period.Meets(row.Validity()) {
				continue
			}
			if skip > 0 {
				skip--
				continue
			}
		}
		if p.returned == limit {
			p.next = last
			break
		}
		if p.returned > 0 {
			p.features = append(p.features, ',')
		}
		p.features = e.Append(p.features, row, p.returned)
		if p.returned++; p.returned == limit {
			last = param.EncodeCursor(q.query.Sort, q.layer, row)
		}
	}
	var err error
	p.matched, err = q.count(ctx, v)
	return p, err
}

// count is the number of features on all pages.
func (q *listing) count(ctx context.Context, v *live.View) (int, error) {
	if !q.during {
		n, err := v.Count(ctx, q.query)
		return n.N, err
	}
	n := 0
	for row, err := range v.Unordered(ctx, q.query) {
		if err != nil {
			return 0, err
		}
		if q.period.Meets(row.Validity()) {
			n++
		}
	}
	return n, nil
}

func (a *API) item(c echo.Context, in *openapi.Input) error {
	subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return err
	}
	system, err := param.SystemOf("crs", in.Text("crs"))
	if err != nil {
		return err
	}
	f, err := v.Get(c.Request().Context(), &subject, l.ID, in.Text("id"))
	if err != nil {
		return err
	}
	usage.Rows(c.Request().Context(), 1)
	base := root(c) + "/ogc/collections/" + url.PathEscape(l.ID)
	e := geojson.Encoder{Layer: l, Sights: access.Decide(&subject, l).Sights, To: system.Writer().To(), Extra: func(b []byte, _ int) []byte {
		b = append(b, `,"links":[`...)
		b = link{Href: base + "/items/" + url.PathEscape(f.Key), Rel: "self", Type: mediaGeoJSON}.append(b)
		b = append(b, ',')
		b = link{Href: base, Rel: "collection", Type: mediaJSON}.append(b)
		return append(b, ']')
	}}
	decision := access.Decide(&subject, l)
	if err := a.validators(c, l, &decision, &f); err != nil {
		return err
	}
	if fresh(c) {
		return c.NoContent(http.StatusNotModified)
	}
	c.Response().Header().Set("Content-Crs", "<"+system.URI+">")
	return c.Blob(http.StatusOK, mediaGeoJSON, append(e.Append(nil, &f, 0), '\n'))
}

// queryError names the parameter behind an error of the query engine: what it
// says about a field of the layer comes from the filter.
func queryError(err error) error {
	var e *layers.Error
	if errors.As(err, &e) && (e.Kind == layers.Invalid || e.Kind == layers.Forbidden && e.Field != "") {
		return param.At("filter", err)
	}
	return err
}

func withQuery(base string, v url.Values) string {
	if len(v) == 0 {
		return base
	}
	return base + "?" + v.Encode()
}

func (l link) append(b []byte) []byte {
	b = append(b, `{"href":`...)
	b = geojson.AppendString(b, l.Href)
	b = append(b, `,"rel":`...)
	b = geojson.AppendString(b, l.Rel)
	b = append(b, `,"type":`...)
	b = geojson.AppendString(b, l.Type)
	return append(b, '}')
}
