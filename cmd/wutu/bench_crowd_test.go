//go:build linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// scripted asks one thing again and again.
type scripted struct{ errand errand }

func (s scripted) next(_ *rand.Rand, buf []byte) errand {
	e := s.errand
	e.request = append(buf, e.request...)
	return e
}

// The clients of a crowd get their answers whole, count what fails and what does
// not, wait as they are told, hold streams open and come back after a connection is
// closed.
func TestCrowdCountsItsAnswers(t *testing.T) {
	var hurried, streams atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/tile":
			w.Header().Set("Etag", `"7"`)
			fmt.Fprint(w, strings.Repeat("t", 100_000))
		case "/busy":
			http.Error(w, "come again", http.StatusServiceUnavailable)
		case "/closing":
			w.Header().Set("Connection", "close")
			hurried.Add(1)
		case "/conflict":
			w.WriteHeader(http.StatusConflict)
		case "/stream":
			streams.Add(1)
			fmt.Fprint(w, ": hello\n\nevent: chan")
			w.(http.Flusher).Flush()
			fmt.Fprint(w, "ges\ndata: {}\n\nevent: reset\ndata: {}\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	defer server.Close()
	start := time.Now()
	c := &crowd{addr: strings.TrimPrefix(server.URL, "http://"), from: start, until: start.Add(500 * time.Millisecond), kinds: map[string]*tally{}}
	tiles := 0
	get := func(path string) []byte { return getRequest(nil, path) }
	for range 3 {
		c.add(scripted{errand{kind: "tile", request: get("/tile"), pause: time.Millisecond, then: func(_ int, etag string, body []byte) error {
			tiles++
			if etag != `"7"` || len(body) != 100_000 {
				return errors.New("not the tile")
			}
			return nil
		}}}, start)
	}
	c.add(scripted{errand{kind: "busy", request: get("/busy"), pause: time.Hour}}, start)
	c.add(scripted{errand{kind: "closing", request: get("/closing"), pause: 10 * time.Millisecond}}, start)
	c.add(scripted{errand{kind: "conflict", request: get("/conflict"), also: http.StatusConflict, pause: time.Hour}}, start)
	c.add(scripted{errand{kind: "steady", request: get("/tile"), every: 50 * time.Millisecond}}, start)
	told := &dayTold{}
	f := &follower{key: &dayKey{}, told: told}
	c.add(scripted{errand{kind: dayStream, request: get("/stream"), endless: true, then: f.take}}, start)
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string][2]int{"tile": {tiles, 0}, "busy": {0, 1}, "conflict": {1, 0}, "steady": {len(c.kinds["steady"].times), 0}} {
		if k := c.kinds[kind]; k == nil || len(k.times) != want[0] || k.errors != want[1] {
			t.Errorf("%s: %+v, want %v", kind, k, want)
		}
	}
	if first := c.kinds["busy"].first; !strings.Contains(first, "503") || !strings.Contains(first, "come again") {
		t.Errorf("the error says %q", first)
	}
	if n := len(c.kinds["steady"].times); n < 1 || n > 11 {
		t.Errorf("%d steady requests in half a second, one in 50 ms", n)
	}
	if k := c.kinds["closing"]; len(k.times) < 2 || k.errors > 0 || hurried.Load() != int64(len(k.times)) {
		t.Errorf("closed connections: %+v of %d", k, hurried.Load())
	}
	if tiles < 4 || streams.Load() != 1 || told.messages != 1 || told.resets != 1 {
		t.Errorf("%d tiles, %d streams, told %+v", tiles, streams.Load(), told)
	}
}

// Growth is that of the samples' second half, whatever the first was.
func TestGrowthOfMemory(t *testing.T) {
	w := &watcher{}
	for i := range 200 {
		w.samples = append(w.samples, float64(1000+max(0, i-100)*3))
	}
	if grown, mean := w.growth(); grown < 296 || grown > 298 || mean < 1148 || mean > 1149 {
		t.Errorf("grown by %v of %v", grown, mean)
	}
	w.samples = w.samples[:100]
	if grown, _ := w.growth(); grown != 0 {
		t.Errorf("a flat line grows by %v", grown)
	}
	if _, mean := (&watcher{}).growth(); mean != 1 {
		t.Error("no samples")
	}
	w.samples = nil
	for i := range 130 {
		w.samples = append(w.samples, float64(i/60))
	}
	if got := w.minutes(); !slices.Equal(got, []float64{0, 1, 2}) {
		t.Errorf("by minutes %v", got)
	}
}

// An answer counts as one beside an import when it was asked while one ran.
func TestAnswersBesideImports(t *testing.T) {
	start := time.Now()
	at := func(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }
	d := &dayImports{from: []time.Time{at(1), at(5)}, until: []time.Time{at(2), at(7)}}
	for s, want := range map[float64]bool{0: false, 1: true, 1.9: true, 2: false, 4: false, 6: true, 8: false} {
		if d.during(at(s)) != want {
			t.Errorf("at %v", s)
		}
	}
	answers := &tally{times: []float64{10, 20, 30, 40}, dues: []time.Time{at(0), at(6.5), at(3), at(1)}}
	if got := d.beside(answers); !slices.Equal(got, []float64{20, 40}) {
		t.Errorf("beside imports %v", got)
	}
	if got := d.seconds(at(1.5), at(6)); got != 1.5 {
		t.Errorf("imports ran for %v s", got)
	}
}
