package stream

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/tiles/cache"
)

func (h *Hub) serve(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	if h.clients.Add(1) > maxClients {
		h.clients.Add(-1)
		return busy()
	}
	defer h.clients.Add(-1)
	// The position comes first: what happens between it and the view is told twice
	// rather than not at all.
	at := h.o.City.Listen(0).Seq()
	v := h.o.City.View()
	interest, err := newInterest(ctx, v, auth.SubjectOf(ctx), in)
	if err != nil {
		return err
	}
	s := &client{hub: h, ctx: ctx, interest: interest, header: c.Request().Header.Get("Authorization"), at: at, wake: make(chan struct{}, 1)}
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
	case resumes && h.o.City.Listen(since).Of(interest.layers).Missed():
		first = resetEvent(shown)
	case resumes:
		s.at = since
	case in.Bool("snapshot"):
		if first, err = interest.snapshot(ctx, v, shown); err != nil {
			return err
		}
	}
	coding, _ := cache.Negotiate(c.Request().Header.Values("Accept-Encoding"))
	s.zipped = coding == cache.Gzip
	header := c.Response().Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache, no-transform")
	header.Set("X-Accel-Buffering", "no")
	header.Add("Vary", "Accept-Encoding")
	if s.zipped {
		header.Set("Content-Encoding", cache.Gzip)
	}
	c.Response().WriteHeader(http.StatusOK)
	s.out, s.control = c.Response(), http.NewResponseController(c.Response().Writer)
	hello := fmt.Appendf(nil, "retry: %d\n", reconnectMS)
	hello = appendEvent(hello, "hello", since, fmt.Appendf(nil, `{"seq":%d}`, since))
	hello = s.coded(append(hello, first...))
	if s.zipped {
		hello = append(gzipHeader[:len(gzipHeader):len(gzipHeader)], hello...)
	}
	if err := s.send(hello); err != nil {
		return nil //nolint:nilerr // the client left: there is nobody to tell
	}
	s.follow()
	s.finish()
	return nil
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
