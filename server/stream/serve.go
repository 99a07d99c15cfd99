package stream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
)

func (h *Hub) serve(c echo.Context, in *openapi.Input) error {
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	if h.clients.Add(1) > maxClients {
		h.clients.Add(-1)
		return busy()
	}
	defer h.clients.Add(-1)
	go func() { // ends with the request: cancel is deferred
		select {
		case <-h.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	subject := auth.SubjectOf(ctx)
	// The listener comes first: what happens between it and the view is told
	// twice rather than not at all.
	listener := h.o.City.Listen(0)
	v := h.o.City.View()
	interest, err := newInterest(ctx, v, subject, in)
	if err != nil {
		return err
	}
	s := &session{hub: h, ctx: ctx, interest: interest, header: c.Request().Header.Get("Authorization")}
	shown := interest.seq(h.o.City)
	since, resumes := shown, true
	switch {
	case in.Has("Last-Event-ID"):
		since = uint64(in.Int("Last-Event-ID"))
	case in.Has("since"):
		since = uint64(in.Int("since"))
	default:
		resumes = false
	}
	var first []byte
	switch {
	case resumes && since == 0: // no state at all: as good as one that is too old
		first = resetEvent(shown)
	case resumes:
		listener = h.o.City.Listen(since)
	case in.Bool("snapshot"):
		if first, err = interest.snapshot(ctx, v, shown); err != nil {
			return err
		}
	}
	header := c.Response().Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache, no-transform")
	header.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	s.out, s.control = c.Response(), http.NewResponseController(c.Response().Writer)
	hello := fmt.Appendf(nil, "retry: %d\n", reconnectMS)
	hello = appendEvent(hello, "hello", since, fmt.Appendf(nil, `{"seq":%d}`, since))
	if err := s.send(append(hello, first...)); err != nil {
		return nil //nolint:nilerr // the client left: there is nobody to tell
	}
	s.run(listener)
	return nil
}

// session is one client's stream.
type session struct {
	hub      *Hub
	ctx      context.Context
	interest *interest
	header   string // Authorization, verified again and again
	out      *echo.Response
	control  *http.ResponseController
}

// run sends changes until the client leaves, the key expires or the hub closes.
func (s *session) run(l *live.Listener) {
	verified := time.Duration(0)
	for {
		deltas, err := s.hub.next(s.ctx, l)
		if errors.Is(err, live.ErrReset) {
			l = s.hub.o.City.Listen(0)
			if s.send(resetEvent(s.interest.seq(s.hub.o.City))) != nil || wait(s.ctx, settle) != nil {
				return
			}
			continue
		}
		if err != nil {
			return
		}
		if verified += interval; len(deltas) == 0 || verified >= s.hub.o.Heartbeat {
			verified = 0
			if s.hub.o.Verify != nil && s.hub.o.Verify(s.ctx, s.header) != nil {
				return
			}
		}
		if len(deltas) == 0 {
			if s.send([]byte(": heartbeat\n\n")) != nil {
				return
			}
			continue
		}
		if s.changes(deltas) != nil || wait(s.ctx, interval) != nil {
			return
		}
	}
}

var errRedefined = errors.New("a layer was redefined")

// changes sends what the client may see of deltas, in one message.
func (s *session) changes(deltas []live.Delta) error {
	v := s.hub.o.City.View()
	m, err := s.interest.message(v, deltas)
	switch {
	case errors.Is(err, errRedefined):
		if err := s.send(resetEvent(s.interest.seq(s.hub.o.City))); err != nil {
			return err
		}
		return errRedefined // the client comes back and finds the new definition
	case m == nil:
		return nil
	case len(m.entries) > maxChanges:
		if err := s.send(resetEvent(s.interest.seq(s.hub.o.City))); err != nil {
			return err
		}
		return wait(s.ctx, settle)
	}
	return s.send(appendEvent(nil, "changes", m.seq, m.encode()))
}

func resetEvent(seq uint64) []byte {
	return appendEvent(nil, "reset", seq, fmt.Appendf(nil, `{"seq":%d}`, seq))
}

// send writes and flushes within writeTimeout.
func (s *session) send(b []byte) error {
	// A connection without deadlines (in tests) is no reason to stop.
	if err := s.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.out.Write(b); err != nil {
		return err
	}
	s.out.Flush()
	return s.ctx.Err()
}

func appendEvent(b []byte, name string, id uint64, data []byte) []byte {
	b = append(b, "event: "...)
	b = append(b, name...)
	b = append(b, "\nid: "...)
	b = strconv.AppendUint(b, id, 10)
	b = append(b, "\ndata: "...)
	b = append(b, data...)
	return append(b, "\n\n"...)
}

// seq is the sequence of the last change the client may have seen. It does not
// grow with what the client may not see.
func (n *interest) seq(city City) uint64 {
	last := uint64(0)
	for range 2 { // the second view knows the scopes that the first was asked for
		v := city.View()
		last = 0
		for i := range n.follows {
			last = max(last, v.Version(&n.follows[i].access, n.follows[i].layer.ID))
		}
		if last <= v.Seq() {
			return last
		}
	}
	return city.View().Seq()
}

// snapshot is the present state of every layer of interest, one event each.
func (n *interest) snapshot(ctx context.Context, v *live.View, seq uint64) ([]byte, error) {
	var b []byte
	for _, f := range n.follows {
		q := layers.Query{Subject: n.subject, Layer: f.layer.ID, Boxes: n.boxes, Filter: n.filter}
		count, err := v.Count(ctx, q)
		if err != nil {
			return nil, err
		}
		if count.N > maxSnapshot {
			return nil, &layers.Error{Kind: layers.TooLarge, Op: "stream", Layer: f.layer.ID, Field: "snapshot",
				Err: fmt.Errorf("%d features, at most %d: give a bbox or a filter", count.N, maxSnapshot)}
		}
		data := fmt.Appendf(nil, `{"seq":%d,"layer":"%s","features":{"type":"FeatureCollection","features":[`, seq, f.layer.ID)
		e := geojson.Encoder{Layer: f.layer, Sights: f.access.Sights}
		i := 0
		for row, err := range v.Select(ctx, q) {
			if err != nil {
				return nil, err
			}
			if i > 0 {
				data = append(data, ',')
			}
			data = e.Append(data, row, i)
			i++
		}
		b = appendEvent(b, "snapshot", seq, append(data, "]}}"...))
	}
	return b, nil
}
