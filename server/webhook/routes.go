package webhook

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// Limits of subscriptions: each has a goroutine.
const (
	maxHooks = 100 // in all
	maxOwn   = 20  // of one maker
)

// maxWish bounds the body of a request.
const maxWish = 16 << 10

// Hook is a subscription as it is shown.
type Hook struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"` // to others than its maker: without path and query
	Source    string    `json:"source"`
	Title     string    `json:"title,omitempty"`
	Made      time.Time `json:"made"`
	MadeBy    string    `json:"made_by"`
	Active    bool      `json:"active"`              // it is sent to
	Stopped   string    `json:"stopped,omitempty"`   // why not
	StoppedAt time.Time `json:"stopped_at,omitzero"` //
	After     uint64    `json:"after"`               // number of the last event that was delivered or given up
	Delivered uint64    `json:"delivered"`           // messages
	Taken     time.Time `json:"taken,omitzero"`      // when the last was
	Failing   time.Time `json:"failing,omitzero"`    // since when none is taken
	Error     string    `json:"error,omitempty"`     // of the last try
	Tries     int       `json:"tries,omitempty"`     // of the message that is being sent
	NextTry   time.Time `json:"next_try,omitzero"`   //
	Dead      int       `json:"dead"`                // letters
	Secret    string    `json:"secret,omitempty"`    // with the answer that made it, never again
}

type hookList struct {
	Webhooks []Hook `json:"webhooks"`
}

// Letter is a dead letter as it is shown.
type Letter struct {
	ID     string    `json:"id"`    // of the message
	First  uint64    `json:"first"` // numbers of its events
	Last   uint64    `json:"last"`
	Began  time.Time `json:"began"`
	Died   time.Time `json:"died"`
	Tries  int       `json:"tries"`
	Error  string    `json:"error"`
	Queued bool      `json:"queued"` // it is to be sent again
}

type letterList struct {
	Dead []Letter `json:"dead"`
}

// choice names dead letters.
type choice struct {
	IDs []string `json:"ids,omitempty"` // of messages; none: all
}

type queued struct {
	Queued int `json:"queued"`
}

// Routes declares the operations.
func (o *Office) Routes() []openapi.Route {
	const tag, media = "Webhooks", "application/json"
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the subscription"}
	ok := func(status int, about string, of any) []openapi.Answer {
		return []openapi.Answer{{Status: status, Type: media, About: about, Of: of}}
	}
	return []openapi.Route{
		{Method: http.MethodGet, Path: "/api/v1/webhooks", ID: "webhooks", Tag: tag, Summary: "Subscriptions the subject has made; a supervisor sees those of others too", ZH: "网络回调订阅",
			Answers: ok(200, "Subscriptions", hookList{}), Handle: o.list},
		{Method: http.MethodPost, Path: "/api/v1/webhooks", ID: "subscribe", Tag: tag, Summary: "Have what a source tells sent to an address, signed", ZH: "新建回调订阅",
			Body:    &openapi.Body{About: "Where to, and what", Types: []string{media}, Of: wish{}, MaxBytes: maxWish},
			Answers: []openapi.Answer{{Status: 201, Type: media, About: "The subscription, with its secret, which is not shown again", Of: Hook{}, Headers: []string{"Location"}}}, Handle: o.subscribe},
		{Method: http.MethodGet, Path: "/api/v1/webhooks/{id}", ID: "webhook", Tag: tag, Summary: "One subscription and how far it has come", ZH: "一个回调订阅",
			Params: []openapi.Param{id}, Answers: ok(200, "The subscription", Hook{}), Handle: o.one},
		{Method: http.MethodDelete, Path: "/api/v1/webhooks/{id}", ID: "unsubscribe", Tag: tag, Summary: "End a subscription", ZH: "取消回调订阅",
			Params: []openapi.Param{id}, Answers: []openapi.Answer{{Status: 204, About: "It is ended"}}, Handle: o.drop},
		{Method: http.MethodPost, Path: "/api/v1/webhooks/{id}/resume", ID: "resumeWebhook", Tag: tag, Summary: "Send again to a receiver that was stopped, from where it stopped", ZH: "恢复回调订阅",
			Params: []openapi.Param{id}, Answers: ok(200, "The subscription", Hook{}), Handle: o.resume},
		{Method: http.MethodGet, Path: "/api/v1/webhooks/{id}/dead", ID: "deadLetters", Tag: tag, Summary: "Messages that were given up", ZH: "未送达的回调",
			Params: []openapi.Param{id}, Answers: ok(200, "Dead letters in order of their events", letterList{}), Handle: o.letters},
		{Method: http.MethodPost, Path: "/api/v1/webhooks/{id}/redeliver", ID: "redeliver", Tag: tag, Summary: "Send dead letters again", ZH: "重新投递",
			Params:  []openapi.Param{id},
			Body:    &openapi.Body{About: "Which ones; without: all", Types: []string{media}, Of: choice{}, Optional: true, MaxBytes: maxWish},
			Answers: ok(202, "How many are to be sent again", queued{}), Handle: o.again},
	}
}

