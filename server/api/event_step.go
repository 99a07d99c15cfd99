package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/worktime"
	"wutu/server/auth"
	"wutu/server/ground"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
)

type stepBody struct {
	Note       string `json:"note"`
	Department string `json:"department"`
	Result     string `json:"result"`
	Master     string `json:"master"` // id of the case this one is merged into
}

// taking is a step under way.
type taking struct {
	subject    layers.Subject
	view       *live.View
	layer      *layers.Layer
	feature    layers.Feature
	body       stepBody
	transition event.Transition
	from, to   event.State
	department duty.Department
	now        time.Time
}

func (a *API) step(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	id := in.Text("id")
	o, err := newOnce(&subject, id+"/"+in.Text("step"), in.Text("Idempotency-Key"), raw)
	if err != nil {
		return err
	}
	done, err := o.done(ctx, a.o.Records)
	if err != nil {
		return err
	}
	if done == "" {
		t := &taking{subject: subject, view: a.o.City.View(), now: a.o.Now().UTC()}
		if err := openapi.DecodeJSON(raw, &t.body); err != nil {
			return err
		}
		if err := t.prepare(ctx, id, in.Text("step"), in.Text("If-Match")); err != nil {
			return err
		}
		if err := a.take(ctx, t, o); err != nil {
			return err
		}
	} else if err := a.catchUp(ctx); err != nil {
		return err
	}
	info, err := a.describeEvent(ctx, subject, &subject, id)
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", `"`+info.Version+`"`)
	return c.JSON(http.StatusOK, info)
}

// prepare reads the event and checks, in this order: that the subject may see
// it, that its role may take the step at all, that a version is named and
// current, that the step is legal now, and that nothing it needs is missing.
func (t *taking) prepare(ctx context.Context, id, stepName, match string) error {
	var err error
	if t.layer, err = param.Listable(t.view, &t.subject, model.Events); err != nil {
		return err
	}
	if t.feature, err = t.view.Get(ctx, &t.subject, t.layer.ID, id); err != nil {
		return err
	}
	step, err := event.ParseStep(stepName)
	if err != nil {
		return err
	}
	decision := access.Decide(&t.subject, t.layer)
	if err := decision.MayUse(t.layer, t.layer.FieldIndex(model.State)); err != nil {
		return err // nobody takes a step from a state they do not see
	}
	if t.from, err = event.ParseState(text(t.layer, &t.feature, model.State)); err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "event", ID: id, Err: err}
	}
	var notYours error
	t.transition, err = event.Next(t.from, step, t.subject.Role)
	if !mayAct(&t.subject, t.layer, &t.feature) {
		notYours = &layers.Error{Kind: layers.Forbidden, Op: "event", ID: id, Err: errors.New("another department leads this case")}
	}
	switch {
	case layers.KindOf(err) == layers.Forbidden:
		return err
	case notYours != nil:
		return notYours
	}
	if err := t.checkVersion(match); err != nil {
		return err
	}
	if err != nil {
		return stepError(err, &t.subject)
	}
	t.to = t.transition.Next(t.from)
	return t.checkNeeds(ctx)
}

// checkVersion compares If-Match with the event's version: its number, with or
// without quotes, or * for whichever is current.
func (t *taking) checkVersion(match string) error {
	tag := strings.TrimSuffix(strings.Trim(strings.TrimPrefix(strings.TrimSpace(match), "W/"), `"`), "-gzip")
	switch {
	case tag == "":
		return problem.PreconditionRequired("name the version the step is taken on, as the event's version or ETag says, or * for whichever is current")
	case tag == "*", tag == strconv.FormatUint(t.feature.Version, 10):
		return nil
	}
	return &layers.Error{Kind: layers.Conflict, Op: "event", ID: t.feature.Key, Field: "If-Match",
		Err: fmt.Errorf("version %.40s is not current: the event is at %d, in state %s", tag, t.feature.Version, t.from)}
}

func (t *taking) checkNeeds(ctx context.Context) error {
	for name, s := range map[string]string{"note": t.body.Note, "result": t.body.Result} {
		if utf8.RuneCountInString(s) > maxDescription {
			return layers.Invalidf("event", "/"+name, fmt.Sprintf("is longer than %d characters", maxDescription))
		}
	}
	g := ground.New(ctx, t.view, layers.SystemSubject())
	for _, need := range t.transition.Needs {
		missing := false
		switch need {
		case event.NeedNote:
			missing = strings.TrimSpace(t.body.Note) == ""
		case event.NeedResult:
			missing = strings.TrimSpace(t.body.Result) == ""
		case event.NeedMaster:
			missing = t.body.Master == ""
		case event.NeedDepartment:
			if t.body.Department == "" { // the one the proof of place proposes
				t.body.Department = text(t.layer, &t.feature, model.Department)
			}
			missing = t.body.Department == ""
		}
		if missing {
			return layers.Invalidf("event", "/"+string(need), fmt.Sprintf("is needed to %s an event", t.transition.Step))
		}
	}
	if slices.Contains(t.transition.Needs, event.NeedDepartment) {
		var ok bool
		if t.department, ok = g.Department(t.body.Department); !ok {
			return layers.Invalidf("event", "/department", fmt.Sprintf("%.80q is no department", t.body.Department))
		}
	}
	if slices.Contains(t.transition.Needs, event.NeedMaster) {
		if _, err := t.view.Get(ctx, &t.subject, t.layer.ID, t.body.Master); err != nil || t.body.Master == t.feature.Key {
			return layers.Invalidf("event", "/master", fmt.Sprintf("%.80q is no other event", t.body.Master))
		}
	}
	return nil
}

