package server_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/server"
)

const (
	ours    = "https://map.example.gov.cn"
	partner = "https://portal.example.gov.cn"
	evil    = "https://evil.example"
	cookie  = "wutu_session=0123456789abcdef"
)

// page is what a browser lets a page of an origin do with a server.
type page struct {
	t      *testing.T
	s      http.Handler
	origin string
	cookie bool // the browser has one for the server, and would send it
	fetch  bool // the browser tells Sec-Fetch-Site
}

// request sends what a browser would. It returns the answer and whether the page
// may read it.
func (p *page) request(method, path, body string, header ...string) (res *httptest.ResponseRecorder, readable bool) {
	p.t.Helper()
	r := httptest.NewRequestWithContext(p.t.Context(), method, ours+path, strings.NewReader(body))
	r.Header.Set("Origin", p.origin)
	if p.cookie {
		r.Header.Set("Cookie", cookie)
	}
	if p.fetch {
		r.Header.Set("Sec-Fetch-Site", map[bool]string{true: "same-origin", false: "cross-site"}[p.origin == ours])
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res = httptest.NewRecorder()
	p.s.ServeHTTP(res, r)
	h := res.Header()
	switch allow := h.Get("Access-Control-Allow-Origin"); {
	case p.origin == ours:
		return res, true
	case p.cookie:
		return res, allow == p.origin && h.Get("Access-Control-Allow-Credentials") == "true"
	default:
		return res, allow == "*" || allow == p.origin
	}
}

// preflight asks as the Fetch standard does before any request that a form could
// not send, and says whether the browser would go on.
func (p *page) preflight(method, path string, header ...string) bool {
	r := httptest.NewRequestWithContext(p.t.Context(), "OPTIONS", ours+path, nil)
	r.Header.Set("Origin", p.origin)
	r.Header.Set("Access-Control-Request-Method", method)
	r.Header.Set("Access-Control-Request-Headers", strings.Join(header, ","))
	w := httptest.NewRecorder()
	p.s.ServeHTTP(w, r)
	list := func(name string) []string {
		return strings.Split(strings.ToLower(strings.ReplaceAll(w.Header().Get(name), " ", "")), ",")
	}
	allow := w.Header().Get("Access-Control-Allow-Origin")
	if w.Code/100 != 2 || allow != p.origin && (allow != "*" || p.cookie) || p.cookie && w.Header().Get("Access-Control-Allow-Credentials") != "true" {
		return false
	}
	for _, h := range header {
		if !slices.Contains(list("Access-Control-Allow-Headers"), strings.ToLower(h)) {
			return false
		}
	}
	return slices.Contains(list("Access-Control-Allow-Methods"), strings.ToLower(method))
}

func sites(t *testing.T, allow ...string) http.Handler {
	t.Helper()
	c := newCity(t, true)
	s, err := server.New(server.Options{City: c.live, Records: c.store, Demo: true, Now: now, AllowOrigins: allow})
	if err != nil {
		t.Fatal(err)
	}
	return inspected(t, s)
}

// A page of another site, in a browser that holds a session: it can neither read
// nor write with it, whatever tricks it uses.
func TestForeignPages(t *testing.T) {
	for _, allow := range [][]string{nil, {partner}} {
		s := sites(t, allow...)
		for _, fetch := range []bool{false, true} {
			for _, origin := range []string{evil, "null", "http://map.example.gov.cn", ours + ".evil.example", partner + ".evil.example", "https://portal.example.gov.cn:444"} {
				p := &page{t: t, s: s, origin: origin, cookie: true, fetch: fetch}
				for _, path := range []string{"/api/v1/me", "/api/v1/layers", "/ogc/collections/buildings/items", "/api/v1/stream?layers=nothing", "/api/gone", "/"} {
					if _, ok := p.request("GET", path, ""); ok {
						t.Errorf("%s (allowed %v) reads %s with a cookie", origin, allow, path)
					}
				}
				for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
					if p.preflight(method, "/api/v1/events", "content-type") {
						t.Errorf("%s passes the preflight of %s", origin, method)
					}
					// A form, or a browser that does not ask: refused before any handler.
					for _, media := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded"} {
						for _, with := range []bool{true, false} {
							q := *p
							q.cookie = with
							res, _ := q.request(method, "/api/v1/events", lampReport, "Content-Type", media)
							if res.Code != http.StatusForbidden || !strings.Contains(res.Body.String(), "/problems/forbidden") {
								t.Errorf("%s %s %s with cookie %v: %d %.200s", origin, method, media, with, res.Code, res.Body)
							}
						}
					}
				}
			}
		}
	}
}

// What needs no identity stays readable from anywhere; a key of its own gives a
// page what it gives any program.
func TestOpenPages(t *testing.T) {
	p := &page{t: t, s: sites(t), origin: evil, fetch: true}
	for _, path := range []string{"/api/v1/layers", "/ogc/collections/buildings/items", "/tiles/buildings/14/13251/6794.mvt", "/api/gone"} {
		if _, ok := p.request("GET", path, ""); !ok {
			t.Errorf("%s is not readable", path)
		}
		if !p.preflight("GET", path, "authorization", "if-none-match") {
			t.Errorf("%s: the preflight fails", path)
		}
	}
	if res, ok := p.request("GET", "/api/v1/layers", "", "Authorization", "Bearer wutu_nonsense"); res.Code != http.StatusUnauthorized || !ok {
		t.Errorf("a wrong key: %d, readable %v", res.Code, ok)
	}
}

