package server_test

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wutu/layers"
	"wutu/server"
)

// A lane never runs more than its slots nor lets more wait than its queue, forgets
// nobody, and is empty in the end, whatever callers do.
func TestLaneAdmitsSoManyAtATime(t *testing.T) {
	seed := laneSeed(t)
	for round := range 50 {
		r := rand.New(rand.NewPCG(seed, uint64(round)))
		slots, queue := 1+r.IntN(4), r.IntN(6)
		l := server.NewLane(slots, queue, time.Hour)
		var running, most, served, refused, left atomic.Int64
		var all sync.WaitGroup
		callers := 5 + r.IntN(60)
		for range callers {
			impatient, work := r.IntN(3) == 0, r.IntN(200)
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if impatient {
					go cancel()
				}
				leave, err := l.Enter(ctx)
				switch {
				case layers.KindOf(err) == layers.Unavailable || ctx.Err() != nil && err != nil:
					left.Add(1)
					return
				case err != nil:
					refused.Add(1)
					return
				}
				n := running.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				for range work {
					runtime.Gosched()
				}
				running.Add(-1)
				served.Add(1)
				leave()
			})
		}
		all.Wait()
		if most.Load() > int64(slots) {
			t.Fatalf("seed %d round %d: %d ran at a time in %d slots", seed, round, most.Load(), slots)
		}
		if served.Load()+refused.Load()+left.Load() != int64(callers) {
			t.Fatalf("seed %d round %d: %d served, %d refused, %d left of %d", seed, round, served.Load(), refused.Load(), left.Load(), callers)
		}
		if running, waiting := l.Load(); running != 0 || waiting != 0 {
			t.Fatalf("seed %d round %d: %d run and %d wait in the end", seed, round, running, waiting)
		}
	}
}

func laneSeed(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WUTU_SEED=%d", seed)
	return seed
}

// Who waits is served in the order of coming, and a place given up is the next one's.
func TestLaneIsFair(t *testing.T) {
	l := server.NewLane(1, 3, time.Hour)
	leave, err := l.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	var mu sync.Mutex
	var all sync.WaitGroup
	cancels := make([]context.CancelFunc, 3)
	for i := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		cancels[i] = cancel
		defer cancel()
		all.Go(func() {
			leave, err := l.Enter(ctx)
			if err != nil {
				return
			}
			mu.Lock()
			order = append(order, i)
			mu.Unlock()
			leave()
		})
		for _, waiting := l.Load(); waiting != i+1; _, waiting = l.Load() {
			runtime.Gosched()
		}
	}
	if _, err := l.Enter(t.Context()); err == nil || layers.KindOf(err) == layers.Timeout {
		t.Errorf("a fourth may wait in a queue of three: %v", err)
	}
	cancels[1]()
	for _, waiting := l.Load(); waiting != 2; _, waiting = l.Load() {
		runtime.Gosched()
	}
	leave()
	all.Wait()
	if len(order) != 2 || order[0] != 0 || order[1] != 2 {
		t.Errorf("served %v, want 0 and 2", order)
	}
}

