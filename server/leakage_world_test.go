package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server"
	"wutu/server/auth"
)

// world is a server over a city. What the asker may see comes first in its
// history, in the same order in every world, so that the numbers of those changes
// are the same; what is counted and what is forbidden come behind.
type world struct {
	t       *testing.T
	live    *live.Catalog
	server  *server.Server
	handler http.Handler
	secret  string // of the asker's key, "" for nobody
	witness string // of a key that sees everything
}

// newWorld makes the world of a policy drawn before; spec nil: the asker has no
// key. seed makes the secrets of keys.
func newWorld(t *testing.T, a *asker, spec *auth.Spec, grants []layers.Grant, city []*thing, seed byte) *world {
	ctx := t.Context()
	w := &world{t: t}
	store := memstore.NewWithClock(now)
	fail := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	_, err := store.Apply(ctx, layers.Batch{Layers: model.Layers(), At: now()})
	fail(err)
	b := layers.Batch{Actor: "test", At: now()}
	frame(&b)
	b.Changes = slices.DeleteFunc(b.Changes, func(c layers.Change) bool { return c.Layer == "roads" })
	_, err = store.Apply(ctx, b)
	fail(err)
	random := rand.NewChaCha8([32]byte{seed})
	by := layers.SystemSubject()
	secret, key, err := auth.NewKey(ctx, store, auth.Spec{Role: layers.Commander}, &by, now(), random)
	fail(err)
	w.witness = secret
	lines := append([]layers.Grant{{ID: "witness", Accounts: []string{key.ID}, Mode: layers.GrantList, Show: []string{"*"}}}, grants...)
	if spec != nil {
		w.secret, key, err = auth.NewKey(ctx, store, *spec, &by, now(), random)
		fail(err)
		a.id, a.cleared = key.ID, key.Cleared
	}
	_, err = access.NewPolicy(lines)
	fail(err)
	policy, err := json.Marshal(auth.Policy{Version: 1, Grants: lines})
	fail(err)
	_, err = store.Apply(ctx, layers.Batch{Records: []layers.Record{{Bucket: auth.PolicyBucket, Key: "policy", Data: policy}}})
	fail(err)
	for _, want := range []func(verdict) bool{
		func(v verdict) bool { return v == visible || v == unclear },
		func(v verdict) bool { return v == counted },
		func(v verdict) bool { return v == forbidden },
	} {
		b := layers.Batch{Actor: "test", At: now()}
		for _, th := range city {
			if want(a.see(th)) {
				b.Changes = append(b.Changes, th.change())
			}
		}
		_, err := store.Apply(ctx, b)
		fail(err)
	}
	w.live, err = live.Open(ctx, store, live.Options{})
	fail(err)
	t.Cleanup(func() { fail(w.live.Close()) })
	w.server, err = server.New(server.Options{City: w.live, Records: store, Now: now, Rand: rand.NewChaCha8([32]byte{seed, 2}), Code: "420500",
		Photos: newShelf(), Heartbeat: 1 << 50})
	fail(err)
	w.handler = inspected(t, w.server)
	following, stop := context.WithCancel(ctx)
	var search sync.WaitGroup
	search.Go(func() { server.FollowSearch(following, w.server) })
	t.Cleanup(func() { stop(); search.Wait() })
	return w
}

// answer is all that the asker gets.
type answer struct {
	status int
	header http.Header
	body   string
}

// request is one question.
type request struct {
	method, path, body string
	header             http.Header
}

func (r *request) String() string {
	return fmt.Sprintf("%s %s %s %v", r.method, r.path, r.body, r.header)
}

// ask answers a request of the asker, or of the witness. A stream is left when it
// has said hello.
func (w *world) ask(r *request, secret string) answer {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	req := httptest.NewRequestWithContext(ctx, r.method, "http://city.example"+r.path, strings.NewReader(r.body))
	for name, v := range r.header {
		req.Header[name] = v
	}
	if r.body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	// The id of a request is the caller's, so that nothing needs to be cut out.
	req.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	rec := &recording{header: http.Header{}}
	if strings.HasPrefix(r.path, "/api/v1/stream") {
		rec.flushed = cancel
	}
	w.handler.ServeHTTP(rec, req)
	return answer{status: rec.status, header: rec.sent, body: rec.text()}
}

// recording is a response under way; it may be read meanwhile.
type recording struct {
	header, sent http.Header
	status       int
	flushed      func()

	mu   sync.Mutex
	body bytes.Buffer
	more chan struct{} // nil, or gets a token when the body grows
}

func (r *recording) Header() http.Header { return r.header }

func (r *recording) WriteHeader(status int) {
	if r.status == 0 {
		r.status, r.sent = status, r.header.Clone()
	}
}

func (r *recording) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.body.Write(b)
	select {
	case r.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (r *recording) Flush() {
	r.WriteHeader(http.StatusOK)
	if r.flushed != nil && r.text() != "" {
		r.flushed()
	}
}

func (r *recording) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.body.String()
}

var sequence = regexp.MustCompile(`(id: |"seq":)(\d+)`)

// ranked puts in the place of a stream's sequence numbers their rank in it. The numbers themselves count all changes of the city up to the first time
// somebody with these rights asks (live.View.Version): two cities with unlike
// histories differ in them. That they do not move when something forbidden
// changes is tested in one world, without this.
func (a answer) ranked() answer {
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/event-stream") {
		return a
	}
	var all []int
	for _, m := range sequence.FindAllStringSubmatch(a.body, -1) {
		n, _ := strconv.Atoi(m[2])
		all = append(all, n)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	a.body = sequence.ReplaceAllStringFunc(a.body, func(s string) string {
		m := sequence.FindStringSubmatch(s)
		n, _ := strconv.Atoi(m[2])
		return m[1] + "#" + strconv.Itoa(slices.Index(all, n))
	})
	return a
}

// readable is the body without its compression.
func (a *answer) readable() string {
	r, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		return a.body
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return a.body
	}
	return string(plain)
}

// differs describes the first difference between two answers, "" for none.
func (a answer) differs(b answer) string {
	if a.status != b.status {
		return fmt.Sprintf("status %d and %d: %.300s | %.300s", a.status, b.status, a.body, b.body)
	}
	names := map[string]bool{}
	for name := range a.header {
		names[name] = true
	}
	for name := range b.header {
		names[name] = true
	}
	for name := range names {
		if !slices.Equal(a.header[name], b.header[name]) {
			return fmt.Sprintf("header %s: %q and %q", name, a.header[name], b.header[name])
		}
	}
	if a.body == b.body {
		return ""
	}
	one, two := a.readable(), b.readable()
	i := 0
	for i < len(one) && i < len(two) && one[i] == two[i] {
		i++
	}
	from := max(0, i-150)
	return fmt.Sprintf("body from byte %d: …%.400q and …%.400q", i, one[min(from, len(one)):], two[min(from, len(two)):])
}