// follows checks that a subject may follow a source. The error names the source.
func (o *Office) follows(ctx context.Context, s *layers.Subject, source string) (Source, string, error) {
	kind, stream, _ := strings.Cut(source, "/")
	from := o.source(kind)
	if from == nil {
		return nil, "", layers.Invalidf("webhook", "/source", fmt.Sprintf("%.80q is nothing that can be subscribed to", kind))
	}
	return from, stream, from.MayFollow(ctx, s, stream)
}

// sees reports whether a subject sees a subscription: its own, and as a supervisor
// those whose source it may follow.
func (o *Office) sees(ctx context.Context, s *layers.Subject, h *stored) bool {
	if h.MadeBy == s.ID {
		return true
	}
	_, _, err := o.follows(ctx, s, h.Source)
	return s.Role == layers.Supervisor && err == nil
}

// seen reads the subscription of a request. The error is NotFound.
func (o *Office) seen(ctx context.Context, id string) (stored, layers.Subject, error) {
	subject := auth.SubjectOf(ctx)
	list, err := o.hooks(ctx)
	if err != nil {
		return stored{}, subject, err
	}
	for i := range list {
		if list[i].ID == id && o.sees(ctx, &subject, &list[i]) {
			return list[i], subject, nil
		}
	}
	return stored{}, subject, &layers.Error{Kind: layers.NotFound, Op: "webhook", ID: id, Err: errors.New("no such subscription")}
}

// show is a subscription as a subject sees it.
func (o *Office) show(ctx context.Context, s *layers.Subject, h *stored) (Hook, error) {
	st, err := o.state(ctx, h)
	if err != nil {
		return Hook{}, err
	}
	letters, err := o.dead(ctx, h.ID)
	if err != nil {
		return Hook{}, err
	}
	out := Hook{ID: h.ID, URL: h.URL, Source: h.Source, Title: h.Title, Made: h.Made, MadeBy: h.MadeBy, Active: true,
		After: st.After, Delivered: st.Delivered, Taken: st.Taken, Failing: st.Failing, Error: st.Error, Dead: len(letters)}
	if st.Resumed == h.Resumed && st.Stopped != "" {
		out.Active, out.Stopped, out.StoppedAt = false, st.Stopped, st.StoppedAt
	}
	if st.Pending != nil {
		out.Tries, out.NextTry = st.Pending.Tries, st.Pending.Next
	}
	if h.MadeBy != s.ID { // what follows the host may be a secret of the maker's
		if u, err := url.Parse(h.URL); err == nil {
			out.URL = u.Scheme + "://" + u.Host
		}
	}
	return out, nil
}

func (o *Office) list(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	all, err := o.hooks(ctx)
	if err != nil {
		return err
	}
	out := hookList{Webhooks: []Hook{}}
	for i := range all {
		if !o.sees(ctx, &subject, &all[i]) {
			continue
		}
		h, err := o.show(ctx, &subject, &all[i])
		if err != nil {
			return err
		}
		out.Webhooks = append(out.Webhooks, h)
	}
	return c.JSON(http.StatusOK, out)
}

