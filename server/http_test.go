package server_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server"
)

func TestHeaders(t *testing.T) {
	c := newCity(t, true)
	res, _ := c.call("", "GET", "/", nil)
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Access-Control-Allow-Origin": "*",
		"Referrer-Policy": "same-origin", "Cache-Control": "no-cache"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := res.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'self'", "worker-src 'self'", "img-src 'self' data: blob:", "style-src 'self' 'unsafe-inline'",
		"connect-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if res.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Error("cross-origin requests may carry credentials")
	}
	preflight, _ := c.call("", "OPTIONS", "/api/v1/layers", nil, "Origin", "http://elsewhere", "Access-Control-Request-Method", "GET")
	if preflight.StatusCode != 204 || !strings.Contains(preflight.Header.Get("Access-Control-Allow-Methods"), "GET") ||
		strings.Contains(preflight.Header.Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("preflight: %d %v", preflight.StatusCode, preflight.Header)
	}
	traced, _ := c.call("", "GET", "/healthz", nil, "Traceparent", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")
	if traced.Header.Get("X-Request-Id") != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("trace: %q", traced.Header.Get("X-Request-Id"))
	}
}

func TestFrontEnd(t *testing.T) {
	c := newCity(t, true)
	for _, path := range []string{"/", "/m", "/some/view", "/index.html"} {
		if res, body := c.call("", "GET", path, nil); res.StatusCode != 200 || !strings.Contains(body, "五图") {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	res, _ := c.call("", "GET", "/assets/app-1.js", nil)
	if !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || !strings.Contains(res.Header.Get("Content-Type"), "javascript") {
		t.Errorf("asset: %v", res.Header)
	}
	if again, _ := c.call("", "GET", "/assets/app-1.js", nil, "If-None-Match", res.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("asset with its tag: %d", again.StatusCode)
	}
	for _, path := range []string{"/assets/gone.js", "/tiles/x/1/0", "/tiles/1/2/3/4/5", "/api/gone", "/ogc/gone", "/metrics/gone", "/../secret.txt"} {
		if res, body := c.call("", "GET", path, nil); res.StatusCode != 404 || strings.Contains(body, "doctype") {
			t.Errorf("%s: %d %.80s", path, res.StatusCode, body)
		}
	}
	if res, _ := c.call("", "POST", "/", `{}`); res.StatusCode != 405 {
		t.Errorf("POST /: %d", res.StatusCode)
	}
}

// get without the transparent decoding of the standard client.
func raw(t *testing.T, c *city, method, path string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.http.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, b
}

func TestCompressionIsNegotiated(t *testing.T) {
	c := newCity(t, true)
	const path = "/ogc/collections/buildings/items?limit=100"
	plain, want := raw(t, c, "GET", path)
	if plain.Header.Get("Content-Encoding") != "" {
		t.Error("coded without being asked")
	}
	for accept, coded := range map[string]bool{"gzip": true, "gzip;q=0.5, br": true, "*": true, "GZIP": true,
		"br": false, "identity": false, "gzip;q=0": false, "*;q=0": false, "gzip;q=0, *": false} {
		res, got := raw(t, c, "GET", path, "Accept-Encoding", accept)
		if is := res.Header.Get("Content-Encoding") == "gzip"; is != coded {
			t.Errorf("Accept-Encoding %q: coded %v, want %v", accept, is, coded)
			continue
		}
		if !strings.Contains(strings.Join(res.Header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("Accept-Encoding %q: Vary is %q", accept, res.Header.Values("Vary"))
		}
		if coded {
			z, err := gzip.NewReader(strings.NewReader(string(got)))
			if err != nil {
				t.Fatal(err)
			}
			if got, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if string(got) != string(want) {
			t.Errorf("Accept-Encoding %q: other content", accept)
		}
	}
	if head, body := raw(t, c, "HEAD", path, "Accept-Encoding", "gzip"); head.StatusCode != 200 || len(body) != 0 {
		t.Errorf("HEAD: %d with %d bytes", head.StatusCode, len(body))
	}
}

// Every route is in the document, with its parameters, and the document has no
// other.
func TestDocumentDescribesTheRoutes(t *testing.T) {
	c := newCity(t, true)
	s := c.program
	_, text := c.call("", "GET", "/ogc/api", nil)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		if len(item.Servers) > 0 { // the items of one collection, spelled out below another root
			continue
		}
		for method := range item.Operations() {
			documented[method+" "+path] = true
		}
	}
	for _, r := range s.Routes() {
		key := r.Method + " " + r.Path
		if !documented[key] {
			t.Errorf("%s is not in the document", key)
			continue
		}
		delete(documented, key)
		op := doc.Paths.Value(r.Path).GetOperation(r.Method)
		if len(op.Parameters) != len(r.Params) {
			t.Errorf("%s: %d parameters documented, %d declared", key, len(op.Parameters), len(r.Params))
		}
		for _, seg := range strings.Split(r.Path, "/") {
			if name, _, ok := strings.Cut(strings.TrimPrefix(seg, "{"), "}"); ok && op.Parameters.GetByInAndName("path", name) == nil {
				t.Errorf("%s: path parameter %s is not declared", key, name)
			}
		}
	}
	for key := range documented {
		t.Errorf("%s is documented but no route", key)
	}
	registered := map[string]bool{}
	for _, r := range s.Routes() {
		registered[r.Method+" "+r.EchoPath()] = true
	}
	for _, r := range server.Registered(s) {
		if r.Method == http.MethodHead {
			continue
		}
		if key := r.Method + " " + r.Path; !registered[key] {
			t.Errorf("%s is registered but not declared", key)
		}
	}
}

// A defect in one request is a problem for that request only.
func TestPanicIsAProblem(t *testing.T) {
	c := newCity(t, true)
	s, err := server.New(server.Options{City: brokenCity{c.live}, Records: c.store, Demo: true, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx, l) }()
	for range 2 {
		res, err := http.Post("http://"+l.Addr().String()+"/api/v1/events", "application/json", strings.NewReader(lampReport))
		if err != nil {
			t.Fatal(err)
		}
		var p map[string]any
		if err := json.NewDecoder(res.Body).Decode(&p); err != nil || res.StatusCode != 500 || p["type"] != "/problems/internal" || p["detail"] != nil {
			t.Errorf("%d %v %v", res.StatusCode, p, err)
		}
		res.Body.Close()
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// brokenCity has a defect in writing.
type brokenCity struct{ *live.Catalog }

func (brokenCity) Apply(context.Context, layers.Batch) (uint64, error) {
	panic("secret detail of a defect")
}

// Stopping ends streams, answers what is under way, and refuses what comes later.
func TestRunDrains(t *testing.T) {
	c := newCity(t, true)
	s, err := server.New(server.Options{City: c.live, Records: c.store, Demo: true, Now: now, DrainTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx, l) }()
	res, err := http.Get("http://" + l.Addr().String() + "/api/v1/stream?layers=events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	stop()
	if _, err := io.ReadAll(res.Body); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := net.DialTimeout("tcp", l.Addr().String(), time.Second); err == nil {
		t.Error("the listener is still open")
	}
}

// Limits of time are for requests; a stream outlives them.
func TestStreamOutlivesTheLimits(t *testing.T) {
	c := newCity(t, true)
	s, err := server.New(server.Options{City: c.live, Records: c.store, Demo: true, Now: now, RequestTimeout: 30 * time.Millisecond, Heartbeat: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx, l) }()
	res, err := http.Get("http://" + l.Addr().String() + "/api/v1/stream?layers=events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines, beats := bufio.NewScanner(res.Body), 0
	for beats < 10 && lines.Scan() {
		if lines.Text() == ": heartbeat" {
			beats++
		}
	}
	if beats < 10 {
		t.Errorf("the stream ended after %d heartbeats: %v", beats, lines.Err())
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
