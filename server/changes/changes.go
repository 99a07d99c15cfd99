package changes

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// City is what is followed.
type City interface {
	View() *live.View
	Listen(since uint64) *live.Listener
	Log(ctx context.Context, since uint64, layers []string) iter.Seq2[live.Delta, error]
}

// API answers from a city. Safe for concurrent use.
type API struct {
	city City

	mu     sync.Mutex
	silent map[silence]uint64
}

// silence names a question that had no answer; what it maps to is the change up to
// which that is known, so that changes that do not show are passed once and not at
// every poll.
type silence struct {
	since  uint64
	layers string // with what may be seen of them
	frame  uint64 // FrameSeq: borders decide what may be seen
}

// maxSilent bounds the silences; beyond it all are forgotten.
const maxSilent = 4096

// New returns the API of a city.
func New(city City) *API { return &API{city: city, silent: make(map[silence]uint64)} }

// Limits of a page.
const (
	defaultLimit = 100
	maxLimit     = 10_000
	maxWait      = 25      // seconds, below the time a request may take
	maxPassed    = 200_000 // changes looked at for one page; a page that ends there says where
)

// Routes declares the operation.
func (a *API) Routes() []openapi.Route {
	const about = "What has changed since a sequence number, in order"
	return []openapi.Route{{Method: http.MethodGet, Path: "/api/v1/changes", ID: "changes", Tag: "Changes", Summary: about, Weight: openapi.Heavy,
		Params: []openapi.Param{
			{Name: "since", Type: openapi.Integer, About: "Changes behind this sequence, the next of an earlier answer; without it from the beginning", Span: &openapi.Span{Min: 0, Max: 1 << 53}},
			{Name: "layers", About: "Only these layers, with a comma between; default: all the subject may list"},
			{Name: "limit", Type: openapi.Integer, About: "At most this many changes", Span: &openapi.Span{Min: 1, Max: maxLimit}, Clamp: true, Default: strconv.Itoa(defaultLimit)},
			{Name: "geometry", Type: openapi.Boolean, About: "With the geometries after the change"},
			{Name: "properties", Type: openapi.Boolean, About: "With the properties after the change"},
			{Name: "wait", Type: openapi.Integer, About: "When there is no change, wait for one up to this many seconds", Span: &openapi.Span{Min: 0, Max: maxWait}, Clamp: true},
			{Name: "If-None-Match", In: openapi.Header, About: "ETag of the answer that the client has"},
		},
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: "application/json", About: about, Of: answer{}, Headers: []string{"ETag", "Cache-Control", "Vary"}},
			{Status: http.StatusNotModified, About: "The answer is the one named in If-None-Match", Headers: []string{"ETag", "Cache-Control", "Vary"}}},
		Handle: a.changes}}
}

// question is a request for a page.
type question struct {
	subject              layers.Subject
	layers               []string
	since                uint64
	limit                int
	geometry, properties bool
}

func (a *API) changes(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	v := a.city.View()
	q := question{subject: auth.SubjectOf(ctx), limit: in.Int("limit"), geometry: in.Bool("geometry"), properties: in.Bool("properties")}
	var err error
	if q.layers, err = param.Layers(v, &q.subject, in.List("layers"), true); err != nil {
		return param.At("layers", err)
	}
	usage.Layers(ctx, q.layers...)
	if in.Has("since") {
		q.since = uint64(in.Int("since"))
	}
	for _, id := range q.layers {
		if l, ok := v.Layer(id); ok {
			if err := live.NoteRead(ctx, &q.subject, l, "changes since "+strconv.FormatUint(q.since, 10)); err != nil {
				return err
			}
		}
	}
	p, err := a.page(ctx, &q, time.Duration(in.Int("wait"))*time.Second)
	if err != nil {
		return err
	}
	usage.Rows(ctx, len(p.entries))
	b := p.encode()
	h := c.Response().Header()
	tag := fmt.Sprintf(`W/"%x"`, xxhash.Sum64(b))
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if wanted := in.Text("If-None-Match"); wanted != "" && slices.ContainsFunc(strings.Split(wanted, ","), func(s string) bool {
		return strings.TrimSpace(s) == tag || strings.TrimSpace(s) == "*"
	}) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "application/json", b)
}

// page reads the next changes, and waits for the first of them if it may.
func (a *API) page(ctx context.Context, q *question, wait time.Duration) (*page, error) {
	if wait <= 0 {
		return a.read(ctx, q)
	}
	waiting, stop := context.WithTimeout(ctx, wait)
	defer stop()
	for {
		next := a.city.Listen(0) // before the page is read: nothing falls between
		p, err := a.read(ctx, q)
		if err != nil || len(p.entries) > 0 || p.more {
			return p, err
		}
		switch _, err := next.Next(waiting); {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case waiting.Err() != nil:
			return p, nil
		case err != nil && !errors.Is(err, live.ErrReset):
			return nil, err
		}
	}
}

// read reads a page.
func (a *API) read(ctx context.Context, q *question) (*page, error) {
	v := a.city.View()
	p := &page{question: q, next: q.since, kinds: make(map[string]*kind)}
	var ids []string
	quiet := silence{since: q.since, frame: v.FrameSeq()}
	for _, id := range q.layers {
		l, ok := v.Layer(id)
		if !ok {
			continue
		}
		d := access.Decide(&q.subject, l)
		if d.Mode != access.List || v.LayerSeq(id) <= q.since {
			continue // nothing has changed
		}
		ids = append(ids, id)
		quiet.layers += id + " " + d.Scope() + "\n"
		p.kinds[id] = &kind{layer: l, decision: d, telling: v.Telling(&d, id)}
	}
	if ids == nil {
		return p, nil
	}
	a.mu.Lock()
	from := max(q.since, a.silent[quiet])
	a.mu.Unlock()
	passed := 0
	for d, err := range a.city.Log(ctx, from, ids) {
		if err != nil {
			return nil, err
		}
		if passed++; passed > maxPassed {
			p.more = true
			break
		}
		told, ok := p.kinds[d.Layer].entry(&d)
		if ok && len(p.entries) == q.limit {
			p.more = true
			break
		}
		if ok {
			p.entries = append(p.entries, told)
			p.next = d.Seq
		}
		if passed == maxPassed {
			p.next = d.Seq
		}
	}
	if len(p.entries) == 0 && !p.more {
		a.mu.Lock()
		defer a.mu.Unlock()
		if len(a.silent) >= maxSilent {
			clear(a.silent)
		}
		a.silent[quiet] = max(a.silent[quiet], v.Seq())
	}
	return p, nil
}
