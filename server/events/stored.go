package events

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/param"
)

// held is a case as it is stored: the whole feature, whoever asks, and what its
// history comes to.
type held struct {
	layer   *layers.Layer
	feature layers.Feature
	history event.History
	life    *event.Case
	class   duty.Class
	edition string
	lead    string // name of the department that leads from now on, "" when it stays who it was
}

// load reads a case as the program itself. Callers have checked that the subject
// may see it. Errors: NotFound for no such event, Internal for a history that does
// not hold together.
func (e *Events) load(ctx context.Context, v *live.View, id string) (*held, error) {
	l, ok := v.Layer(model.Events)
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "event", ID: id, Err: errors.New("the city has no events")}
	}
	h := &held{layer: l}
	var err error
	system := layers.SystemSubject()
	if h.feature, err = v.Get(ctx, &system, l.ID, id); err != nil {
		return nil, err
	}
	data, err := layers.RecordOf(ctx, e.o.Records, bucketHistory, id)
	if err == nil {
		h.history, err = event.DecodeHistory(data)
	}
	if err == nil && len(h.history) == 0 {
		h.history, err = assumed(l, &h.feature, &e.rules)
	}
	if err == nil {
		h.life, err = event.Replay(id, h.history)
		if err == nil && h.life.Class == "" { // histories of the first release do not name it
			h.life.Class = h.text(model.Class)
		}
	}
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: id, Err: err}
	}
	h.class, h.edition = e.classOf(ctx, h.life)
	return h, nil
}

// assumed is the history that a feature without one begins with.
func assumed(l *layers.Layer, f *layers.Feature, rules *event.Rules) (event.History, error) {
	entry, err := event.Assume(l, f, rules)
	if err != nil {
		return nil, err
	}
	return event.History(nil).Append(entry)
}

// classOf is the class of a case in the edition it was filed with; a class that
// no dictionary knows has its code for a name and no deadline of its own.
func (e *Events) classOf(ctx context.Context, c *event.Case) (duty.Class, string) {
	if k, ok := e.book.Editions(ctx).Class(c.Edition, c.Class); ok {
		return k, cmp.Or(c.Edition, duty.ClassesVersion)
	}
	return duty.Class{Code: c.Class, Title: layers.Title{ZH: c.Class, EN: c.Class}}, ""
}

// ahead reports whether the history holds a step that the feature, read before it,
// does not show.
func (h *held) ahead() bool { return h.text(model.State) != h.life.State.String() }

// point is the place of the case.
func (h *held) point() orb.Point {
	p, _ := h.feature.Shape.(orb.Point)
	return p
}

func (h *held) text(name string) string {
	return h.feature.Value(h.layer.FieldIndex(name)).String()
}

// accuracyM is the radius of the circle that holds the true place, 0 when it is
// not known.
func (h *held) accuracyM() float64 {
	if v := h.feature.Value(h.layer.FieldIndex(model.Accuracy)); !v.IsNull() {
		return v.Float()
	}
	return 0
}

// env is what a decision about the case depends on.
func (e *Events) env(ctx context.Context, h *held, s *layers.Subject) event.Env {
	return event.Env{Now: e.o.Now().UTC(), Subject: *s, Calendar: e.book.Calendar(ctx), Rules: &e.rules, Class: h.class, Edition: h.edition,
		Point: h.point(), Accuracy: h.accuracyM(), Proof: h.life.Proof}
}

// seen reads the event as the subject sees it and returns its layer. Errors:
// Forbidden when the subject may not list events, NotFound when it may not see
// this one.
func seen(ctx context.Context, v *live.View, s *layers.Subject, id string) (*layers.Layer, layers.Feature, error) {
	l, err := param.Listable(v, s, model.Events)
	if err != nil {
		return nil, layers.Feature{}, err
	}
	f, err := v.Get(ctx, s, l.ID, id)
	return l, f, err
}

// writer sets the fields that a layer has and leaves out the others.
type writer struct {
	layer   *layers.Layer
	feature *layers.Feature
}

func (w *writer) set(name string, v layers.Value) {
	if i := w.layer.FieldIndex(name); i >= 0 {
		w.feature.Values[i] = v
	}
}

// text sets a text; "" is null.
func (w *writer) text(name, s string) {
	if s == "" {
		w.set(name, layers.Value{})
		return
	}
	w.set(name, layers.Text(s))
}

// text is the value of a field by name as text, "" without such a field. It does
// not keep the row.
func text(l *layers.Layer, r layers.Row, name string) string {
	return strings.Clone(r.Value(l.FieldIndex(name)).String())
}
