package fence

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/fence"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
)

// maxWatches bounds the watches: each follows every change of the city.
const maxWatches = 100

// maxBody bounds the body of a watch.
const maxBody = 64 << 10

// editors are the roles that set up watches.
var editors = []layers.Role{layers.Supervisor, layers.ThemeOwner}

type watchList struct {
	Watches []Watch `json:"watches"`
}

type toldList struct {
	Transitions []Told `json:"transitions"`
	Next        uint64 `json:"next"` // to be given as since; the same again when there is nothing new
}

// Routes declares the operations.
func (o *Office) Routes() []openapi.Route {
	const tag, media = "Fences", "application/json"
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the watch", Example: "depots"}
	ok := func(status int, about string, of any) []openapi.Answer {
		return []openapi.Answer{{Status: status, Type: media, About: about, Of: of}}
	}
	since := openapi.Param{Name: "since", Type: openapi.Integer, About: "Only transitions with greater numbers", Span: &openapi.Span{Min: 0, Max: 1 << 53}}
	return []openapi.Route{
		{Method: http.MethodGet, Path: "/api/v1/fences", ID: "fenceWatches", Tag: tag, Summary: "Watches of objects among fences", ZH: "电子围栏",
			Answers: ok(200, "Watches whose layers the subject sees whole", watchList{}), Handle: o.list},
		{Method: http.MethodGet, Path: "/api/v1/fences/{id}", ID: "fenceWatch", Tag: tag, Summary: "One watch", ZH: "一组电子围栏",
			Params: []openapi.Param{id}, Answers: ok(200, "The watch", Watch{}), Handle: o.one},
		{Method: http.MethodPut, Path: "/api/v1/fences/{id}", ID: "setFenceWatch", Tag: tag, Summary: "Set up a watch, or change it", ZH: "设置电子围栏",
			Params: []openapi.Param{id}, Body: &openapi.Body{About: "The watch", Types: []string{media}, Of: Watch{}, MaxBytes: maxBody},
			Answers: ok(200, "The watch", Watch{}), Handle: o.set},
		{Method: http.MethodDelete, Path: "/api/v1/fences/{id}", ID: "dropFenceWatch", Tag: tag, Summary: "End a watch", ZH: "取消电子围栏",
			Params: []openapi.Param{id}, Answers: []openapi.Answer{{Status: 204, About: "It is ended"}}, Handle: o.drop},
		{Method: http.MethodGet, Path: "/api/v1/fences/{id}/transitions", ID: "fenceTransitions", Tag: tag, Summary: "Who entered, left, crossed and stayed, in order", ZH: "进出围栏记录",
			Params: []openapi.Param{id, since,
				{Name: "limit", Type: openapi.Integer, About: "Transitions in an answer", Span: &openapi.Span{Min: 1, Max: 10_000}, Clamp: true, Default: "1000"},
				{Name: "object", About: "Only of this object"}, {Name: "fence", About: "Only of this fence"},
				{Name: "kind", About: "Only of this kind", Enum: []string{"enter", "leave", "cross", "dwell", "inside"}}},
			Answers: ok(200, "Transitions in order of number", toldList{}), Handle: o.transitions},
		{Method: http.MethodGet, Path: "/api/v1/fences/{id}/stream", ID: "fenceStream", Tag: tag, Summary: "Transitions as they happen (server-sent events)", ZH: "进出围栏推送",
			Params: []openapi.Param{id, since,
				{Name: "Last-Event-ID", In: openapi.Header, Type: openapi.Integer, About: "Number of the last transition seen", Span: &openapi.Span{Min: 0, Max: 1 << 53}}},
			Answers: []openapi.Answer{{Status: 200, Type: "text/event-stream", About: "Events called transition, the number as their id"}}, Endless: true, Handle: o.stream},
	}
}

func (o *Office) list(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), o.o.City.View()
	all, err := o.watches(ctx)
	if err != nil {
		return err
	}
	out := watchList{Watches: []Watch{}}
	for _, w := range all {
		if w.maySee(v, &subject) == nil {
			out.Watches = append(out.Watches, w)
		}
	}
	return c.JSON(http.StatusOK, out)
}

