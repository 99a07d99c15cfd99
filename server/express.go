package server

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"wutu/server/usage"
	"wutu/tiles"
	"wutu/tiles/cache"
)

// express answers requests for tiles that are ready, most of all requests, without
// the router, the chain of middleware and the contexts they pass on: these cost as
// much of the processor as the rest of such an answer. It does what they do by the
// same functions, in the same order; what needs anything else of them (a filter, a
// person's data, drawing, a refusal, a defect) takes the ordinary way, as if it had not been
// here.
type express struct {
	s        *Server
	next     http.Handler
	route    string   // how its requests are counted
	vary     []string // shared by the answers
	seconds  prometheus.Observer
	statuses map[int]prometheus.Counter
}

// tileRoute is the route that express serves, as the router has it.
const tileRoute = "/tiles/:layers/:z/:x/:y"

func newExpress(s *Server, next http.Handler) *express {
	e := &express{s: s, next: next, route: s.labels[http.MethodGet+" "+tileRoute], vary: []string{"Authorization, Cookie, " + cache.Vary},
		seconds: s.metrics.seconds.WithLabelValues(tileRoute), statuses: map[int]prometheus.Counter{}}
	for _, status := range []int{http.StatusOK, http.StatusNoContent, http.StatusNotModified} {
		e.statuses[status] = s.metrics.requests.WithLabelValues(tileRoute, http.MethodGet, statusLabel(status))
	}
	return e
}

// ServeHTTP answers a request.
func (e *express) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if names, at, ok := tileOf(r); !ok || !e.answer(w, r, names, at) {
		e.next.ServeHTTP(w, r)
	}
}

// tileOf reads the address of a tile: /tiles/{layers}/{z}/{x}/{y}.mvt and nothing else.
func tileOf(r *http.Request) (names string, at tiles.ID, ok bool) {
	path, ok := strings.CutPrefix(r.URL.Path, "/tiles/")
	if !ok || r.Method != http.MethodGet || r.URL.RawQuery != "" || r.URL.ForceQuery || r.URL.RawPath != "" || r.ContentLength != 0 || len(r.RequestURI) > maxURLBytes {
		return "", at, false
	}
	if path, ok = strings.CutSuffix(path, ".mvt"); !ok {
		return "", at, false
	}
	var z, x, y string
	if names, path, ok = strings.Cut(path, "/"); !ok {
		return "", at, false
	}
	if z, path, ok = strings.Cut(path, "/"); !ok {
		return "", at, false
	}
	if x, y, ok = strings.Cut(path, "/"); !ok {
		return "", at, false
	}
	at, err := tiles.Parse(z, x, y)
	return names, at, err == nil
}

// answer answers when the tile is ready; otherwise it has done nothing.
func (e *express) answer(w http.ResponseWriter, r *http.Request, names string, at tiles.ID) bool {
	s := e.s
	if s.o.Log.Enabled(r.Context(), slog.LevelDebug) { // the chain tells of each request
		return false
	}
	begin := s.o.Now()
	who, err := s.gate.Identify(r.Context(), r)
	if err != nil || who.Unready() != "" {
		return false
	}
	res, shown, ok := s.tiles.Ready(&who.Subject, names, at, cache.Conditions{AcceptEncoding: r.Header["Accept-Encoding"], IfNoneMatch: r.Header["If-None-Match"]})
	if !ok || s.usage.Admit(r.Context(), caller(who)) != nil {
		return false
	}
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()
	trace := s.trace(r)
	e.say(w.Header(), r, trace, &res)
	if res.Status == http.StatusOK {
		gather(r.Context(), int64(len(res.Body)))
	}
	w.WriteHeader(res.Status)
	sent := 0
	if res.Status == http.StatusOK {
		if sent, err = w.Write(res.Body); err != nil {
			res.Status = statusClientGone
		}
	}
	end := s.o.Now()
	took := end.Sub(begin)
	e.counter(res.Status).Inc()
	e.seconds.Observe(took.Seconds())
	s.count(&usage.Entry{At: end, Route: e.route, Layer: shown.Names, Bytes: int64(sent), Status: res.Status, Took: took, Trace: trace}, &who.Subject)
	return true
}

// counter counts the answers with a status.
func (e *express) counter(status int) prometheus.Counter {
	if c, ok := e.statuses[status]; ok {
		return c
	}
	return e.s.metrics.requests.WithLabelValues(tileRoute, http.MethodGet, statusLabel(status))
}

// say sets the headers.
func (e *express) say(h http.Header, r *http.Request, trace string, res *cache.Response) {
	h[traceHeader] = []string{trace}
	e.s.secure(r, h, true)
	if h["Vary"] == nil {
		h["Vary"] = e.vary
	} else {
		h["Vary"] = append(h["Vary"], e.vary...)
	}
	e.s.tiles.Say(h, res)
	if personal(r) {
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", private(h.Get("Cache-Control")))
	}
}