func (o *Office) one(c echo.Context, in *openapi.Input) error {
	h, subject, err := o.seen(c.Request().Context(), in.Text("id"))
	if err != nil {
		return err
	}
	return o.answer(c, http.StatusOK, &subject, &h, nil)
}

// answer shows a subscription, with its secret where it is given.
func (o *Office) answer(c echo.Context, status int, s *layers.Subject, h *stored, secret []byte) error {
	out, err := o.show(c.Request().Context(), s, h)
	if err != nil {
		return err
	}
	if secret != nil {
		out.Secret = shown(secret)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, out)
}

func (o *Office) subscribe(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	holder, known := auth.HolderOf(ctx)
	if !known {
		return &layers.Error{Kind: layers.Forbidden, Op: "webhook", Err: errors.New("only accounts and keys subscribe")}
	}
	var w wish
	if err := in.Body(&w); err != nil {
		return err
	}
	if _, _, err := w.check(o.o.Near); err != nil {
		return err
	}
	source, stream, err := o.follows(ctx, &subject, w.Source)
	if err == nil {
		err = source.MaySubscribe(&subject)
	}
	if err != nil {
		return err
	}
	all, err := o.hooks(ctx)
	if err != nil {
		return err
	}
	own := 0
	for i := range all {
		if all[i].MadeBy == subject.ID {
			own++
		}
	}
	if len(all) >= maxHooks || own >= maxOwn {
		return &layers.Error{Kind: layers.TooLarge, Op: "webhook", Err: fmt.Errorf("there are %d subscriptions already, %d of them of who asks", len(all), own)}
	}
	last, err := source.Last(ctx, stream)
	if err != nil {
		return err
	}
	if w.Since != nil {
		last = min(last, *w.Since)
	}
	name, err := newName(o.o.Rand)
	if err != nil {
		return err
	}
	h := stored{ID: name, URL: w.URL, Source: w.Source, Title: w.Title, Made: o.o.Now().UTC(), MadeBy: subject.ID, Holder: holder}
	if h.Secret, err = newSecret(o.o.Rand); err != nil {
		return err
	}
	if err := o.store(c, &subject, "webhooks.create", &h, &state{After: last}); err != nil {
		return err
	}
	c.Response().Header().Set("Location", "/api/v1/webhooks/"+h.ID)
	return o.answer(c, http.StatusCreated, &subject, &h, h.Secret)
}

// newName makes the id of a subscription.
func newName(random io.Reader) (string, error) {
	b := make([]byte, 8)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "webhook", Err: err}
	}
	return "wh" + hex.EncodeToString(b), nil
}

// store keeps a subscription, and its state where it is given, with a line of the
// audit trail.
func (o *Office) store(c echo.Context, s *layers.Subject, action string, h *stored, st *state) error {
	r, err := record(bucketHook, h.ID, h, time.Time{})
	if err != nil {
		return err
	}
	records := []layers.Record{r}
	if st != nil {
		if r, err = record(bucketState, h.ID, st, time.Time{}); err != nil {
			return err
		}
		records = append(records, r)
	}
	if err := o.audited(c, s, action, h, records); err != nil {
		return err
	}
	o.changed()
	return nil
}

// audited stores records with a line of the audit trail.
func (o *Office) audited(c echo.Context, s *layers.Subject, action string, h *stored, records []layers.Record) error {
	now := o.o.Now().UTC()
	line := layers.AuditLine{At: now, Actor: s.ID, Role: s.Role.String(), From: s.Origin, Purpose: s.Purpose, Action: action, Object: "webhooks/" + h.ID, Filter: h.Source}
	_, err := o.o.Writer.Apply(c.Request().Context(), layers.Batch{Actor: s.ID, At: now, Records: records, Audit: []layers.AuditLine{line}})
	return err
}