// take commits the step in one batch with its history, audit line and
// idempotency record.
func (a *API) take(ctx context.Context, t *taking, o once) error {
	// The stored feature, with the fields that are masked for the subject.
	system := layers.SystemSubject()
	stored, err := t.view.Get(ctx, &system, t.layer.ID, t.feature.Key)
	if err != nil {
		return err
	}
	version := stored.Version
	if err := t.apply(&writer{layer: t.layer, feature: &stored}, a.calendar); err != nil {
		return err
	}
	history, err := a.history(ctx, stored.Key)
	if err != nil {
		return err
	}
	if history, err = a.extend(history, t); err != nil {
		return err
	}
	data, err := history.Encode()
	if err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]string{"from": t.from.String(), "to": t.to.String(), "note": t.body.Note,
		"result": t.body.Result, "department": t.body.Department, "master": t.body.Master})
	if err != nil {
		return err
	}
	records, err := o.record(stored.Key, t.now)
	if err != nil {
		return err
	}
	_, err = a.o.City.Apply(ctx, layers.Batch{Actor: t.subject.ID, At: t.now,
		Changes: []layers.Change{{Op: layers.Put, Layer: t.layer.ID, ID: stored.Key, Feature: &stored, IfVersion: &version}},
		Records: append(records, layers.Record{Bucket: bucketHistory, Key: stored.Key, Data: data}),
		Audit: []layers.AuditLine{{At: t.now, Actor: t.subject.ID, Role: t.subject.Role.String(), From: t.subject.Origin,
			Purpose: t.subject.Purpose, Action: "events." + t.transition.Step.String(),
			Object: "events/" + stored.Key, Detail: string(detail)}}})
	if layers.KindOf(err) == layers.Conflict {
		if id, onceErr := o.done(ctx, a.o.Records); onceErr != nil || id != "" { // the same request came twice at once
			return cmp.Or(onceErr, a.catchUp(ctx))
		}
		return &layers.Error{Kind: layers.Conflict, Op: "event", ID: stored.Key, Field: "If-Match",
			Err: errors.New("somebody else has changed the event meanwhile")}
	}
	return err
}

// extend adds the step to the history. An event that came with the data without
// a history gets the report it must have begun with.
func (a *API) extend(h event.History, t *taking) (event.History, error) {
	if h.State() != t.from {
		reported := t.feature.Value(t.layer.FieldIndex(model.ReportedAt)).Time()
		var err error
		if h, err = (event.History{}).Append(event.Entry{At: reported, Step: event.Report, To: t.from, Role: layers.System.String()}); err != nil {
			return nil, err
		}
	}
	return h.Append(event.Entry{At: t.now, Step: t.transition.Step, From: t.from, To: t.to, Actor: t.subject.ID,
		Role: t.subject.Role.String(), Note: t.body.Note, Result: t.body.Result, Department: t.department.ID, Master: t.body.Master})
}

// apply changes the feature as the step demands.
func (t *taking) apply(w *writer, calendar *worktime.Calendar) error {
	w.text(model.State, t.to.String())
	w.set(model.UpdatedAt, layers.Instant(t.now))
	if t.department.ID != "" {
		w.text(model.Department, t.department.ID)
		w.text(model.DepartmentName, t.department.Name)
	}
	if t.to == event.Dispatched {
		if class, ok := duty.ClassOf(text(w.layer, w.feature, model.Class)); ok {
			due, _, err := calendar.Due(t.now, class.Deadline)
			if err != nil {
				return &layers.Error{Kind: layers.Internal, Op: "event", ID: w.feature.Key, Err: err}
			}
			w.set(model.DueAt, layers.Instant(due))
		}
	}
	switch {
	case !t.to.Open() && t.from.Open():
		w.set(model.ClosedAt, layers.Instant(t.now))
	case t.to.Open() && !t.from.Open():
		w.set(model.ClosedAt, layers.Value{})
	}
	return nil
}

// pointOf is the place of an event.
func pointOf(f *layers.Feature) (orb.Point, bool) {
	p, ok := f.Shape.(orb.Point)
	return p, ok
}