// seen reads the watch of a request, which its subject may see.
func (o *Office) seen(c echo.Context, in *openapi.Input) (Watch, error) {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	w, err := o.watch(ctx, in.Text("id"))
	if err == nil {
		err = w.maySee(o.o.City.View(), &subject)
	}
	return w, err
}

func (o *Office) one(c echo.Context, in *openapi.Input) error {
	w, err := o.seen(c, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, w)
}

// mayEdit refuses subjects that set up no watches.
func mayEdit(s *layers.Subject) error {
	if !slices.Contains(editors, s.Role) {
		return &layers.Error{Kind: layers.Forbidden, Op: "fence", Err: fmt.Errorf("role %s sets up no watches", s.Role)}
	}
	return nil
}

func (o *Office) set(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), o.o.City.View()
	if err := mayEdit(&subject); err != nil {
		return err
	}
	var w Watch
	if err := in.Body(&w); err != nil {
		return err
	}
	if id := in.Text("id"); w.ID == "" {
		w.ID = id
	} else if w.ID != id {
		return layers.Invalidf("fence", "/id", "is not the one of the address")
	}
	if w.Kinds == nil {
		w.Kinds = []string{fence.Enter.String(), fence.Leave.String()}
	}
	if err := w.check(); err != nil {
		return err
	}
	if err := w.maySee(v, &subject); err != nil {
		return err
	}
	for _, s := range [...]struct {
		field string
		side  *Side
	}{{"/fences/filter", &w.Fences}, {"/objects/filter", &w.Objects}} {
		if err := usable(c, v, &subject, s.field, s.side); err != nil {
			return err
		}
	}
	all, err := o.watches(ctx)
	if err != nil {
		return err
	}
	if len(all) >= maxWatches && !slices.ContainsFunc(all, func(x Watch) bool { return x.ID == w.ID }) {
		return &layers.Error{Kind: layers.TooLarge, Op: "fence", ID: w.ID, Err: fmt.Errorf("there are %d watches already", len(all))}
	}
	data, err := json.Marshal(w)
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "fence", ID: w.ID, Err: err}
	}
	if err := o.keep(c, &subject, "fences.set", w.ID, []layers.Record{{Bucket: WatchBucket, Key: w.ID, Data: data}}); err != nil {
		return err
	}
	o.crew.Changed()
	return c.JSON(http.StatusOK, w)
}

// usable tries a side's filter as its subject: it must not tell of fields the
// subject does not see.
func usable(c echo.Context, v *live.View, s *layers.Subject, field string, side *Side) error {
	l, _ := v.Layer(side.Layer)
	program, err := side.program(l)
	if err != nil || program == nil {
		return err
	}
	e, err := param.Filter(field, side.Filter)
	if err != nil {
		return err
	}
	q := layers.Query{Subject: *s, Layer: side.Layer, Filter: e, IDs: []string{}}
	_, err = v.Count(c.Request().Context(), q)
	return err
}

func (o *Office) drop(c echo.Context, in *openapi.Input) (err error) {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	if err := mayEdit(&subject); err != nil {
		return err
	}
	w, err := o.seen(c, in)
	if err != nil {
		return err
	}
	resume := o.crew.Stop(w.ID) // what it still stores comes before what is deleted
	defer func() {
		if err != nil {
			resume()
		}
	}()
	// Numbers go on in a later watch of the same id: who has read up to one of them
	// misses nothing.
	m, err := o.mark(ctx, w.ID)
	if err != nil {
		return err
	}
	end, err := json.Marshal(mark{Told: m.Told})
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "fence", ID: w.ID, Err: err}
	}
	records := []layers.Record{{Bucket: WatchBucket, Key: w.ID}, {Bucket: bucketMark, Key: w.ID, Data: end}}
	for _, bucket := range []string{bucketJournal, bucketTold} {
		for r, err := range o.o.Records.Records(ctx, bucket, w.ID+"/") {
			if err != nil {
				return err
			}
			records = append(records, layers.Record{Bucket: bucket, Key: r.Key})
		}
	}
	if err := o.keep(c, &subject, "fences.drop", w.ID, records); err != nil {
		return err
	}
	o.crew.Changed()
	o.tell(w.ID, nil)
	return c.NoContent(http.StatusNoContent)
}