func (o *Office) drop(c echo.Context, in *openapi.Input) (err error) {
	ctx := c.Request().Context()
	h, subject, err := o.seen(ctx, in.Text("id"))
	if err != nil {
		return err
	}
	resume := o.crew.Stop(h.ID) // what it still stores comes before what is deleted
	defer func() {
		if err != nil {
			resume()
		}
	}()
	records := []layers.Record{{Bucket: bucketHook, Key: h.ID}, {Bucket: bucketState, Key: h.ID}}
	for r, err := range o.o.Records.Records(ctx, bucketDead, h.ID+"/") {
		if err != nil {
			return err
		}
		records = append(records, layers.Record{Bucket: bucketDead, Key: r.Key})
	}
	if err := o.audited(c, &subject, "webhooks.drop", &h, records); err != nil {
		return err
	}
	o.changed()
	return c.NoContent(http.StatusNoContent)
}

// own reads the subscription of a request, of which only its maker, with the rights to
// follow its source, may have something sent.
func (o *Office) own(ctx context.Context, id string) (stored, layers.Subject, error) {
	h, subject, err := o.seen(ctx, id)
	if err != nil {
		return h, subject, err
	}
	if h.MadeBy != subject.ID {
		return h, subject, &layers.Error{Kind: layers.Forbidden, Op: "webhook", ID: id, Err: errors.New("only who made it has it send")}
	}
	_, _, err = o.follows(ctx, &subject, h.Source)
	return h, subject, err
}

func (o *Office) resume(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	h, subject, err := o.own(ctx, in.Text("id"))
	if err != nil {
		return err
	}
	st, err := o.state(ctx, &h)
	if err != nil {
		return err
	}
	if st.Stopped != "" && st.Resumed == h.Resumed {
		h.Resumed++
		if holder, known := auth.HolderOf(ctx); known {
			h.Holder = holder
		}
		if err := o.store(c, &subject, "webhooks.resume", &h, nil); err != nil {
			return err
		}
	}
	return o.answer(c, http.StatusOK, &subject, &h, nil)
}

func (o *Office) letters(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	h, _, err := o.seen(ctx, in.Text("id"))
	if err != nil {
		return err
	}
	list, err := o.dead(ctx, h.ID)
	if err != nil {
		return err
	}
	out := letterList{Dead: make([]Letter, len(list))}
	for i := range list {
		d := &list[i]
		out.Dead[i] = Letter{ID: d.ID, First: d.First, Last: d.Last, Began: d.Began, Died: d.Died, Tries: d.Tries, Error: d.Error, Queued: d.Queued}
	}
	return c.JSON(http.StatusOK, out)
}

func (o *Office) again(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	h, subject, err := o.own(ctx, in.Text("id"))
	if err != nil {
		return err
	}
	var w choice
	if c.Request().ContentLength != 0 {
		if err := in.Body(&w); err != nil {
			return err
		}
	}
	st, err := o.state(ctx, &h)
	if err != nil {
		return err
	}
	if st.Stopped != "" && st.Resumed == h.Resumed {
		return &layers.Error{Kind: layers.Conflict, Op: "webhook", ID: h.ID, Err: errors.New("the subscription is stopped: resume it first")}
	}
	list, err := o.dead(ctx, h.ID)
	if err != nil {
		return err
	}
	var records []layers.Record
	for i := range list {
		d := &list[i]
		if d.Queued || w.IDs != nil && !slices.Contains(w.IDs, d.ID) {
			continue
		}
		d.Queued = true
		r, err := record(bucketDead, deadKey(h.ID, d.First), d, d.Died.Add(keepDead))
		if err != nil {
			return err
		}
		records = append(records, r)
	}
	if len(records) > 0 {
		if err := o.audited(c, &subject, "webhooks.redeliver", &h, records); err != nil {
			return err
		}
		if run := o.courier(h.ID); run != nil {
			select {
			case run.nudge <- struct{}{}:
			default: // it will look anyway
			}
		}
	}
	return c.JSON(http.StatusAccepted, queued{len(records)})
}
