package server

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
)

// csp is what the front end needs and no more (the stack of its page, measured
// in a browser): workers and WebAssembly of our own, images drawn at run time,
// styles set by the map library.
const csp = "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
	"font-src 'self' data:; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'self'; " +
	"form-action 'self'; frame-ancestors 'none'"

// hsts makes browsers use TLS for a year. Subdomains are others' business.
const hsts = "max-age=31536000"

// What other sites' pages may send and read. With allowed origins that is what
// the front end itself sends.
const (
	openMethods    = "GET, HEAD"
	openHeaders    = "Authorization, If-None-Match, Last-Event-ID"
	trustedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
	trustedHeaders = "Authorization, Content-Crs, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Unmodified-Since, Last-Event-ID, Prefer, Traceparent, X-CSRF-Token"
	exposed        = "ETag, Link, Location, Content-Crs, OGC-NumberMatched, OGC-NumberReturned, Preference-Applied, Retry-After, " + traceHeader
)

// origins is the policy for requests that pages of other sites send.
//
//   - An allowed origin may read and write with credentials.
//   - Any other page may read what an anonymous request or one with a key of its
//     own may read; an answer to a request with cookies tells it nothing.
//   - Any other page may change nothing with what the browser adds by itself.
type origins struct {
	allowed []string
	cross   *http.CrossOriginProtection

	anybody, exposed []string // values of headers, which answers share
}

// newOrigins checks the allowed origins, "https://map.example.gov.cn". The error
// is Invalid for anything but scheme, host and port.
func newOrigins(allowed []string) (origins, error) {
	o := origins{allowed: allowed, cross: http.NewCrossOriginProtection(), anybody: []string{"*"}, exposed: []string{exposed}}
	for _, a := range allowed {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || a != u.Scheme+"://"+strings.ToLower(u.Host) {
			return o, layers.Invalidf("server", "allow-origin", "is not an origin as in https://map.example.gov.cn: "+a)
		}
		if err := o.cross.AddTrustedOrigin(a); err != nil {
			return o, layers.Invalidf("server", "allow-origin", err.Error())
		}
	}
	return o, nil
}

// fixedHeader is a header that every answer carries, or every one that a browser may
// show as a document. The answers share its value: who adds to it makes a new one,
// for it has no room.
type fixedHeader struct {
	name  string // in canonical form
	value []string
}

// forAll is how many of fixedHeaders, the first, belong to every answer.
const forAll = 1

func fixedHeaders() []fixedHeader {
	return []fixedHeader{
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Referrer-Policy", []string{"same-origin"}},
		{"X-Frame-Options", []string{"DENY"}},
		{"Permissions-Policy", []string{"geolocation=(self), camera=(self), microphone=()"}},
		{"Content-Security-Policy", []string{csp}},
		{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	}
}

// secure sets the security headers of an answer, and reports whether it goes to a
// page of an allowed origin.
func (s *Server) secure(r *http.Request, h http.Header, tile bool) (trusted bool) {
	fixed := s.fixed
	if tile {
		fixed = fixed[:forAll]
	}
	for i := range fixed {
		h[fixed[i].name] = fixed[i].value
	}
	if r.TLS != nil && hasName(r.Host) {
		h.Set("Strict-Transport-Security", hsts)
	}
	return s.origins.share(r, h)
}

// headers sets the security headers and answers for requests of other origins.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, h := c.Request(), c.Response().Header()
		trusted := s.secure(r, h, isTile(c.Path()))
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			methods, names := openMethods, openHeaders
			if trusted {
				methods, names = trustedMethods, trustedHeaders
			}
			h.Set("Access-Control-Allow-Methods", methods)
			h.Set("Access-Control-Allow-Headers", names)
			h.Set("Access-Control-Max-Age", "3600")
			return c.NoContent(http.StatusNoContent)
		}
		// A key is sent by programs on purpose, everything else by browsers on
		// their own.
		if r.Header.Get("Authorization") == "" {
			if s.origins.foreign(r) {
				return &layers.Error{Kind: layers.Forbidden, Op: "server", Field: "Origin", Err: errors.New("a page of another site may not change anything here")}
			}
		}
		return next(c)
	}
}

// isTile reports whether a route answers with tiles, which no browser shows as a
// document. They are most of all requests, and what documents may do is most of a
// small answer.
func isTile(route string) bool {
	return strings.HasPrefix(route, "/tiles/") || strings.HasPrefix(route, "/basemaps/")
}

// share says which pages may read the answer to r, and whether r comes from one
// of an allowed origin.
func (o *origins) share(r *http.Request, h http.Header) (trusted bool) {
	if len(o.allowed) > 0 {
		h.Add("Vary", "Origin")
	}
	origin := r.Header.Get("Origin")
	switch trusted = origin != "" && slices.Contains(o.allowed, origin); {
	case trusted:
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	case !hasCookies(r):
		h["Access-Control-Allow-Origin"] = o.anybody
	default:
		return false
	}
	h["Access-Control-Expose-Headers"] = o.exposed
	return trusted
}

// foreign reports whether a page of an origin that is not allowed sends a
// request that changes something. Browsers tell the page's site, or at least its
// origin, whose host must be ours then; under TLS so must its scheme, which the
// standard library does not compare.
func (o *origins) foreign(r *http.Request) bool {
	if o.cross.Check(r) != nil {
		return true
	}
	origin := r.Header.Get("Origin")
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
	return r.TLS != nil && !safe && strings.HasPrefix(origin, "http:") && !slices.Contains(o.allowed, origin)
}

// hasCookies reports whether the browser added an identity. Which cookie it is
// does not matter: a gateway's counts too.
func hasCookies(r *http.Request) bool { return len(r.Header["Cookie"]) > 0 }

// hasName reports whether host is a name that others than this machine know:
// HSTS on localhost would bind every server of the machine, on all ports.
func hasName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return host != "" && host != "localhost" && net.ParseIP(strings.Trim(host, "[]")) == nil
}

// keepPrivate makes the answers of a route differ by identity for every cache,
// and those to an identity stay with it.
func keepPrivate(c echo.Context) {
	r, res := c.Request(), c.Response()
	h := res.Header()
	h["Vary"] = append(h["Vary"], "Authorization", "Cookie")
	if !personal(r) {
		return
	}
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	res.Before(func() { h.Set("Cache-Control", private(h.Get("Cache-Control"))) })
}

// personal reports whether a request says who asks.
func personal(r *http.Request) bool { return r.Header.Get("Authorization") != "" || hasCookies(r) }

// private is the cache rule of an answer to an identity, from what the handler
// set: never stored by shared caches, and stored at all only when the handler
// wants it asked for again each time.
func private(rule string) string {
	switch {
	case rule == "", strings.Contains(rule, "no-store"):
		return "no-store"
	case strings.Contains(rule, "private"):
		return rule
	case strings.Contains(rule, "no-cache"):
		return "private, " + rule
	}
	return "no-store"
}
