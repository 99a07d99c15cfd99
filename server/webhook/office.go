package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/crew"
)

// Rights tells what somebody may do now; *auth.Gate does.
type Rights interface {
	Rights(ctx context.Context, h auth.Holder) (layers.Subject, error)
}

// Options configures an Office; all are required but those that say otherwise.
type Options struct {
	Writer  layers.Writer
	Records layers.Reader
	Rights  Rights
	Sources []Source
	Now     func() time.Time
	Rand    io.Reader
	Near    bool              // addresses that are not public, and plain http, are allowed
	Agent   string            // User-Agent of the requests
	Send    http.RoundTripper // nil: the network, guarded
	Log     *slog.Logger      // nil: none
}

// Office keeps the subscriptions and sends what they ask for. Safe for concurrent use.
type Office struct {
	o      Options
	client *http.Client
	crew   *crew.Crew[stored, *courier]
}

// timeLimit bounds one try, from the name of the host to the end of the answer.
const timeLimit = 15 * time.Second

var errNear = errors.New("the address is in a network that is not public")

// New returns an Office. Nothing is sent before Run.
func New(o Options) *Office {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Send == nil {
		dialer := &net.Dialer{Timeout: timeLimit}
		if !o.Near {
			dialer.ControlContext = guard
		}
		o.Send = &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: timeLimit, MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost: 1, MaxIdleConns: maxHooks, IdleConnTimeout: time.Minute}
	}
	office := &Office{o: o,
		client: &http.Client{Transport: o.Send, Timeout: timeLimit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	office.crew = crew.New(crew.Options[stored, *courier]{
		Records: office.hooks,
		ID:      func(h *stored) string { return h.ID },
		Hire:    office.hire,
		Failed:  func(err error) { o.Log.Error("the subscriptions of webhooks cannot be read", "error", err) },
	})
	return office
}

// source finds a source by its kind, nil for none.
func (o *Office) source(kind string) Source {
	for _, s := range o.o.Sources {
		if s.Kind() == kind {
			return s
		}
	}
	return nil
}

// hooks reads all subscriptions, in order of id.
func (o *Office) hooks(ctx context.Context) (out []stored, err error) {
	for r, err := range o.o.Records.Records(ctx, bucketHook, "") {
		if err != nil {
			return nil, err
		}
		var h stored
		if err := decode(&r, &h); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// state reads how far a subscription has come.
func (o *Office) state(ctx context.Context, h *stored) (s state, err error) {
	data, err := layers.RecordOf(ctx, o.o.Records, bucketState, h.ID)
	if err != nil || data == nil {
		return state{}, err
	}
	return s, decode(&layers.Record{Key: h.ID, Data: data}, &s)
}

// again is how long after a failure of the store it is tried again.
const again = 5 * time.Second

// Run sends what there is to send until ctx ends.
func (o *Office) Run(ctx context.Context) { o.crew.Run(ctx) }

// changed makes Run look at the table of subscriptions again.
func (o *Office) changed() { o.crew.Changed() }

// courier is the courier of a subscription, nil for none.
func (o *Office) courier(id string) *courier { return o.crew.Member(id) }

// hire returns the courier of a subscription.
func (o *Office) hire(h stored) *courier {
	kind, stream, _ := strings.Cut(h.Source, "/")
	return &courier{office: o, hook: h, source: o.source(kind), stream: stream, nudge: make(chan struct{}, 1)}
}

// wait waits; false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
