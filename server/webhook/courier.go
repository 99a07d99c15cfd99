package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"strconv"
	"time"

	"wutu/layers"
)

// When a message is tried again and when it is given up; see the package comment.
const (
	firstWait  = 5 * time.Second
	longest    = time.Hour
	giveUp     = 24 * time.Hour
	maxRefused = 5
	endAfter   = 5 * 24 * time.Hour
	keepDead   = 30 * 24 * time.Hour
	maxDead    = 100 // letters of one subscription, at which it stops
)

// maxEvents bounds the events of a message, maxBody its bytes.
const (
	maxEvents = 100
	maxBody   = 256 << 10
)

// maxAnswer bounds what is read of an answer, so that its connection can be used again.
const maxAnswer = 64 << 10

// courier serves one subscription. Its methods are for one goroutine.
type courier struct {
	office *Office
	hook   stored
	source Source // nil: there is none of its kind
	stream string
	nudge  chan struct{} // dead letters are to be sent again
	state  state
}

// Fits reports whether a subscription is the one that is served.
func (c *courier) Fits(h *stored) bool { return h.Resumed == c.hook.Resumed }

// Run serves the subscription until it is stopped or ctx ends.
func (c *courier) Run(ctx context.Context) {
	var err error
	for ctx.Err() == nil {
		if c.state, err = c.office.state(ctx, &c.hook); err == nil {
			err = c.serve(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return // stopped, or the program ends
		}
		c.office.o.Log.Error("a webhook is interrupted", "webhook", c.hook.ID, "error", err)
		if !wait(ctx, again) {
			return
		}
	}
}

// serve sends messages until the subscription is stopped or ctx ends.
func (c *courier) serve(ctx context.Context) error {
	if c.state.Resumed != c.hook.Resumed { // a new life
		c.state.Resumed, c.state.Stopped, c.state.StoppedAt, c.state.Failing = c.hook.Resumed, "", time.Time{}, time.Time{}
		if c.state.Pending != nil {
			*c.state.Pending = pending{First: c.state.Pending.First, Last: c.state.Pending.Last, Began: c.state.Pending.Began, Since: c.office.o.Now().UTC()}
		}
	}
	if c.state.Stopped == "" && c.source == nil {
		return c.end(ctx, "there is no such source")
	}
	letters := true // there may be some to be sent again
	for c.state.Stopped == "" {
		news := c.source.Await(c.stream) // before reading: nothing is missed between
		if letters {
			if err := c.redeliver(ctx); err != nil || c.state.Stopped != "" {
				return err
			}
		}
		var due <-chan time.Time
		if p := c.state.Pending; p != nil && p.Next.After(c.office.o.Now()) {
			due, news = time.After(p.Next.Sub(c.office.o.Now())), nil
		} else {
			body, err := c.next(ctx)
			if err != nil || c.state.Stopped != "" {
				return err
			}
			if body != nil {
				letters = false
				if err := c.try(ctx, body); err != nil || ctx.Err() != nil {
					return err
				}
				select {
				case <-c.nudge:
					letters = true
				default:
				}
				continue
			}
		}
		letters = false
		select {
		case <-news:
		case <-due:
		case <-c.nudge:
			letters = true
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// next makes the message that is to be sent, nil when there is none, and stores what
// it holds before it is sent for the first time.
func (c *courier) next(ctx context.Context) ([]byte, error) {
	if _, ok, err := c.may(ctx); !ok {
		return nil, err
	}
	list, err := c.source.After(ctx, c.stream, c.state.After, maxEvents)
	if err != nil {
		return nil, err
	}
	p := c.state.Pending
	if p == nil {
		if len(list) == 0 {
			return nil, nil
		}
		now := c.office.o.Now().UTC()
		p = &pending{First: list[0].Number, Began: now, Since: now}
		size := 0
		for i := range list {
			if size += len(list[i].Data) + 1; size > maxBody && i > 0 {
				break
			}
			p.Last = list[i].Number
		}
		c.state.Pending = p
		if err := c.keep(ctx); err != nil {
			return nil, err
		}
	}
	m := message{Type: c.source.Type(), Timestamp: p.Began}
	m.Data.Source, m.Data.Events = c.hook.Source, []json.RawMessage{}
	for i := range list {
		if n := list[i].Number; n >= p.First && n <= p.Last {
			m.Data.Events = append(m.Data.Events, list[i].Data)
		}
	}
	if len(m.Data.Events) == 0 { // the source keeps them no longer
		c.state.After, c.state.Pending = p.Last, nil
		return c.next(ctx)
	}
	body, err := json.Marshal(&m)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "webhook", ID: c.hook.ID, Err: err}
	}
	return body, nil
}

// may asks whether the maker of the subscription may still follow its source, and ends
// the subscription when not.
func (c *courier) may(ctx context.Context) (s layers.Subject, ok bool, err error) {
	s, err = c.office.o.Rights.Rights(ctx, c.hook.Holder)
	if err == nil {
		err = c.source.MayFollow(ctx, &s, c.stream)
	}
	switch layers.KindOf(err) {
	case layers.Unauthorized, layers.Forbidden, layers.NotFound:
		return s, false, c.end(ctx, "who made it may no longer follow its source")
	}
	return s, err == nil, err
}

// end stops the subscription until it is resumed.
func (c *courier) end(ctx context.Context, why string) error {
	c.state.Stopped, c.state.StoppedAt = why, c.office.o.Now().UTC()
	return c.keep(ctx)
}

// keep stores the state, and further records with it.
func (c *courier) keep(ctx context.Context, with ...layers.Record) error {
	r, err := record(bucketState, c.hook.ID, &c.state, time.Time{})
	if err != nil {
		return err
	}
	return c.office.write(ctx, append(with, r)...)
}

func (o *Office) write(ctx context.Context, records ...layers.Record) error {
	_, err := o.o.Writer.Apply(ctx, layers.Batch{Actor: layers.SystemSubject().ID, At: o.o.Now().UTC(), Records: records})
	return err
}

// try sends the pending message once. The error is the store's.
func (c *courier) try(ctx context.Context, body []byte) error {
	p := c.state.Pending
	p.Tries++
	id := messageID(c.hook.ID, p.First)
	o := c.office.send(ctx, &c.hook, id, body)
	if ctx.Err() != nil {
		return nil // not the receiver's fault; it is sent again
	}
	now := c.office.o.Now().UTC()
	if o.taken() {
		c.state.After, c.state.Pending = p.Last, nil
		c.state.Delivered++
		c.state.Taken, c.state.Failing, c.state.Error = now, time.Time{}, ""
		return c.keep(ctx)
	}
	if c.state.Failing.IsZero() {
		c.state.Failing = now
	}
	c.state.Error = o.why()
	if o.refused() {
		p.Refused++
	}
	p.Next = now.Add(max(pause(id, p.Tries), min(o.after, longest)))
	if o.status == http.StatusGone {
		return c.end(ctx, "the receiver says that it is gone")
	}
	if now.Sub(c.state.Failing) >= endAfter {
		return c.end(ctx, "the receiver has taken nothing for days")
	}
	if now.Sub(p.Since) < giveUp && p.Refused < maxRefused {
		return c.keep(ctx)
	}
	d := dead{ID: id, First: p.First, Last: p.Last, Began: p.Began, Died: now, Tries: p.Tries, Error: c.state.Error, Body: body}
	r, err := record(bucketDead, deadKey(c.hook.ID, d.First), &d, now.Add(keepDead))
	if err != nil {
		return err
	}
	c.state.After, c.state.Pending = p.Last, nil
	others, err := c.office.dead(ctx, c.hook.ID)
	if err != nil {
		return err
	}
	if len(others)+1 >= maxDead {
		c.state.Stopped, c.state.StoppedAt = "there are too many dead letters", now
	}
	return c.keep(ctx, r)
}

// pause is how long a message waits after a number of tries: a time that doubles,
// shifted by up to a quarter, differently for every message.
func pause(id string, tries int) time.Duration {
	d := longest
	if n := tries - 1; n < 10 {
		d = min(firstWait<<n, longest)
	}
	h := fnv.New64a()
	fmt.Fprint(h, id, tries)
	return d + time.Duration(float64(d)*(float64(h.Sum64()%1024)/1024-0.5)/2)
}

// redeliver sends the dead letters that were asked for again, once each.
func (c *courier) redeliver(ctx context.Context) error {
	list, err := c.office.dead(ctx, c.hook.ID)
	if err != nil {
		return err
	}
	for i := range list {
		d := &list[i]
		if !d.Queued {
			continue
		}
		if _, ok, err := c.may(ctx); !ok {
			return err
		}
		o := c.office.send(ctx, &c.hook, d.ID, d.Body)
		if ctx.Err() != nil {
			return nil
		}
		r := layers.Record{Bucket: bucketDead, Key: deadKey(c.hook.ID, d.First)}
		if !o.taken() {
			d.Queued, d.Error = false, o.why()
			d.Tries++
			if r, err = record(r.Bucket, r.Key, d, d.Died.Add(keepDead)); err != nil {
				return err
			}
		}
		if err := c.office.write(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// dead reads the dead letters of a subscription, in order of their events.
func (o *Office) dead(ctx context.Context, id string) (out []dead, err error) {
	for r, err := range o.o.Records.Records(ctx, bucketDead, id+"/") {
		if err != nil {
			return nil, err
		}
		var d dead
		if err := decode(&r, &d); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// outcome is what came of a try.
type outcome struct {
	status int
	err    error
	after  time.Duration // that the receiver asks to wait
}

func (o *outcome) taken() bool { return o.err == nil && o.status >= 200 && o.status < 300 }

// refused reports whether the receiver says that this very message cannot be taken.
func (o *outcome) refused() bool {
	switch o.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return o.err == nil
	}
	return false
}

// why is why a message was not taken, without anything of the answer's body.
func (o *outcome) why() string {
	switch {
	case errors.Is(o.err, errNear):
		return errNear.Error()
	case errors.Is(o.err, context.DeadlineExceeded):
		return "no answer in time"
	case o.err != nil:
		return "no connection"
	case o.status >= 300 && o.status < 400:
		return fmt.Sprintf("answered %d: redirections are not followed", o.status)
	}
	return fmt.Sprintf("answered %d", o.status)
}

// send makes one request.
func (o *Office) send(ctx context.Context, h *stored, id string, body []byte) outcome {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return outcome{err: err}
	}
	at := o.o.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", o.o.Agent)
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", stamp(at))
	req.Header.Set("Webhook-Signature", sign(h.Secret, id, at, body))
	res, err := o.client.Do(req)
	if err != nil {
		return outcome{err: err}
	}
	// What of the answer cannot be read makes no difference: its status has come.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	_ = res.Body.Close()
	out := outcome{status: res.StatusCode}
	if s, err := strconv.ParseUint(res.Header.Get("Retry-After"), 10, 31); err == nil {
		out.after = time.Duration(s) * time.Second
	}
	return out
}
