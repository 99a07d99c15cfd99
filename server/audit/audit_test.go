package audit_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	trail "wutu/layers/audit"
	"wutu/layers/keyring"
	"wutu/layers/memstore"
	"wutu/server/audit"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/problem"
)

// store fails on demand, and counts batches.
type store struct {
	*memstore.Store
	broken  atomic.Bool
	batches atomic.Int64
	gate    chan struct{} // when not nil, a batch waits for it
}

var errDisk = errors.New("the disk is full")

func (s *store) Apply(ctx context.Context, b layers.Batch) (uint64, error) {
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	s.batches.Add(1)
	if s.broken.Load() {
		return 0, errDisk
	}
	return s.Store.Apply(ctx, b)
}

func recorder(t testing.TB, s *store, change ...func(*audit.Options)) *audit.Recorder {
	t.Helper()
	o := audit.Options{Store: s, Now: time.Now}
	for _, f := range change {
		f(&o)
	}
	r, err := audit.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func lines(t testing.TB, s *store) []trail.Line {
	t.Helper()
	var out []trail.Line
	for l, err := range s.Audit(context.Background(), trail.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

var worker = layers.Subject{ID: "w7", Role: layers.GridWorker, Origin: "10.0.0.7", Purpose: "case 7"}

// Reads of many goroutines are all recorded, in few batches.
func TestReadsAreRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{Store: memstore.New()}
		r := recorder(t, s)
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for i := range 50 {
					by := worker
					by.ID = fmt.Sprint("w", g)
					if err := r.Record(t.Context(), r.Line(&by, "read.items", "persons", fmt.Sprint("age > ", i%5), 3)); err != nil {
						t.Error(err)
					}
					time.Sleep(20 * time.Millisecond) // of the bubble's own clock: one second in all
				}
			})
		}
		wg.Wait()
		if err := r.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		reads, rows := 0, 0
		for _, l := range lines(t, s) {
			n := 1
			if l.Detail != "" {
				if _, err := fmt.Sscanf(l.Detail, `{"reads":%d}`, &n); err != nil {
					t.Fatalf("detail %q", l.Detail)
				}
			}
			reads += n
			rows += l.Rows
			if l.Role != "gridworker" || l.From != "10.0.0.7" || l.Purpose != "case 7" || l.Object != "persons" || l.At.IsZero() {
				t.Errorf("line %+v", l)
			}
		}
		if reads != 400 || rows != 1200 {
			t.Errorf("%d reads of %d rows are recorded, expected 400 of 1200", reads, rows)
		}
		if n := s.batches.Load(); n > 8 {
			t.Errorf("%d batches in 1.2 seconds", n)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := r.Record(t.Context(), layers.AuditLine{}); layers.KindOf(err) != layers.Unavailable {
			t.Errorf("after Close: %v", err)
		}
	})
}

// While the store refuses lines nobody reads; what was queued is written later.
func TestNoUnrecordedReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{Store: memstore.New()}
		r := recorder(t, s)
		s.broken.Store(true)
		if err := r.Record(t.Context(), layers.AuditLine{Action: "first"}); err != nil {
			t.Fatal(err)
		}
		if err := r.Settle(t.Context()); layers.KindOf(err) != layers.Unavailable || !errors.Is(err, errDisk) {
			t.Errorf("settled: %v", err)
		}
		for range 3 {
			if err := r.Record(t.Context(), layers.AuditLine{Action: "refused"}); layers.KindOf(err) != layers.Unavailable {
				t.Errorf("a read while the store is broken: %v", err)
			}
		}
		s.broken.Store(false)
		time.Sleep(time.Second)
		if err := r.Record(t.Context(), layers.AuditLine{Action: "second"}); err != nil {
			t.Errorf("the store is whole again: %v", err)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
		var got []string
		for _, l := range lines(t, s) {
			got = append(got, l.Action)
		}
		if strings.Join(got, " ") != "first second" {
			t.Errorf("recorded: %v", got)
		}
	})
}

// A full queue makes requests wait; who gives up was not taken.
func TestFullQueueWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{Store: memstore.New(), gate: make(chan struct{})}
		r := recorder(t, s, func(o *audit.Options) { o.Queue = 3 })
		for i := range 3 {
			if err := r.Record(t.Context(), layers.AuditLine{Action: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Record(ctx, layers.AuditLine{Action: "gave up"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a full queue: %v", err)
		}
		waited := make(chan error)
		go func() { waited <- r.Record(t.Context(), layers.AuditLine{Action: "waited"}) }()
		synctest.Wait()
		select {
		case err := <-waited:
			t.Fatalf("did not wait: %v", err)
		default:
		}
		close(s.gate)
		if err := <-waited; err != nil {
			t.Error(err)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := lines(t, s); len(got) != 4 || got[3].Action != "waited" {
			t.Errorf("%d lines", len(got))
		}
	})
}

// Close says what it could not write.
func TestCloseOfBrokenStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{Store: memstore.New()}
		r := recorder(t, s)
		s.broken.Store(true)
		if err := r.Record(t.Context(), layers.AuditLine{Action: "lost"}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := r.Close(ctx); err == nil || !strings.Contains(err.Error(), "1 lines were not written") {
			t.Errorf("closed: %v", err)
		}
	})
}

// serve answers a request of a subject at the recorder's routes.
func serve(t testing.TB, r *audit.Recorder, s layers.Subject, target string) *httptest.ResponseRecorder {
	t.Helper()
	e := echo.New()
	for _, route := range r.Routes() {
		e.Add(route.Method, route.EchoPath(), func(c echo.Context) error {
			in, err := openapi.Check(&route, c)
			if err == nil {
				err = route.Handle(c, in)
			}
			if err != nil {
				return problem.Write(c, problem.From(err))
			}
			return nil
		})
	}
	req := httptest.NewRequest(http.MethodGet, target, nil)
	req = req.WithContext(auth.With(req.Context(), s))
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	return rec
}

