package stream

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/geojson"
	"wutu/server/openapi"
)

// City is what streams ask of the city.
type City interface {
	View() *live.View
	Listen(since uint64) *live.Listener
}

// Options configures a Hub.
type Options struct {
	City      City
	Heartbeat time.Duration // between comments; also how often Verify is asked
	// Verify says whether the key of an Authorization header is still good.
	Verify func(ctx context.Context, header string) error
}

// Limits of streams.
const (
	writeTimeout = 20 * time.Second
	maxClients   = 4096
	maxSnapshot  = 20_000 // features of one layer
	maxChanges   = 4_000  // in one message; more is a reset
	settle       = 2 * time.Second
	reconnectMS  = 2000
)

// Hub serves the streams of all clients. Safe for concurrent use.
type Hub struct {
	o         Options
	clients   atomic.Int64
	once      sync.Once
	done      chan struct{}
	heartbeat *frame
	pace      pacer
	encoded   features
	room      geojson.Room

	mu      sync.Mutex // taken before that of a group
	groups  map[string]*group
	running sync.WaitGroup
}

// New returns a Hub.
func New(o Options) *Hub {
	return &Hub{o: o, done: make(chan struct{}), heartbeat: &frame{plain: []byte(": heartbeat\n\n")}, groups: make(map[string]*group)}
}

// Clients is the number of open streams.
func (h *Hub) Clients() int { return int(h.clients.Load()) }

// Close ends all streams; clients reconnect elsewhere or later.
func (h *Hub) Close() { h.once.Do(func() { close(h.done) }) }

// Routes declares the operation.
func (h *Hub) Routes() []openapi.Route {
	return []openapi.Route{{Method: http.MethodGet, Path: "/api/v1/stream", ID: "stream", Tag: "Changes",
		Summary: "Changes as server-sent events: hello, snapshot, changes, reset", Endless: true,
		Params: []openapi.Param{
			{Name: "layers", About: "Layers to follow, with a comma between; default: all the subject may list"},
			{Name: "bbox", About: "Only features that meet this box: west,south,east,north"},
			{Name: "filter", About: "CQL2 text; every layer must have the fields it names"},
			{Name: "snapshot", Type: openapi.Boolean, About: "Begin with the present state"},
			{Name: "since", Type: openapi.Integer, About: "Go on behind this sequence", Span: &openapi.Span{Min: 0, Max: 1 << 53}},
			{Name: "Last-Event-ID", In: openapi.Header, Type: openapi.Integer, About: "As since; set by browsers when they reconnect",
				Span: &openapi.Span{Min: 0, Max: 1 << 53}},
		},
		Answers: []openapi.Answer{{Status: 200, Type: "text/event-stream", About: "Events until the client leaves"}},
		Handle:  h.serve}}
}

// wait waits for d, if that is in the future.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func busy() error {
	return &layers.Error{Kind: layers.Unavailable, Op: "stream", Err: errors.New("too many open streams")}
}
