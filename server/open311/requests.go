package open311

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/param"
	"wutu/server/usage"
)

// maxRows is how many requests an answer holds at most, as the specification has
// it.
const maxRows = 1000

// reader reads cases for a subject and turns them into service requests.
type reader struct {
	api        *API
	call       *call
	subject    layers.Subject
	view       *live.View
	layer      *layers.Layer
	sights     layers.Sights
	system     crs.System
	converted  bool // coordinates are those of system, not WGS 84
	extensions bool
	addresses  *layers.Layer // nil: the subject does not see them
}

// reader returns who reads for the call. The error is Forbidden when the
// subject may not list cases, or not see whether they are open.
func (a *API) reader(x *call) (*reader, error) {
	ctx := x.Request().Context()
	r := &reader{api: a, call: x, subject: auth.SubjectOf(ctx), view: a.o.City.View(), extensions: x.in.Takes("extensions") && x.in.Bool("extensions")}
	var err error
	if r.layer, err = param.Listable(r.view, &r.subject, model.Events); err != nil {
		return nil, &layers.Error{Kind: layers.Forbidden, Op: "open311", Err: errors.New("service requests are not open to everybody: give an api_key that may read them")}
	}
	d := access.Decide(&r.subject, r.layer)
	r.sights = d.Sights
	for _, name := range []string{model.State, model.Class, model.ReportedAt} {
		if err := d.MayUse(r.layer, r.layer.FieldIndex(name)); err != nil {
			return nil, err
		}
	}
	if name := x.in.TextIfTaken("coord"); name != "" {
		if r.system, err = param.System("coord", name); err != nil {
			return nil, err
		}
	}
	r.converted = r.system != crs.WGS84
	if l, err := param.Listable(r.view, &r.subject, model.Addresses); err == nil {
		r.addresses = l
	}
	return r, nil
}

// query is what the call searches for.
func (r *reader) query() (layers.Query, error) {
	q := layers.Query{Subject: r.subject, Layer: r.layer.ID, Sort: []layers.SortKey{{Field: model.ReportedAt, Desc: true}}}
	in := r.call.in
	var all []layers.Expr
	if d := r.call.district; d != "" {
		all = append(all, equals(model.District, d))
	}
	if ids := in.List("service_request_id"); ids != nil {
		if len(ids) > maxRows {
			return q, layers.Invalidf("open311", "service_request_id", fmt.Sprintf("names more than %d", maxRows))
		}
		q.IDs, q.Filter = ids, and(all)
		return q, nil
	}
	if codes := in.List("service_code"); codes != nil {
		all = append(all, anyOf(model.Class, codes))
	}
	state, err := statesOf(in.List("status"))
	if err != nil {
		return q, err
	}
	all = append(all, state...)
	moments, err := r.moments()
	if err != nil {
		return q, err
	}
	all = append(all, moments...)
	if err := r.place(&q); err != nil {
		return q, err
	}
	q.Filter = and(all)
	size := in.Int("page_size")
	q.Offset, q.Limit = (in.Int("page")-1)*size, size
	return q, nil
}

// moments are the conditions on times. Who asks for what has changed means old
// requests as well.
func (r *reader) moments() ([]layers.Expr, error) {
	in, zone := r.call.in, r.api.o.Zone
	var out []layers.Expr
	after, before := in.Text("updated_after"), in.Text("updated_before")
	if after != "" {
		t, _, err := readTime("updated_after", after, zone)
		if err != nil {
			return nil, err
		}
		out = append(out, compare(model.UpdatedAt, layers.Ge, t))
	}
	if before != "" {
		_, t, err := readTime("updated_before", before, zone)
		if err != nil {
			return nil, err
		}
		out = append(out, compare(model.UpdatedAt, layers.Le, t))
	}
	if out != nil && !in.Has("start_date") && !in.Has("end_date") {
		return out, nil
	}
	from, to, err := r.api.period(r.call)
	return append(out, compare(model.ReportedAt, layers.Ge, from), compare(model.ReportedAt, layers.Le, to)), err
}

