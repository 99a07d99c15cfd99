package usage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/memstore"
	"wutu/server/usage"
)

// clock is a hand-moved clock.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// morning is 08:30 UTC, in the afternoon in China.
func morning() time.Time { return time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC) }

func seed(t testing.TB) uint64 {
	n := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WUTU_SEED=%d", n)
	return n
}

func meter(t testing.TB, store usage.Store, c *clock, run byte, change ...func(*usage.Options)) *usage.Meter {
	t.Helper()
	o := usage.Options{Store: store, Now: c.now, Rand: rand.NewChaCha8([32]byte{run})}
	for _, f := range change {
		f(&o)
	}
	m, err := usage.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sums adds lines of an access log up by a grouping: the oracle of the page,
// which knows only the log's documented form.
func sums(t testing.TB, log []byte, by string, from, to time.Time) map[string]usage.Total {
	t.Helper()
	out := map[string]usage.Total{}
	for text := range strings.Lines(string(log)) {
		var l struct {
			At                                    time.Time
			Trace, Key, Role, Route, Layer, Query string
			Status                                int
			Rows, Bytes                           int64
			Ms                                    float64
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if l.At.Before(from) || !l.At.Before(to) {
			continue
		}
		keys := map[string][]string{"key": {l.Key}, "route": {l.Route}, "role": {l.Role}, "layer": strings.Split(l.Layer, ",")}[by]
		for _, k := range keys {
			if k == "" {
				k = "-"
			}
			s := out[k]
			s.Key = k
			s.Requests++
			s.Rows += l.Rows
			s.Bytes += l.Bytes
			if l.Status == 401 || l.Status == 403 || l.Status == 429 {
				s.Refused++
			}
			if l.At.After(s.Last) {
				s.Last = l.At
			}
			out[k] = s
		}
	}
	return out
}

func totals(t testing.TB, m *usage.Meter, by string, from, to time.Time) map[string]usage.Total {
	t.Helper()
	list, err := m.Totals(t.Context(), from, to, by)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(list, func(a, b usage.Total) int { return strings.Compare(a.Key, b.Key) }) {
		t.Errorf("by %s: not in order: %v", by, list)
	}
	out := map[string]usage.Total{}
	for _, s := range list {
		out[s.Key] = s
	}
	return out
}

// Random requests over two days, with writes, restarts and failing writes in
// between: at every moment the page has the sums of the access log, whatever the
// period and the grouping.
func TestPageEqualsAccessLog(t *testing.T) {
	r := rand.New(rand.NewPCG(seed(t), 1))
	store := &flaky{Store: memstore.NewWithClock(morning)}
	c := &clock{t: morning()}
	var file bytes.Buffer
	log, m, runs := usage.NewLog(&file), meter(t, store, c, 0), byte(0)
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	begin := morning().Truncate(time.Hour)
	for step := range 2000 {
		c.set(c.now().Add(time.Duration(r.IntN(90)) * time.Second))
		e := usage.Entry{At: c.now(), Key: pick("", "key-1", "key-2", "account-3"), Role: layers.Roles()[r.IntN(4)],
			Route: pick("GET /api/v1/near", "POST /api/v1/stats", "web"), Layer: pick("", "roads", "buildings", "buildings,roads"),
			Rows: int64(r.IntN(100)), Bytes: int64(r.IntN(1 << 16)), Status: []int{200, 204, 304, 400, 401, 403, 404, 429, 500}[r.IntN(9)],
			Took: time.Duration(r.IntN(1e9)), Trace: "4bf92f3577b34da6a3ce929d0e0e4736", Query: "lat,lon"}
		m.Count(&e)
		log.Write(&e)
		switch {
		case step%97 == 0:
			store.fail = r.IntN(3) == 0
			if err := m.Flush(t.Context()); (err != nil) != store.fail {
				t.Fatalf("Flush with failing store %v: %v", store.fail, err)
			}
			store.fail = false
		case step%501 == 0: // a clean restart
			if err := m.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			runs++
			m = meter(t, store, c, runs)
		}
		if step%250 != 0 && step != 1999 {
			continue
		}
		if err := log.Flush(); err != nil {
			t.Fatal(err)
		}
		from := begin.Add(time.Duration(r.IntN(60)) * time.Hour)
		to := from.Add(time.Duration(1+r.IntN(30)) * time.Hour)
		for _, period := range [][2]time.Time{{begin, c.now().Add(time.Hour)}, {from, to}} {
			for _, by := range []string{"key", "layer", "route", "role"} {
				want := sums(t, file.Bytes(), by, period[0].Truncate(time.Hour), period[1].Truncate(time.Hour))
				got := totals(t, m, by, period[0].Truncate(time.Hour), period[1].Truncate(time.Hour))
				if !maps.Equal(got, want) {
					t.Fatalf("step %d, by %s, %v:\npage %v\nlog  %v", step, by, period, got, want)
				}
			}
		}
	}
}

// flaky is a store whose writes can be made to fail.
type flaky struct {
	*memstore.Store
	fail bool
}

func (f *flaky) Apply(ctx context.Context, b layers.Batch) (uint64, error) {
	if f.fail {
		return 0, &layers.Error{Kind: layers.Unavailable, Op: "test", Err: errors.New("no store")}
	}
	return f.Store.Apply(ctx, b)
}

// Floods of invented callers and layers take bounded memory and rows; nothing is
// lost from the sums.
func TestCellsAreBounded(t *testing.T) {
	store, c := memstore.NewWithClock(morning), &clock{t: morning()}
	m := meter(t, store, c, 0, func(o *usage.Options) { o.Cells = 50 })
	const n = 10_000
	for i := range n {
		m.Count(&usage.Entry{At: c.now(), Key: fmt.Sprintf("key-%d", i), Route: []string{"a", "b"}[i%2], Layer: "roads", Rows: 1, Bytes: 2, Status: 429})
	}
	if err := m.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	stored := 0
	for _, err := range store.Records(t.Context(), usage.Bucket, "") {
		if err != nil {
			t.Fatal(err)
		}
		stored++
	}
	if stored > 52 {
		t.Errorf("%d rows are stored", stored)
	}
	keys := totals(t, m, "key", morning().Truncate(time.Hour), morning().Add(time.Hour))
	var sum usage.Total
	for _, k := range keys {
		sum.Requests, sum.Rows, sum.Bytes, sum.Refused = sum.Requests+k.Requests, sum.Rows+k.Rows, sum.Bytes+k.Bytes, sum.Refused+k.Refused
	}
	if len(keys) != 51 || keys[usage.Rest].Requests != n-50 || sum.Requests != n || sum.Rows != n || sum.Bytes != 2*n || sum.Refused != n {
		t.Errorf("%d keys, the rest %+v, sum %+v", len(keys), keys[usage.Rest], sum)
	}
	if routes := totals(t, m, "route", morning().Truncate(time.Hour), morning().Add(time.Hour)); routes["a"].Requests != n/2 || routes["b"].Requests != n/2 {
		t.Errorf("routes are not exact: %v", routes)
	}
}

// An entry that comes when its hour is written and forgotten counts in a later
// hour; it never replaces the row that is stored.
func TestLateEntries(t *testing.T) {
	store, c := memstore.NewWithClock(morning), &clock{t: morning()}
	m := meter(t, store, c, 0)
	count := func(at time.Time) {
		m.Count(&usage.Entry{At: at, Key: "key-1", Route: "a", Status: 200})
		if err := m.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		count(morning())
	}
	c.set(morning().Add(5 * time.Hour))
	count(c.now())
	count(morning())
	got := totals(t, m, "key", morning().Add(-24*time.Hour), morning().Add(24*time.Hour))
	if got["key-1"].Requests != 7 {
		t.Errorf("%+v", got)
	}
}

func TestCountConcurrently(t *testing.T) {
	store, c := memstore.NewWithClock(morning), &clock{t: morning()}
	m := meter(t, store, c, 0)
	const each, workers = 2000, 8
	ctx, stop := context.WithCancel(t.Context())
	var running, work sync.WaitGroup
	running.Go(func() { m.Run(ctx) })
	for w := range workers {
		work.Go(func() {
			for i := range each {
				m.Count(&usage.Entry{At: c.now(), Key: fmt.Sprintf("key-%d", (w+i)%3), Route: "a", Rows: 1, Status: 200})
				if i%500 == 0 {
					if err := m.Flush(ctx); err != nil {
						t.Error(err)
					}
					if _, err := m.Totals(ctx, morning(), morning().Add(time.Hour), "key"); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	work.Wait()
	m.Count(&usage.Entry{At: c.now(), Key: "last", Route: "a", Status: 200})
	stop()
	running.Wait() // writes once more
	fresh := meter(t, store, c, 1)
	var n int64
	for _, k := range totals(t, fresh, "key", morning().Truncate(time.Hour), morning().Add(time.Hour)) {
		n += k.Requests
	}
	if n != each*workers+1 {
		t.Errorf("%d requests are stored, %d were counted", n, each*workers+1)
	}
}

// What handlers say of an answer reaches its entry, from derived contexts too.
func TestRecorder(t *testing.T) {
	usage.Rows(t.Context(), 3) // outside a request: nothing
	usage.Layers(t.Context(), "roads")
	type key struct{}
	rec := usage.Record(context.WithValue(t.Context(), key{}, "v"), "GET /x", "a,b")
	ctx, cancel := context.WithTimeout(rec, time.Hour)
	defer cancel()
	usage.Rows(ctx, 3)
	usage.Rows(ctx, 4)
	usage.Rows(ctx, -9)
	usage.Layers(ctx, "roads", "buildings", "roads")
	e := usage.Of(ctx).Entry(morning())
	if e.Rows != 7 || e.Layer != "buildings,roads" || e.Route != "GET /x" || e.Query != "a,b" || ctx.Value(key{}) != "v" {
		t.Errorf("%+v", e)
	}
	if usage.Of(t.Context()) != nil {
		t.Error("a recorder out of nothing")
	}
}

func TestLogReportsAFailingFileOnce(t *testing.T) {
	w := &failing{fail: true}
	log := usage.NewLog(w)
	log.Write(&usage.Entry{At: morning(), Route: "a"})
	if err := log.Flush(); layers.KindOf(err) != layers.Internal {
		t.Errorf("a failing file: %v", err)
	}
	w.fail = false
	log.Write(&usage.Entry{At: morning(), Route: "b", Trace: "\"\n\x1b"})
	if err := log.Flush(); err != nil || !strings.Contains(w.String(), `"b"`) || strings.Contains(w.String(), `"a"`) || strings.Count(w.String(), "\n") != 1 {
		t.Errorf("%v: %q", err, w.String())
	}
}

type failing struct {
	bytes.Buffer
	fail bool
}

func (f *failing) Write(b []byte) (int, error) {
	if f.fail {
		return 0, os.ErrClosed
	}
	return f.Buffer.Write(b)
}

// BenchmarkCount is what a request costs in statistics.
func BenchmarkCount(b *testing.B) {
	m := meter(b, memstore.New(), &clock{t: morning()}, 0)
	e := usage.Entry{At: morning(), Key: "key-0123456789ab", Role: layers.API, Route: "GET /api/v1/near", Layer: "buildings", Rows: 10, Bytes: 4000, Status: 200}
	m.Count(&e)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		e := e
		for p.Next() {
			m.Count(&e)
		}
	})
}

// BenchmarkRequest is the whole: recorder, entry, count, quota and log line.
func BenchmarkRequest(b *testing.B) {
	m := meter(b, memstore.New(), &clock{t: morning()}, 0)
	log := usage.NewLog(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		rec := usage.Record(b.Context(), "GET /api/v1/near", "k,lat,layer,lon")
		if err := m.Admit(rec, usage.Caller{Key: "key-0123456789ab", PerMinute: 1 << 40, PerDay: 1 << 40}); err != nil {
			b.Fatal(err)
		}
		usage.Layers(rec, "buildings")
		usage.Rows(rec, 10)
		e := usage.Of(rec).Entry(morning())
		e.Key, e.Role, e.Status = "key-0123456789ab", layers.API, 200
		m.Count(&e)
		log.Write(&e)
	}
}
