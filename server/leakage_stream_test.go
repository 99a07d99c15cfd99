package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"wutu/layers"
)

// openStream is a stream of the asker that was open before the change.
type openStream struct {
	rec  *recording
	stop context.CancelFunc
	done chan struct{}
}

// open opens a stream of all that the asker may list in world a; nil when that is
// nothing.
func (l *leak) open() *openStream {
	ctx, cancel := context.WithCancel(l.t.Context())
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://city.example/api/v1/stream", nil)
	if l.a.secret != "" {
		req.Header.Set("Authorization", "Bearer "+l.a.secret)
	}
	s := &openStream{rec: &recording{header: http.Header{}, more: make(chan struct{}, 1)}, stop: cancel, done: make(chan struct{})}
	l.t.Cleanup(func() { cancel(); <-s.done })
	go func() {
		defer close(s.done)
		l.a.handler.ServeHTTP(s.rec, req)
	}()
	if !s.until(l, "event: hello") {
		return nil
	}
	return s
}

// until waits for a text in the stream. It is false when the stream ends first.
func (s *openStream) until(l *leak, text string) bool {
	patience := time.NewTimer(30 * time.Second)
	defer patience.Stop()
	for !strings.Contains(s.rec.text(), text) {
		select {
		case <-s.rec.more:
		case <-s.done:
			return strings.Contains(s.rec.text(), text)
		case <-patience.C:
			l.t.Fatalf("the stream does not say %s", text)
		}
	}
	return true
}

// end makes a change that the asker sees and checks that the stream has told of
// nothing else.
func (s *openStream) end(l *leak) {
	defer s.stop()
	var marker *thing
	for range 400 {
		th := l.thing(l.IntN(len(population)))
		if th.layer != "departments" && l.asker.mode(th.layer) == layers.GrantList && l.asker.see(th) == visible {
			marker = th
			break
		}
	}
	if marker == nil {
		return
	}
	marker.id = "marker"
	b := layers.Batch{Actor: "test", At: now().Add(2 * time.Second), Changes: []layers.Change{marker.change()}}
	if _, err := l.a.live.Apply(l.t.Context(), b); err != nil {
		l.t.Fatal(err)
	}
	s.until(l, `"id":"marker"`)
	text := s.rec.text()
	if strings.Count(text, "event: ") != 2 || strings.Count(text, `"op":`) != 1 || strings.Count(text, `":[`) != 2+strings.Count(text, `"coordinates":[`) {
		l.report("the stream tells of more than the marker", &question{request: request{method: "GET", path: "/api/v1/stream"}}, text)
	}
}