func get(t testing.TB, r *audit.Recorder, s layers.Subject, target string, status int, into any) []byte {
	t.Helper()
	rec := serve(t, r, s, target)
	if rec.Code != status {
		t.Fatalf("%s as %s: %d %s", target, s.Role, rec.Code, rec.Body)
	}
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			t.Fatal(err)
		}
	}
	return rec.Body.Bytes()
}

type page struct {
	Lines []struct {
		N                                         uint64
		At                                        time.Time
		Actor, Role, From, Action, Object, Filter string
		Rows                                      int
		Result, Purpose                           string
		Detail                                    any
	}
	Next string
}

func TestRoutes(t *testing.T) {
	ring, err := keyring.New(keyring.Standard, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &store{Store: memstore.New()}
	s.TrustAudit(ring.Publics()...)
	r := recorder(t, s, func(o *audit.Options) { o.Signer, o.City, o.Every = ring, "某市", time.Millisecond })
	defer r.Close(context.Background())
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 30 {
		if _, err := s.Store.Apply(t.Context(), layers.Batch{Audit: []layers.AuditLine{{At: day.AddDate(0, 0, i), Actor: fmt.Sprint("a", i%3),
			Action: []string{"session.open", "read.items"}[i%2], Object: "persons", Detail: []string{"", `{"a":1}`, "words"}[i%3]}}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := trail.SealDays(t.Context(), s, ring, nil, time.Now(), time.UTC); err != nil {
		t.Fatal(err)
	}
	auditor := layers.Subject{ID: "shen", Role: layers.Auditor, Origin: "10.0.0.9"}
	for _, role := range append(layers.Roles(), layers.System) {
		for _, path := range []string{"", "/verify", "/file"} {
			if role != layers.Auditor {
				get(t, r, layers.Subject{ID: "x", Role: role, Cleared: true}, "/api/v1/admin/audit"+path, http.StatusForbidden, nil)
			}
		}
	}
	if n := len(lines(t, s)); n != 30 {
		t.Errorf("%d lines after refused requests", n)
	}
	var all []uint64
	for target := "/api/v1/admin/audit?limit=7&actor=a*"; ; {
		var p page
		get(t, r, auditor, target, http.StatusOK, &p)
		for _, l := range p.Lines {
			all = append(all, l.N)
			if want := []any{nil, map[string]any{"a": 1.0}, "words"}[(l.N-1)%3]; fmt.Sprint(l.Detail) != fmt.Sprint(want) {
				t.Errorf("line %d has the detail %v, expected %v", l.N, l.Detail, want)
			}
		}
		if p.Next == "" {
			break
		}
		target = "/api/v1/admin/audit?limit=7&actor=a*&cursor=" + p.Next
	}
	for i, n := range all {
		if n != uint64(30-i) {
			t.Fatalf("in pages: %v", all)
		}
	}
	if len(all) != 30 {
		t.Errorf("%d lines in pages", len(all))
	}
	var p page
	get(t, r, auditor, "/api/v1/admin/audit?action=session.*&from=2026-03-05T00:00:00Z&to=2026-03-09T00:00:00Z", http.StatusOK, &p)
	if len(p.Lines) != 2 || p.Lines[0].N != 7 || p.Lines[1].N != 5 || p.Next != "" {
		t.Errorf("a filtered page: %+v", p)
	}
	for _, bad := range []string{"?from=yesterday", "?cursor=x", "?cursor=0", "?limit=0", "?from=2026-03-05T00:00:00Z&to=2026-03-05T00:00:00Z", "?other=1"} {
		get(t, r, auditor, "/api/v1/admin/audit"+bad, http.StatusBadRequest, nil)
	}
	if err := r.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var report trail.Report
	body := get(t, r, auditor, "/api/v1/admin/audit/verify", http.StatusOK, &report)
	if report.Lines < 31 || report.Seals == 0 || !bytes.Contains(body, []byte(`"problems":[]`)) {
		t.Errorf("verified: %s", body)
	}
	get(t, r, auditor, "/api/v1/admin/audit?actor=shen", http.StatusOK, &p)
	if len(p.Lines) == 0 || p.Lines[0].Role != "auditor" || p.Lines[0].From != "10.0.0.9" {
		t.Errorf("what the auditor read is recorded as %+v", p.Lines)
	}
	for _, query := range []string{"", "?from=2026-03-05T00:00:00Z&to=2026-03-09T00:00:00Z"} {
		file := get(t, r, auditor, "/api/v1/admin/audit/file"+query, http.StatusOK, nil)
		got, err := trail.Verify(t.Context(), bytes.NewReader(file), ring.Publics())
		if err != nil || len(got.Problems) > 0 || query != "" && got.Lines != 4 || query == "" && got.Lines < 31 {
			t.Errorf("the file of %q: %+v, %v", query, got, err)
		}
	}
	s.broken.Store(true)
	r.Record(t.Context(), layers.AuditLine{Action: "x"})
	r.Settle(t.Context())
	get(t, r, auditor, "/api/v1/admin/audit", http.StatusServiceUnavailable, nil)
	s.broken.Store(false)
}

func TestRoutesAreDocumented(t *testing.T) {
	r := recorder(t, &store{Store: memstore.New()})
	defer r.Close(t.Context())
	if _, err := openapi.Describe(openapi.Info{Title: layers.Title{EN: "test"}, Version: "1"}, r.Routes()); err != nil {
		t.Error(err)
	}
}