// Our own page and those of allowed origins read and write with a session.
func TestTrustedPages(t *testing.T) {
	s := sites(t, partner)
	for _, fetch := range []bool{false, true} {
		for _, origin := range []string{ours, partner} {
			p := &page{t: t, s: s, origin: origin, cookie: true, fetch: fetch}
			if _, ok := p.request("GET", "/api/v1/me", ""); !ok {
				t.Errorf("%s cannot read", origin)
			}
			if origin == partner && !p.preflight("POST", "/api/v1/events", "content-type", "x-csrf-token", "idempotency-key") {
				t.Errorf("%s: the preflight fails", origin)
			}
			// Without a cookie the answer is the handler's own: nothing here refuses it.
			p.cookie = false
			if res, ok := p.request("POST", "/api/v1/events", lampReport, "Content-Type", "application/json"); res.Code == http.StatusForbidden || !ok {
				t.Errorf("%s cannot write: %d %s", origin, res.Code, res.Body)
			}
		}
	}
	res, _ := (&page{t: t, s: s, origin: evil}).request("GET", "/api/v1/layers", "")
	if !slices.Contains(res.Header().Values("Vary"), "Origin") {
		t.Errorf("answers differ by origin, caches do not know: %v", res.Header().Values("Vary"))
	}
}

func TestAllowedOriginsAreChecked(t *testing.T) {
	c := newCity(t, true)
	for _, bad := range []string{"*", "null", "", "map.example.gov.cn", "https://map.example.gov.cn/", "https://MAP.example.gov.cn", "ftp://x", "https://", "https://a@b", "https://*.example.gov.cn/x"} {
		_, err := server.New(server.Options{City: c.live, Records: c.store, AllowOrigins: []string{bad}})
		if layers.KindOf(err) != layers.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// No shared cache keeps an answer to an identity, nor hands an answer of one to
// another; what anybody may have stays cacheable as before.
func TestCaches(t *testing.T) {
	c := newCity(t, true)
	paths := []string{"/api/v1/me", "/api/v1/layers", "/ogc/collections", "/ogc/collections/buildings/items", "/ogc/collections/buildings/items/b00",
		"/tiles/buildings/14/13251/6794.mvt", "/tiles/buildings.json", "/api/v1/near?layer=buildings&lon=111.29&lat=30.69", "/api/v1/near?lon=x",
		"/api/v1/events", "/ogc/api", "/api/v1/search?q=a", "/healthz"}
	for _, path := range paths {
		for who, header := range map[string][]string{"key": {"Authorization", "Bearer " + c.keys["planner"]}, "cookie": {"Cookie", "gateway=1"}, "nobody": nil} {
			res, _ := c.call("", "GET", path, nil, header...)
			rule, vary := res.Header.Get("Cache-Control"), strings.Join(res.Header.Values("Vary"), ",")
			if !strings.Contains(vary, "Authorization") || !strings.Contains(vary, "Cookie") {
				t.Errorf("%s to %s: Vary is %q", path, who, vary)
			}
			if who == "nobody" {
				continue
			}
			if rule != "no-store" && !strings.HasPrefix(rule, "private, no-cache") || strings.Contains(rule, "public") {
				t.Errorf("%s to %s: Cache-Control is %q", path, who, rule)
			}
			if res.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s to %s may be embedded anywhere", path, who)
			}
		}
	}
	tile, _ := c.call("", "GET", "/tiles/buildings/14/13251/6794.mvt", nil)
	if tile.Header.Get("Cache-Control") != "no-cache" || tile.Header.Get("ETag") == "" {
		t.Errorf("a tile for anybody: %v", tile.Header)
	}
	if again, _ := c.call("planner", "GET", "/tiles/buildings/14/13251/6794.mvt", nil, "If-None-Match", "*"); !strings.HasPrefix(again.Header.Get("Cache-Control"), "private") {
		t.Errorf("a tile not modified: %v", again.Header)
	}
	if asset, _ := c.call("", "GET", "/assets/app-1.js", nil, "Cookie", "a=b"); !strings.Contains(asset.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an asset is not cacheable: %v", asset.Header)
	}
}

// HSTS is said under TLS only, and never binds localhost or an address.
func TestStrictTransport(t *testing.T) {
	s := sites(t)
	for url, want := range map[string]bool{"https://map.example.gov.cn/": true, "https://map.example.gov.cn:8443/healthz": true,
		"http://map.example.gov.cn/": false, "https://localhost:8443/": false, "https://127.0.0.1/": false, "https://[::1]:8443/": false} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", url, nil))
		if got := w.Header().Get("Strict-Transport-Security"); (got == "max-age=31536000") != want || !want && got != "" {
			t.Errorf("%s: %q", url, got)
		}
		if w.Header().Get("Cross-Origin-Opener-Policy") != "same-origin" {
			t.Errorf("%s: other sites' windows reach ours", url)
		}
	}
}
