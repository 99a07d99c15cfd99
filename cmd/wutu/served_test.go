package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for something that must come; what has a
// bound of its own says so where it is measured.
const patience = 60 * time.Second

// small makes the small city once for all tests; they get copies.
var small struct {
	once sync.Once
	dir  string
	err  string
}

// smallCity returns the folder of a fresh copy of the small synthetic city.
func smallCity(t *testing.T) string {
	t.Helper()
	small.once.Do(func() {
		dir, err := os.MkdirTemp("", "wutu-small")
		if err != nil {
			small.err = err.Error()
			return
		}
		small.dir = dir
		var out bytes.Buffer
		p := program{stdout: &out, stderr: &out, args: []string{"generate", "--size", "small", "--seed", "1",
			"--now", "2026-11-21T00:00:00Z", "--data", filepath.Join(dir, "city")}}
		if code := p.run(context.Background()); code != 0 {
			small.err = out.String()
		}
	})
	if small.err != "" {
		t.Fatalf("the small city: %s", small.err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(small.dir)); err != nil {
		t.Fatal(err)
	}
	city := filepath.Join(dir, "city")
	if err := os.Chmod(city+".keys", 0o600); err != nil {
		t.Fatal(err)
	}
	return city
}

// served is a running `wutu serve`.
type served struct {
	t      *testing.T
	cmd    *exec.Cmd
	base   string            // http://host:port
	keys   map[string]string // role → key, as printed at start with --demo
	stderr *bytes.Buffer
	done   chan struct{} // closed when the process has ended
	rest   string        // what it printed after being ready, valid when done
	err    error         // of Wait, valid when done
}

// serve starts the server on dir and waits until it says that it is ready. The
// end of the test stops it, and fails when it does not stop cleanly.
func serve(t *testing.T, dir string, args ...string) *served {
	t.Helper()
	s := &served{t: t, keys: map[string]string{}, stderr: &bytes.Buffer{}, done: make(chan struct{})}
	s.cmd = process(context.Background(), append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir}, args...)...)
	s.cmd.Stderr = s.stderr
	pipe, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(pipe)
		var rest strings.Builder
		for lines.Scan() {
			line := lines.Text()
			fields := strings.Fields(line)
			switch {
			case s.base != "":
				rest.WriteString(line + "\n")
			case strings.HasPrefix(line, "wutu is ready at "):
				s.base = fields[len(fields)-1]
				close(ready)
			case len(fields) >= 2 && strings.HasPrefix(fields[1], "wutu_"):
				s.keys[fields[0]] = fields[1]
			}
		}
		s.rest = rest.String()
		s.err = s.cmd.Wait()
	}()
	t.Cleanup(s.stop)
	select {
	case <-ready:
	case <-s.done:
		t.Fatalf("serve ended before it was ready: %v\n%s", s.err, s.stderr)
	case <-time.After(patience):
		s.cmd.Process.Kill()
		t.Fatal("serve is not ready")
	}
	return s
}

// stop asks the server to stop and waits for it; repetitions do nothing.
func (s *served) stop() {
	s.t.Helper()
	select {
	case <-s.done:
		return
	default:
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Error(err)
	}
	select {
	case <-s.done:
	case <-time.After(patience):
		s.cmd.Process.Kill()
		s.t.Error("serve does not stop after SIGTERM")
		return
	}
	if s.err != nil {
		s.t.Errorf("serve: %v\n%s", s.err, s.stderr)
	}
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call sends a request with a key ("" for none); body is nil, text or a value
// for JSON; header holds names and values in turn.
func (s *served) call(key, method, path string, body any, header ...string) answer {
	s.t.Helper()
	var r io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(body)
	default:
		b, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, path, err, s.stderr)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// get fetches path, which must answer 200, and decodes it.
func get[T any](s *served, key, path string) T {
	s.t.Helper()
	return decode[T](s.t, s.call(key, http.MethodGet, path, nil), path, http.StatusOK)
}

// post sends body to path, which must answer 200, and decodes the answer.
func post[T any](s *served, key, path string, body any) T {
	s.t.Helper()
	return decode[T](s.t, s.call(key, http.MethodPost, path, body), path, http.StatusOK)
}

func decode[T any](t *testing.T, a answer, what string, status int) (out T) {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d: %.600s", what, a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("%s: %v in %.600s", what, err, a.body)
	}
	return out
}