// place sets the conditions on the place.
func (r *reader) place(q *layers.Query) error {
	in := r.call.in
	p, given, err := r.call.point()
	switch {
	case err != nil:
		return err
	case given && !in.Has("radius"):
		return layers.Invalidf("open311", "radius", "is required with lat and long")
	case !given && in.Has("radius"):
		return layers.Invalidf("open311", "radius", "is meant around lat and long: give both")
	case given:
		q.Region = &layers.Region{Geometry: orb.Point(p), BufferM: in.Float("radius")}
	}
	if !in.Has("bbox") {
		return nil
	}
	box := in.Text("bbox")
	if r.converted {
		n, err := param.Numbers("bbox", box, 4)
		if err != nil || len(n) != 4 {
			return layers.Invalidf("open311", "bbox", "is not west,south,east,north")
		}
		low, err := param.Place(r.system, n[0], n[1], "bbox", "bbox")
		if err != nil {
			return err
		}
		high, err := param.Place(r.system, n[2], n[3], "bbox", "bbox")
		if err != nil {
			return err
		}
		box = fmt.Sprintf("%v,%v,%v,%v", low[0], low[1], high[0], high[1])
	}
	q.Boxes, err = param.BBox("bbox", box, param.LonLat())
	return err
}

// statesOf are the states that open and closed stand for.
func statesOf(status []string) ([]layers.Expr, error) {
	open, closed := false, false
	for _, s := range status {
		switch s {
		case statusOpen:
			open = true
		case statusClosed:
			closed = true
		default:
			return nil, layers.Invalidf("open311", "status", fmt.Sprintf("%.40q is neither open nor closed", s))
		}
	}
	if open == closed {
		return nil, nil
	}
	var names []string
	for _, s := range event.States() {
		if s.Open() == open {
			names = append(names, s.String())
		}
	}
	return []layers.Expr{anyOf(model.State, names)}, nil
}

func equals(field, value string) layers.Expr {
	return layers.Compare{Op: layers.Eq, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Text(value)}}
}

func anyOf(field string, values []string) layers.Expr {
	var list []layers.Term
	for _, v := range values {
		list = append(list, layers.Literal{Value: layers.Text(strings.TrimSpace(v))})
	}
	return layers.In{Term: layers.Property{Name: field}, List: list}
}

func compare(field string, op layers.CompareOp, t time.Time) layers.Expr {
	return layers.Compare{Op: op, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Instant(t)}}
}

func and(all []layers.Expr) layers.Expr {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return layers.And{Args: all}
}

// each visits the rows that the call searches for and links to the next page.
func (r *reader) each(visit func(live.Row) error) error {
	q, err := r.query()
	if err != nil {
		return err
	}
	limit, n := q.Limit, 0
	if limit > 0 {
		q.Limit++
	}
	ctx := r.call.Request().Context()
	for row, err := range r.view.Select(ctx, q) {
		if err != nil {
			return err
		}
		if n == limit && limit > 0 {
			values := r.call.in.RawQuery()
			values.Set("page", strconv.Itoa(r.call.in.Int("page")+1))
			u := url.URL{Path: r.call.Request().URL.Path, RawQuery: values.Encode()}
			r.call.Response().Header().Set("Link", "<"+r.call.origin()+u.String()+`>; rel="next"`)
			break
		}
		n++
		if err := visit(*row); err != nil {
			return err
		}
	}
	usage.Rows(ctx, n)
	return nil
}

func (a *API) requests(x *call) error {
	r, err := a.reader(x)
	if err != nil {
		return err
	}
	if x.format == asCSV {
		return r.bulk()
	}
	root := items("service_requests")
	err = r.each(func(row live.Row) error {
		e, err := r.request(&row)
		root.children = append(root.children, e)
		return err
	})
	if err != nil {
		return err
	}
	x.Response().Header().Set("Cache-Control", "no-cache")
	return x.answer(root)
}

func (a *API) request(x *call) error {
	r, err := a.reader(x)
	if err != nil {
		return err
	}
	f, err := r.get(x.id)
	if err != nil {
		return err
	}
	e, err := r.request(f)
	if err != nil {
		return err
	}
	usage.Rows(x.Request().Context(), 1)
	x.Response().Header().Set("Cache-Control", "no-cache")
	return x.answer(items("service_requests", e))
}

// get reads one case. The error is a 404 for one that does not exist for the
// subject, or lies in another jurisdiction.
func (r *reader) get(id string) (*layers.Feature, error) {
	f, err := r.view.Get(r.call.Request().Context(), &r.subject, r.layer.ID, id)
	if layers.KindOf(err) == layers.NotFound {
		return nil, notFound("service_request_id", id)
	}
	if err != nil {
		return nil, err
	}
	if d := r.call.district; d != "" && r.shown(&f, model.District).String() != d {
		return nil, notFound("service_request_id", id)
	}
	return &f, nil
}

// token tells the id behind a token. Requests get their id at once, which stands
// for itself.
func (a *API) token(x *call) error {
	r, err := a.reader(x)
	if err != nil {
		return err
	}
	if _, err := r.get(x.id); err != nil {
		return notFound("token", x.id)
	}
	return x.answer(items("service_requests", members("request", of("service_request_id", x.id), of("token", x.id))))
}