// keep stores records with a line of the audit trail.
func (o *Office) keep(c echo.Context, s *layers.Subject, action, id string, records []layers.Record) error {
	now := o.o.Now().UTC()
	_, err := o.o.City.Apply(c.Request().Context(), layers.Batch{Actor: s.ID, At: now, Records: records,
		Audit: []layers.AuditLine{{At: now, Actor: s.ID, Role: s.Role.String(), From: s.Origin, Purpose: s.Purpose, Action: action, Object: "fences/" + id}}})
	return err
}

// read lists transitions behind a number, at most limit of those that keep says.
func (o *Office) read(ctx context.Context, id string, since uint64, limit int, keep func(*Told) bool) ([]Told, uint64, error) {
	out, next := []Told{}, since
	take := func(t *Told) bool {
		if len(out) == limit {
			return false
		}
		next = t.Number
		if keep == nil || keep(t) {
			out = append(out, *t)
		}
		return true
	}
	if list, ok := o.after(id, since); ok {
		for i := range list {
			if !take(&list[i]) {
				break
			}
		}
		return out, next, nil
	}
	for t, err := range o.stored(ctx, id, since) {
		if err != nil {
			return nil, 0, err
		}
		if !take(&t) {
			break
		}
	}
	return out, next, nil
}

func (o *Office) transitions(c echo.Context, in *openapi.Input) error {
	w, err := o.seen(c, in)
	if err != nil {
		return err
	}
	is := func(name, value string) bool { return !in.Has(name) || in.Text(name) == value }
	list, next, err := o.read(c.Request().Context(), w.ID, uint64(in.Int("since")), in.Int("limit"), func(t *Told) bool {
		return is("object", t.Object) && is("fence", t.Fence) && is("kind", t.Kind)
	})
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, toldList{Transitions: list, Next: next})
}

// maxStream is how long a stream lasts: a client that comes back proves its rights
// anew.
const maxStream = 10 * time.Minute

// streamPage is how many transitions are read at a time for a stream.
const streamPage = 1000

func (o *Office) stream(c echo.Context, in *openapi.Input) error {
	w, err := o.seen(c, in)
	if err != nil {
		return err
	}
	since := uint64(in.Int("since"))
	if in.Has("Last-Event-ID") {
		since = uint64(in.Int("Last-Event-ID"))
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	ctx, cancel := context.WithTimeout(c.Request().Context(), maxStream)
	defer cancel()
	subject := auth.SubjectOf(ctx)
	b := []byte("retry: 2000\n: transitions\n\n")
	for {
		news := o.await(w.ID) // before reading: nothing is missed between
		for {
			list, next, err := o.read(ctx, w.ID, since, streamPage, nil)
			if err != nil {
				return nil //nolint:nilerr // the answer has begun: the client comes back
			}
			for i := range list {
				data, err := json.Marshal(&list[i])
				if err != nil {
					return nil //nolint:nilerr // as above
				}
				b = append(b, "event: transition\nid: "...)
				b = strconv.AppendUint(b, list[i].Number, 10)
				b = append(append(append(b, "\ndata: "...), data...), "\n\n"...)
			}
			since = next
			if len(b) > 0 {
				if _, err := c.Response().Write(b); err != nil {
					return nil //nolint:nilerr // the client left
				}
				c.Response().Flush()
				b = b[:0]
			}
			if len(list) < streamPage {
				break
			}
		}
		if !o.wait(ctx, c, news) {
			return nil
		}
		// Rights may have changed, and the watch may be gone.
		if now, err := o.watch(ctx, w.ID); err != nil || now.maySee(o.o.City.View(), &subject) != nil {
			return nil //nolint:nilerr // the client asks again and is told
		}
	}
}

// heartbeat is how often an idle stream shows that it lives.
const heartbeat = 15 * time.Second

// wait waits for news; false when the client left.
func (o *Office) wait(ctx context.Context, c echo.Context, news <-chan struct{}) bool {
	timer := time.NewTimer(heartbeat)
	defer timer.Stop()
	for {
		select {
		case <-news:
			return true
		case <-ctx.Done():
			return false
		case <-timer.C:
			if _, err := c.Response().Write([]byte(": still here\n\n")); err != nil {
				return false
			}
			c.Response().Flush()
			timer.Reset(heartbeat)
		}
	}
}