// The shapes the tests read.
type (
	featureDoc struct {
		ID       string `json:"id"`
		Layer    string `json:"layer"`
		Geometry *struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	collectionDoc struct {
		Features       []featureDoc `json:"features"`
		NumberMatched  int          `json:"numberMatched"`
		NumberReturned int          `json:"numberReturned"`
		Links          []struct {
			Rel, Href string
		} `json:"links"`
	}
	layerDoc struct {
		ID       string      `json:"id"`
		Access   string      `json:"access"`
		Listable bool        `json:"listable"`
		Geometry string      `json:"geometry"`
		Count    *int        `json:"count"`
		Below    int         `json:"below"`
		Extent   *[4]float64 `json:"extent"`
		Schema   struct {
			HeightField string `json:"height_field"`
		} `json:"schema"`
	}
	groupDoc struct {
		Layer    string              `json:"layer"`
		Key      string              `json:"key"`
		Count    *int                `json:"count"`
		Below    int                 `json:"below"`
		Measures map[string]*float64 `json:"measures"`
	}
	statsDoc struct {
		Groups []groupDoc `json:"groups"`
	}
	problemDoc struct {
		Type, Title, Detail, Parameter, Pointer string
		Status                                  int
		Legal                                   []struct{ Step string }
	}
)

// layersOf returns the layers a key may know, by id.
func (s *served) layersOf(key string) map[string]layerDoc {
	s.t.Helper()
	out := map[string]layerDoc{}
	for _, l := range get[struct{ Layers []layerDoc }](s, key, "/api/v1/layers").Layers {
		out[l.ID] = l
	}
	return out
}

// all reads every page of a layer's items.
func (s *served) all(key, layer, query string) []featureDoc {
	s.t.Helper()
	path := "/ogc/collections/" + layer + "/items?limit=5000" + query
	var out []featureDoc
	for path != "" {
		page := get[collectionDoc](s, key, path)
		out = append(out, page.Features...)
		path = ""
		for _, l := range page.Links {
			if l.Rel == "next" {
				path = l.Href[strings.Index(l.Href, "/ogc/"):]
			}
		}
	}
	return out
}

// alive fails unless the server still answers.
func (s *served) alive() {
	s.t.Helper()
	for _, path := range []string{"/readyz", "/api/v1/layers"} {
		if a := s.call("", http.MethodGet, path, nil); a.status != http.StatusOK {
			s.t.Fatalf("%s: %d: %.200s", path, a.status, a.body)
		}
	}
}

// token makes a key while the server runs.
func token(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out struct{ Token string }
	lastJSON(t, mustRun(t, append([]string{"token", "create", "--json", "--data", dir}, args...)...), &out)
	if !strings.HasPrefix(out.Token, "wutu_") {
		t.Fatalf("token %q", out.Token)
	}
	return out.Token
}

// sse is one event of a stream.
type sse struct {
	name string
	data []byte
}

// listen opens a stream and returns its events and all its text so far; it ends
// with the test.
func (s *served) listen(key, query string) <-chan sse {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/api/v1/stream"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(res.Body)
		s.t.Fatalf("stream%s: %d %s", query, res.StatusCode, b)
	}
	out, done := make(chan sse, 1000), make(chan struct{})
	go func() {
		defer close(done)
		defer close(out)
		e := sse{}
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "event":
				e.name = value
			case "data":
				e.data = []byte(value)
			case "":
				if e.name != "" {
					select {
					case out <- e:
					case <-ctx.Done():
						return
					}
				}
				e = sse{}
			}
		}
	}()
	s.t.Cleanup(func() { cancel(); res.Body.Close(); <-done })
	if e := s.next(out); e.name != "hello" {
		s.t.Fatalf("a stream begins with %s", e.name)
	}
	return out
}

// next waits for the next event of a stream.
func (s *served) next(events <-chan sse) sse {
	s.t.Helper()
	select {
	case e, ok := <-events:
		if !ok {
			s.t.Fatal("the stream ended")
		}
		return e
	case <-time.After(patience):
		s.t.Fatal("nothing came on the stream")
	}
	return sse{}
}

// eventually polls until ok holds, and fails when that takes longer than limit.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	started := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Since(started) > limit {
			t.Fatalf("%s: not within %v", what, limit)
		}
		<-tick.C
	}
	t.Logf("%s after %v", what, time.Since(started).Round(time.Millisecond))
}

// soon is the bound on what must be visible within a second: the machine that
// runs the tests may be slow, and the race detector makes it slower.
const soon = 3 * time.Second

// tilePath is the address of the tile of a place in the WebMercatorQuad set.
func tilePath(layers string, lon, lat float64, z int) string {
	n := math.Exp2(float64(z))
	phi := lat * math.Pi / 180
	return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layers, z, int((lon+180)/360*n), int((1-math.Asinh(math.Tan(phi))/math.Pi)/2*n))
}
