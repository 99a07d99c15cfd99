package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

// webRoute is what requests on the front end and on addresses that are no route
// are counted as: their paths are free text.
const webRoute = "web"

// admit keeps callers within the quotas of their keys.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		if err := s.usage.Admit(ctx, caller(auth.IdentityOf(ctx))); err != nil {
			return err
		}
		return next(c)
	}
}

// caller is who asks, with its quotas.
func caller(who *auth.Identity) usage.Caller {
	c := usage.Caller{Key: who.Subject.ID}
	if who.Key != nil {
		c.PerMinute, c.PerDay = who.Key.PerMinute, who.Key.PerDay
	}
	return c
}

// meter adds an answered request to the statistics and the access log.
func (s *Server) meter(c echo.Context, at time.Time, took time.Duration) {
	ctx := c.Request().Context()
	var e usage.Entry
	if r := usage.Of(ctx); r != nil {
		e = r.Entry(at)
	} else { // refused before its route was entered, or on none
		e = usage.Entry{At: at, Route: s.routeOf(c)}
	}
	subject := auth.SubjectOf(ctx)
	e.Status, e.Bytes, e.Took, e.Trace = c.Response().Status, c.Response().Size, took, c.Response().Header().Get(traceHeader)
	s.count(&e, &subject)
}

// count adds what a subject was answered to the statistics and the access log.
func (s *Server) count(e *usage.Entry, subject *layers.Subject) {
	e.Key, e.Role = subject.ID, subject.Role
	s.usage.Count(e)
	if s.accessLog != nil {
		s.accessLog.Write(e)
	}
}

// routeOf is the declared route that the router chose, webRoute if none.
func (s *Server) routeOf(c echo.Context) string {
	method := c.Request().Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if route, ok := s.labels[method+" "+c.Path()]; ok {
		return route
	}
	return webRoute
}

// label is how the requests on a route are counted.
type label struct {
	route string // "GET /api/v1/near"
	param string // the parameter that names the layers, "" if none
	layer string // the layer the route is about, "" if a parameter or the handler says
}

func labelOf(r *openapi.Route) label {
	l := label{route: r.Method + " " + r.Path}
	for _, p := range r.Params {
		if p.Name == "layer" || p.Name == "layers" {
			l.param = p.Name
		}
	}
	switch {
	case strings.HasPrefix(r.Path, "/api/v1/events"):
		l.layer = "events"
	case strings.HasPrefix(r.Path, "/api/v1/buildings/"):
		l.layer = "buildings"
	}
	return l
}

// record returns the context under which the handler's report reaches the entry;
// in is nil for a request that did not pass the checks.
func (s *Server) record(ctx context.Context, l *label, in *openapi.Input) *usage.Recorder {
	query := ""
	if s.accessLog != nil {
		query = strings.Join(in.Given(), ",")
	}
	rec := usage.Record(ctx, l.route, query)
	switch {
	case l.layer != "":
		usage.Layers(rec, l.layer)
	case l.param != "" && in != nil:
		// Only layers the city has: a label is never free text.
		view := s.o.City.View()
		ids := in.List(l.param)
		if unknown := func(id string) bool { _, ok := view.Layer(id); return !ok }; view == nil || slices.ContainsFunc(ids, unknown) {
			break
		}
		usage.Layers(rec, ids...)
	}
	return rec
}