// While all turns are taken, heavy questions are refused with a time to come again,
// and light ones are answered.
func TestHeavyQuestionsLeaveRoomForLightOnes(t *testing.T) {
	c := newCity(t, true)
	s := c.another(server.Options{Heavy: server.Crowd{Running: 2, Waiting: -1}})
	const stats = `{"layers":["buildings"],"by":"district"}`
	if res, body := answerOf(t, s, "POST", "/api/v1/stats", stats); res.StatusCode != 200 {
		t.Fatalf("stats: %d %s", res.StatusCode, body)
	}
	first, second := server.TakeTurn(t.Context(), s), server.TakeTurn(t.Context(), s)
	for _, q := range []struct{ method, path, body string }{{"POST", "/api/v1/stats", stats}, {"GET", "/api/v1/board", ""}} {
		res, body := answerOf(t, s, q.method, q.path, q.body)
		var p struct{ Type, Detail string }
		if err := json.Unmarshal(body, &p); err != nil || res.StatusCode != 503 || p.Type != "/problems/busy" || !strings.Contains(p.Detail, "2 heavy") {
			t.Errorf("%s: %d %s", q.path, res.StatusCode, body)
		}
		if after, err := strconv.Atoi(res.Header.Get("Retry-After")); err != nil || after < 1 {
			t.Errorf("%s: Retry-After %q", q.path, res.Header.Get("Retry-After"))
		}
	}
	for _, path := range []string{"/api/v1/near?layer=buildings&lon=111.275&lat=30.675", "/ogc/collections/buildings/items?limit=100", "/healthz", "/tiles/buildings/14/13256/6723.mvt"} {
		if res, body := answerOf(t, s, "GET", path, ""); res.StatusCode >= 300 {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	first()
	if res, body := answerOf(t, s, "POST", "/api/v1/stats", stats); res.StatusCode != 200 {
		t.Errorf("after a turn is over: %d %s", res.StatusCode, body)
	}
	second()
}

// A client that leaves while it waits, or in the middle of an answer, costs nothing
// any more: its turn is free, and no goroutine stays.
func TestLeavingFreesTheEngine(t *testing.T) {
	c := newCity(t, true)
	many := layers.Batch{Actor: "test", At: now()}
	one := feature("components", "", at(0, .1, .1), map[string]any{"name": "路灯", "kind": "lamp"})
	for i := range 25_000 { // more than the buffers of a connection hold
		f := *one.Feature
		f.Key = "many-" + strconv.Itoa(i)
		many.Changes = append(many.Changes, layers.Change{Op: layers.Put, Layer: "components", ID: f.Key, Feature: &f})
	}
	if _, err := c.live.Apply(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	s := c.another(server.Options{Heavy: server.Crowd{Running: 1, Waiting: 1}})
	done := make(chan struct{}, 8)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { done <- struct{}{} }()
		s.Handler().ServeHTTP(w, r)
	}))
	defer web.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	before := runtime.NumGoroutine()

	res, err := client.Get(web.URL + "/ogc/collections/components/items?limit=1000000")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(res.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	res.Body.Close() // mid-way
	<-done

	leave := server.TakeTurn(t.Context(), s)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		req, err := http.NewRequestWithContext(ctx, "POST", web.URL+"/api/v1/stats", strings.NewReader(`{"layers":["components"],"by":"h3:11"}`))
		if err != nil {
			gone <- err
			return
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := client.Do(req)
		if err == nil {
			res.Body.Close()
		}
		gone <- err
	}()
	for _, waiting := server.HeavyLoad(s); waiting != 1; _, waiting = server.HeavyLoad(s) {
		runtime.Gosched()
	}
	cancel()
	if err := <-gone; err == nil {
		t.Error("the request that was given up was answered")
	}
	<-done
	if _, waiting := server.HeavyLoad(s); waiting != 0 {
		t.Error("who has left still waits")
	}
	leave()
	if running, waiting := server.HeavyLoad(s); running != 0 || waiting != 0 {
		t.Errorf("%d run and %d wait in the end", running, waiting)
	}
	client.CloseIdleConnections()
	for runtime.NumGoroutine() > before { // the test's own limit of time ends it otherwise
		runtime.Gosched()
	}
}

// Work whose caller has left is not done: the engine looks at the context.
func TestEngineStopsWithTheClient(t *testing.T) {
	c := newCity(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, q := range []struct{ method, path, body string }{
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"by":"h3:9"}`},
		{"GET", "/ogc/collections/buildings/items?limit=1000&filter=floors+%3E+2", ""},
		{"GET", "/api/v1/board?by=grid", ""},
	} {
		r := httptest.NewRequestWithContext(ctx, q.method, q.path, strings.NewReader(q.body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		c.program.Handler().ServeHTTP(w, r)
		if w.Body.Len() > 0 {
			t.Errorf("%s: answered %d %.100s to nobody", q.path, w.Code, w.Body)
		}
	}
}

// The bounds of the options stand in the table, and so in the document.
func TestOptionsTightenTheTable(t *testing.T) {
	c := newCity(t, true)
	s := c.another(server.Options{MaxPage: 50, MaxNearest: 20})
	for path, status := range map[string]int{"/api/v1/near?layer=buildings&lon=111.275&lat=30.675&k=21": 400, "/api/v1/near?layer=buildings&lon=111.275&lat=30.675&k=20": 200} {
		if res, body := answerOf(t, s, "GET", path, ""); res.StatusCode != status {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	for body, status := range map[string]int{`"k":21`: 400, `"k":20`: 200, `"radius":10,"limit":51`: 400, `"radius":10,"limit":50`: 200} {
		if res, text := answerOf(t, s, "POST", "/api/v1/near", `{"layer":"buildings","geometry":{"type":"Point","coordinates":[111.275,30.675]},`+body+`}`); res.StatusCode != status {
			t.Errorf("%s: %d %s", body, res.StatusCode, text)
		}
	}
	_, body := answerOf(t, s, "GET", "/ogc/collections/addresses/items?limit=1000", "")
	var page struct{ NumberReturned int }
	if err := json.Unmarshal(body, &page); err != nil || page.NumberReturned != 32 && page.NumberReturned != 50 {
		t.Errorf("%d features in a page of at most 50: %v", page.NumberReturned, err)
	}
	for _, r := range s.Routes() {
		for _, p := range r.Params {
			if p.Name == "limit" && p.Span != nil && p.Span.Max > 50 {
				t.Errorf("%s %s: limit up to %v", r.Method, r.Path, p.Span.Max)
			}
		}
	}
}

// another is a second server for the same city.
func (c *city) another(o server.Options) *server.Server {
	c.t.Helper()
	o.City, o.Records, o.Demo, o.Now, o.Code = c.live, c.store, true, c.now, "420500"
	s, err := server.New(o)
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// answerOf answers a request without a socket.
func answerOf(t *testing.T, s *server.Server, method, path, body string) (*http.Response, []byte) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	inspected(t, s).ServeHTTP(w, r)
	return w.Result(), w.Body.Bytes()
}
