package server_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/server"
	"wutu/server/auth"
	"wutu/tiles"
)

// twin is one of two servers of a city that are asked the same, one of them without
// the express.
type twin struct {
	*inProcess
	handler http.Handler
}

// answer asks for a tile. The headers come with the values of each name in one, and
// without the name of the request.
func (w *twin) answer(r *http.Request) (int, map[string]string, []byte) {
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	h := map[string]string{}
	for name, values := range rec.Header() {
		h[name] = strings.Join(values, ", ")
	}
	if len(h["X-Request-Id"]) != 32 {
		w.t.Errorf("the request is called %q", h["X-Request-Id"])
	}
	delete(h, "X-Request-Id")
	return rec.Code, h, rec.Body.Bytes()
}

// told is what the access log and the metrics say of requests for tiles.
func (w *twin) told() (log []string, counted []string) {
	w.t.Helper()
	for line := range bytes.Lines(w.log.Bytes()) {
		var e map[string]any
		if err := json.Unmarshal(line, &e); err != nil {
			w.t.Fatal(err)
		}
		delete(e, "trace")
		delete(e, "ms")
		text, _ := json.Marshal(e)
		log = append(log, string(text))
	}
	for line := range strings.Lines(w.do("", "GET", "/metrics", "").Body.String()) {
		if strings.Contains(line, `route="/tiles/`) && !strings.Contains(line, "seconds_sum") {
			counted = append(counted, line)
		}
	}
	return log, counted
}

// The express answers as the router and its chain do, to every header, and tells the
// log, the statistics and the metrics the same; what is not ready, and whatever else
// they would not answer with a tile at once, it leaves to them.
func TestExpress(t *testing.T) {
	seed := laneSeed(t)
	random := rand.New(rand.NewPCG(seed, 0xe))
	o := newOffice(t, true)
	o.hire("zhang", layers.Planner)
	b := o.browser()
	b.signIn("zhang", password, "", 200)
	c := o.city
	c.key("district", auth.Spec{Role: layers.Supervisor, Region: "420502"})
	c.key("poor", auth.Spec{Role: layers.API, Purpose: "test", PerMinute: 1 << 20, PerDay: 40})
	slow, fast := &twin{inProcess: o.server(t, c, true)}, &twin{inProcess: o.server(t, c, true)}
	left := 0
	slow.handler = server.Ordinary(slow.s)
	fast.handler = server.Express(fast.s, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		left++
		server.Ordinary(fast.s).ServeHTTP(w, r)
	}))

	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	address := func() string {
		at := tileOf(t, random.IntN(16), tiles.Zoom(12+random.IntN(4))).String()
		if random.IntN(12) == 0 { // strange in one way or another
			at = pick("14/1/1", "99/1/1", "14/a/1", "14/1", "14/01/2", "hex/"+at, "0/0/1", "14//1", "-1/0/0", "+1/0/0", "14/1/1/1")
		}
		end := ".mvt"
		if random.IntN(4) == 0 {
			end = pick(".pbf", "", ".mvt?", ".mvt?filter=floors%3E3", ".mvt?datetime=2026-11-01T00:00:00Z", ".mvt?x=1")
		}
		return "/tiles/" + pick("buildings", "buildings", "roads,buildings", "buildings,roads,buildings", "events", "persons", "households", "enterprises", "components", "none", "", "%62uildings", "a b") + "/" + at + end
	}
	answers := map[int]int{}
	tags := map[string]string{}
	for range 1500 {
		method, path := pick("GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "POST"), strings.ReplaceAll(address(), " ", "%20")
		header := http.Header{}
		switch random.IntN(9) {
		case 0:
			header.Set("Authorization", "Bearer "+c.keys[pick("planner", "gridworker", "sysadmin", "district", "poor")])
		case 1:
			header.Set("Authorization", pick("Bearer "+c.keys["planner"], "Bearer wutu_none", "Basic eA==", "Bearer"))
		case 2:
			header.Set("Cookie", auth.SessionCookie+"="+pick(b.cookie, b.cookie, "stale"))
		case 3:
			header.Set("Cookie", "gateway=1")
		}
		for name, values := range map[string][]string{
			"Accept-Encoding": {"gzip", "gzip, deflate, br, zstd", "br", "zstd;q=0.5", "identity", "gzip;q=0, identity;q=0", "*"},
			"Origin":          {"https://other.example", "null"}, "Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x"},
			"If-None-Match": {tags[path], tags[path], "*", `"other"`}, "Sec-Fetch-Site": {"cross-site", "same-origin"},
		} {
			if random.IntN(3) == 0 {
				header.Set(name, pick(values...))
			}
		}
		ask := func() *http.Request {
			r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
			r.Header = header.Clone()
			return r
		}
		for round := range 2 { // drawn, and ready
			status, h, body := slow.answer(ask())
			got, gotHeader, gotBody := fast.answer(ask())
			if got != status || !maps.Equal(gotHeader, h) || status != 500 && len(body) > 0 && h["Content-Type"] != "application/problem+json" && !bytes.Equal(gotBody, body) {
				t.Fatalf("WUTU_SEED=%d: %s %s %v, time %d:\nthe express: %d %v, %d bytes\nwithout it:  %d %v, %d bytes",
					seed, method, path, header, round, got, gotHeader, len(gotBody), status, h, len(body))
			}
			answers[status]++
			tags[path] = h["Etag"]
		}
	}
	sum := 0
	for _, n := range answers {
		sum += n
	}
	t.Logf("%d answers, %d by the express: %v", sum, sum-left, answers)
	if sum-left < 300 || left < 300 || answers[304] < 20 || answers[204] < 20 || answers[429] < 2 {
		t.Errorf("too few of a kind")
	}
	slowLog, slowCount := slow.told()
	fastLog, fastCount := fast.told()
	if !slices.Equal(fastLog, slowLog) {
		t.Errorf("the access logs differ: %d lines and %d", len(fastLog), len(slowLog))
	}
	if len(slowCount) < 10 || !slices.Equal(fastCount, slowCount) {
		t.Errorf("the metrics differ:\n%s\n%s", fastCount, slowCount)
	}
}

// A tile that changes is never answered by the express as it was.
func TestExpressIsFresh(t *testing.T) {
	c := newCity(t, true)
	path := "/tiles/buildings/" + tileOf(t, 0, 15).String() + ".mvt"
	tag := ""
	for i := range 5 {
		res, body := raw(t, c, "GET", path, "If-None-Match", tag)
		if res.StatusCode != 200 || res.Header.Get("ETag") == tag {
			t.Fatalf("after change %d: %d %s", i, res.StatusCode, res.Header.Get("ETag"))
		}
		tag = res.Header.Get("ETag")
		if n := len(decodeTile(t, body)["buildings"].Features); n < i {
			t.Fatalf("after change %d there are %d buildings", i, n)
		}
		if res, _ := raw(t, c, "GET", path, "If-None-Match", tag); res.StatusCode != 304 {
			t.Fatalf("unchanged: %d", res.StatusCode)
		}
		if _, err := c.live.Apply(t.Context(), layers.Batch{At: now(), Changes: []layers.Change{feature("buildings", "new-"+strings.Repeat("x", i), square(.1*float64(i), .1, .05, .05)[0], nil)}}); err != nil {
			t.Fatal(err)
		}
	}
}
