package ogc

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

func (a *API) items(c echo.Context, in *openapi.Input) error {
	subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
	q, err := a.read(in, v, subject)
	if err != nil {
		return err
	}
	offer, err := choose(c, in, a.ofItems())
	if err != nil {
		return err
	}
	if v, err = v.AsOf(c.Request().Context(), q.query.At); err != nil {
		return err
	}
	ctx, s, stop := a.open(c, offer.media)
	defer stop()
	if err := a.answerItems(ctx, s, v, q, in, offer); err != nil {
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			err = cause
		}
		return q.blame(err)
	}
	return nil
}

func (a *API) answerItems(ctx context.Context, s *sink, v *live.View, q *listing, in *openapi.Input, offer offer) error {
	if err := q.inDomain(ctx, v); err != nil {
		return err
	}
	s.c.Response().Header().Set("Content-Crs", "<"+q.system.URI+">")
	p := &page{api: a, view: v, q: q, in: in, offer: offer, base: root(s.c) + "/ogc/collections/" + url.PathEscape(q.layer.ID)}
	switch offer.name {
	case offerHTML.name:
		return p.html(ctx, s)
	case "json", "jsonfg":
		return p.collection(ctx, s)
	}
	return p.plain(ctx, s)
}

// page is one answer under way.
type page struct {
	api               *API
	view              *live.View
	q                 *listing
	in                *openapi.Input
	offer             offer
	base              string // address of the collection
	returned, matched int
	next              string // cursor of the next page; "": this is the last
	alone             bool   // one feature, which is no page
}

// rows hands out the features of the page, which the caller is said to have read,
// and learns whether there are more.
func (p *page) rows(ctx context.Context, each func(layers.Row) error) error {
	defer func() { usage.Rows(ctx, p.returned) }()
	return p.walk(ctx, each)
}

func (p *page) walk(ctx context.Context, each func(layers.Row) error) error {
	q, v := p.q, p.view
	if q.nowhere != "" {
		return nil
	}
	asked := q.query
	asked.Limit++ // one more row tells whether there is a next page
	if q.during {
		asked.Limit, asked.Offset = 0, 0
	}
	skip := q.query.Offset
	last := ""
	for row, err := range v.Select(ctx, asked) {
		if err != nil {
			return err
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
		if p.returned == q.query.Limit {
			p.next = cursor(last, p.seen())
			break
		}
		if p.returned++; p.returned == q.query.Limit {
			last = param.EncodeCursor(q.query.Sort, q.layer, row)
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}

// seen is how many features lie up to the end of the page, -1 when nobody knows.
func (p *page) seen() int {
	if p.q.before < 0 {
		return -1
	}
	return p.q.before + p.returned
}

// count is the number of features on all pages.
func (q *listing) count(ctx context.Context, v *live.View) (int, error) {
	if q.nowhere != "" {
		return 0, nil
	}
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

// inDomain makes sure that every feature of the answer has coordinates in its
// system, before the first is written. It costs a pass over them when the layer
// reaches beyond the system's domain.
func (q *listing) inDomain(ctx context.Context, v *live.View) error {
	stats := v.Stats(q.layer.ID)
	w := q.system.Writer()
	to := w.To()
	if to == nil || q.bare || q.nowhere != "" || !stats.HasExtent || q.system.Covers(stats.Extent) {
		return nil
	}
	for row, err := range v.Select(live.Noted(ctx), q.query) {
		if err != nil {
			return err
		}
		if q.during && !q.period.Meets(row.Validity()) {
			continue
		}
		moved(row.Geometry(), to)
		if err := w.Err("crs"); err != nil {
			return err
		}
	}
	return nil
}

func (a *API) item(c echo.Context, in *openapi.Input) error {
	subject := auth.SubjectOf(c.Request().Context())
	v, err := param.AsOf(c.Request().Context(), a.o.City.View(), "datetime", in.Text("datetime"))
	if err != nil {
		return err
	}
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return err
	}
	q := &listing{layer: l, decision: access.Decide(&subject, l)}
	if q.system, err = param.SystemOf("crs", in.Text("crs")); err != nil {
		return err
	}
	if err := q.columns(in); err != nil {
		return err
	}
	offer, err := choose(c, in, ofItem())
	if err != nil {
		return err
	}
	f, err := v.Get(c.Request().Context(), &subject, l.ID, in.Text("id"))
	if err != nil {
		return err
	}
	usage.Rows(c.Request().Context(), 1)
	if offer != offerHTML {
		if err := a.validators(c, l, &q.decision, &f); err != nil {
			return err
		}
		if fresh(c) {
			return notModified(c)
		}
	}
	p := &page{api: a, view: v, q: q, in: in, offer: offer, base: root(c) + "/ogc/collections/" + url.PathEscape(l.ID), alone: true}
	c.Response().Header().Set("Content-Crs", "<"+q.system.URI+">")
	if offer == offerHTML {
		return p.htmlItem(c, &f)
	}
	w := q.system.Writer()
	self := p.base + "/items/" + url.PathEscape(f.Key)
	links := append(alternates(self, in.RawQuery(), offer, ofItem()), link{Href: p.base, Rel: "collection", Type: mediaJSON, Title: l.Title.ZH})
	b := p.feature(w.To(), func(b []byte) []byte { return appendLinks(append(b, ','), links) })(nil, &f)
	if err := w.Err("crs"); err != nil {
		return err
	}
	return c.Blob(http.StatusOK, offer.media, append(b, '\n'))
}

// blame names the parameter behind an error of the query engine: what it says
// about a field of the layer comes from the filter, or from the parameter named
// after the field.
func (q *listing) blame(err error) error { return param.Pointers(err, "filter", q.names) }

// timeStamp is when the answer was made.
func (p *page) timeStamp(b []byte) []byte {
	b = append(b, `"timeStamp":"`...)
	b = p.api.o.Now().UTC().AppendFormat(b, time.RFC3339)
	return append(b, '"')
}

func withQuery(base string, v url.Values) string {
	if len(v) == 0 {
		return base
	}
	return base + "?" + v.Encode()
}

// links are those of a list: itself, the other formats, the next page and the one
// before.
func (p *page) links() []link {
	self := p.base + "/items"
	links := alternates(self, p.in.RawQuery(), p.offer, p.api.ofItems())
	links = append(links, link{Href: p.base, Rel: "collection", Type: mediaJSON, Title: p.q.layer.Title.ZH})
	if next := p.nextPage(); next != "" {
		links = append(links, link{Href: next, Rel: "next", Type: p.offer.media, Title: "Next page"})
	}
	if previous := p.previousPage(); previous != "" {
		links = append(links, link{Href: previous, Rel: "prev", Type: p.offer.media, Title: "Page before"})
	}
	return links
}

func (p *page) nextPage() string {
	if p.next == "" {
		return ""
	}
	values := p.in.RawQuery()
	values.Del("offset")
	values.Set("cursor", p.next)
	values.Set("limit", strconv.Itoa(p.q.query.Limit))
	return withQuery(p.base+"/items", values)
}

// previousPage is named by an offset, which costs the server the way there and
// may shift under writes; the order has no way back.
func (p *page) previousPage() string {
	if p.q.before <= 0 {
		return ""
	}
	values := p.in.RawQuery()
	values.Del("cursor")
	values.Set("offset", strconv.Itoa(max(0, p.q.before-p.q.query.Limit)))
	values.Set("limit", strconv.Itoa(min(p.q.query.Limit, p.q.before)))
	return withQuery(p.base+"/items", values)
}
