package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"wutu/layers"
	"wutu/server/auth"
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
	wake   chan struct{} // the table of subscriptions has changed

	mu      sync.Mutex
	running map[string]*courier
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
	return &Office{o: o, wake: make(chan struct{}, 1), running: make(map[string]*courier),
		client: &http.Client{Transport: o.Send, Timeout: timeLimit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
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
func (o *Office) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	for {
		list, err := o.hooks(ctx)
		if err != nil && ctx.Err() == nil {
			o.o.Log.Error("the subscriptions of webhooks cannot be read", "error", err)
			if wait(ctx, again) {
				continue
			}
		}
		if err == nil {
			o.arrange(ctx, &group, list)
		}
		select {
		case <-o.wake:
		case <-ctx.Done():
			return
		}
	}
}

// arrange starts and stops couriers so that each subscription has one.
func (o *Office) arrange(ctx context.Context, group *sync.WaitGroup, list []stored) {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := make(map[string]<-chan struct{})
	for id, c := range o.running {
		if !slices.ContainsFunc(list, func(h stored) bool { return h.ID == id && h.Resumed == c.hook.Resumed }) {
			c.stop()
			before[id] = c.done
			delete(o.running, id)
		}
	}
	for i := range list {
		if o.running[list[i].ID] != nil {
			continue
		}
		own, stop := context.WithCancel(ctx)
		kind, stream, _ := strings.Cut(list[i].Source, "/")
		c := &courier{office: o, hook: list[i], source: o.source(kind), stream: stream, stop: stop, done: make(chan struct{}), nudge: make(chan struct{}, 1)}
		o.running[c.hook.ID] = c
		earlier := before[c.hook.ID]
		group.Go(func() {
			defer close(c.done)
			defer stop()
			if earlier != nil { // two would send the same
				<-earlier
			}
			c.run(own)
		})
	}
}

// changed makes Run look at the table of subscriptions again.
func (o *Office) changed() {
	select {
	case o.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// courier is the running courier of a subscription, nil for none.
func (o *Office) courier(id string) *courier {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.running[id]
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
