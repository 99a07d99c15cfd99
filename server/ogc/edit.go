package ogc

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/once"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
)

// mediaPatch is the media type of JSON Merge Patch (RFC 7396).
const mediaPatch = "application/merge-patch+json"

// editing is one request that changes a layer, read as far as its headers say.
type editing struct {
	api      *API
	c        echo.Context
	in       *openapi.Input
	subject  layers.Subject
	view     *live.View
	layer    *layers.Layer
	decision access.Decision
	system   param.CRS // of geometries in the body and in the answer
	prefer   prefer
}

// edit reads what requests to change a layer have in common. Errors: those of
// access.MayEdit, Invalid for a Content-Crs that is none.
func (a *API) edit(c echo.Context, in *openapi.Input) (*editing, error) {
	e := &editing{api: a, c: c, in: in, subject: auth.SubjectOf(c.Request().Context()), view: a.o.City.View()}
	var err error
	if e.layer, err = param.Listable(e.view, &e.subject, in.Text("layer")); err != nil {
		return nil, err
	}
	e.decision = access.Decide(&e.subject, e.layer)
	if err := e.decision.MayEdit(&e.subject, e.layer); err != nil {
		return nil, err
	}
	if e.system, err = param.SystemOf("Content-Crs", strings.Trim(strings.TrimSpace(in.TextIfTaken("Content-Crs")), "<>")); err != nil {
		return nil, err
	}
	e.prefer = preferOf(c.Request().Header)
	return e, nil
}

// namesItself reports whether the subject may give new features their ids. Who
// sees a part of a layer may not: that an id is taken would tell of features
// that do not exist for it.
func namesItself(d *access.Decision) bool { return d.Edit && d.Whole() }

// create answers POST on items: a new feature, under the id of the body where
// the subject may name features, under one of the server's otherwise.
func (a *API) create(c echo.Context, in *openapi.Input) error {
	e, err := a.edit(c, in)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	repeated, err := once.New(&e.subject, "items/"+e.layer.ID, in.Text("Idempotency-Key"), raw)
	if err != nil {
		return err
	}
	if made, err := repeated.Done(ctx, a.o.Records); err != nil || made != "" {
		if err != nil {
			return err
		}
		return e.answer(http.StatusCreated, made)
	}
	b, err := e.parse(raw)
	if err != nil {
		return e.refused(err)
	}
	f := layers.Feature{Key: b.id, Values: make([]layers.Value, len(e.layer.Fields)), ValidFrom: a.o.Now().UTC()}
	if f.Key == "" || !namesItself(&e.decision) {
		if f.Key, err = a.newID(); err != nil {
			return err
		}
	}
	if err := e.fill(&f, b, nil); err != nil {
		return e.refused(err)
	}
	if err := e.apply(ctx, "items.create", &f, nil, repeated); err != nil {
		if layers.KindOf(err) == layers.Conflict { // the same request at the same time may have been first
			if made, derr := repeated.Done(ctx, a.o.Records); derr == nil && made != "" {
				return e.answer(http.StatusCreated, made)
			}
		}
		return err
	}
	return e.answer(http.StatusCreated, f.Key)
}

// replace answers PUT on an item: all that the subject may set is as the body
// says, what the body leaves out is unset. What the subject does not see stays.
func (a *API) replace(c echo.Context, in *openapi.Input) error {
	e, err := a.edit(c, in)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	old, err := e.current(ctx, in.Text("id"))
	switch {
	case layers.KindOf(err) == layers.NotFound && namesItself(&e.decision):
		if in.Has("If-Match") || in.Has("If-Unmodified-Since") {
			return failed("there is no such feature yet")
		}
	case err != nil:
		return err
	default:
		if err := e.preconditions(ctx, old); err != nil {
			return err
		}
	}
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	b, err := e.parse(raw) // its id is that of the address, whatever it says
	if err != nil {
		return e.refused(err)
	}
	f := layers.Feature{Key: in.Text("id"), Values: make([]layers.Value, len(e.layer.Fields)), ValidFrom: a.o.Now().UTC()}
	status, action := http.StatusCreated, "items.create"
	if old != nil {
		f.Version, status, action = old.stored.Version, http.StatusNoContent, "items.replace"
		f.ValidFrom, f.ValidTo = e.validity(&old.stored)
	}
	if err := e.fill(&f, b, old); err != nil {
		return e.refused(err)
	}
	if err := e.apply(ctx, action, &f, old, once.Key{}); err != nil {
		return err
	}
	return e.answer(status, f.Key)
}

// update answers PATCH on an item with the members the merge patch names.
func (a *API) update(c echo.Context, in *openapi.Input) error {
	e, err := a.edit(c, in)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	old, err := e.current(ctx, in.Text("id"))
	if err != nil {
		return err
	}
	if err := e.preconditions(ctx, old); err != nil {
		return err
	}
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	f := layers.Feature{Key: old.stored.Key, Shape: old.stored.Shape, Version: old.stored.Version, Values: make([]layers.Value, len(e.layer.Fields))}
	copy(f.Values, old.stored.Values)
	f.ValidFrom, f.ValidTo = e.validity(&old.stored)
	if err := e.merge(&f, raw, old); err != nil {
		return e.refused(err)
	}
	if err := e.apply(ctx, "items.update", &f, old, once.Key{}); err != nil {
		return err
	}
	return e.answer(http.StatusNoContent, f.Key)
}

// remove answers DELETE on an item. It stays in history.
func (a *API) remove(c echo.Context, in *openapi.Input) error {
	e, err := a.edit(c, in)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	old, err := e.current(ctx, in.Text("id"))
	if err != nil {
		return err
	}
	if err := e.preconditions(ctx, old); err != nil {
		return err
	}
	batch := layers.Batch{Actor: e.subject.ID, At: a.o.Now().UTC(), Audit: []layers.AuditLine{e.line("items.delete", old.stored.Key, nil)},
		Changes: []layers.Change{{Op: layers.Delete, Layer: e.layer.ID, ID: old.stored.Key, IfVersion: &old.stored.Version}}}
	if _, err := a.o.City.Apply(ctx, batch); err != nil {
		return lost(err)
	}
	return c.NoContent(http.StatusNoContent)
}

// held is a feature as it is stored and as the subject sees it.
type held struct{ stored, seen layers.Feature }

// current finds a feature the subject may list. The error is NotFound for every
// other.
func (e *editing) current(ctx context.Context, id string) (*held, error) {
	seen, err := e.view.Get(ctx, &e.subject, e.layer.ID, id)
	if err != nil {
		return nil, err
	}
	system := layers.SystemSubject()
	stored, err := e.view.Get(ctx, &system, e.layer.ID, id)
	return &held{stored: stored, seen: seen}, err
}

// apply commits a feature in place of old (nil: none). What results must be
// something that the subject may list. Errors: Forbidden otherwise, Conflict for
// an id that is taken, 412 when somebody else was faster.
func (e *editing) apply(ctx context.Context, action string, f *layers.Feature, old *held, repeated once.Key) error {
	if err := f.CheckAgainst(e.layer); err != nil {
		return e.refused(pointed(err))
	}
	if !e.view.Admits(&e.subject, e.layer.ID, f) {
		return &layers.Error{Kind: layers.Forbidden, Op: "edit", Layer: e.layer.ID, Field: "/geometry",
			Err: errors.New("the feature would lie outside of what you may see of the layer")}
	}
	version, now := f.Version, e.api.o.Now().UTC()
	records, err := repeated.Records(f.Key, now)
	if err != nil {
		return err
	}
	batch := layers.Batch{Actor: e.subject.ID, At: now, Records: records, Audit: []layers.AuditLine{e.line(action, f.Key, e.changed(f, old))},
		Changes: []layers.Change{{Op: layers.Put, Layer: e.layer.ID, ID: f.Key, Feature: f, IfVersion: &version}}}
	_, err = e.api.o.City.Apply(ctx, batch)
	switch {
	case err == nil:
		return nil
	case old != nil:
		return lost(err)
	case layers.KindOf(err) == layers.Conflict && e.in.TextIfTaken("If-None-Match") != "":
		return failed("the feature exists already")
	}
	return err
}

// refused is the error of a body that was judged strictly or leniently, as the
// request prefers: the answer says so.
func (e *editing) refused(err error) error {
	if layers.KindOf(err) == layers.Invalid {
		e.prefer.declareHandling(e.c.Response().Header())
	}
	return err
}

// lost turns a Conflict between the check of the preconditions and the commit
// into what the check would say now.
func lost(err error) error {
	if layers.KindOf(err) == layers.Conflict {
		return failed("the feature has changed meanwhile")
	}
	return err
}

// changed names the fields in which a feature differs from what was, geometry
// among them: the audit trail says what was touched, history what it was.
func (e *editing) changed(f *layers.Feature, old *held) []string {
	var was layers.Feature
	if old != nil {
		was = old.stored
	}
	out := []string{}
	if string(geometryText(f.Shape)) != string(geometryText(was.Shape)) {
		out = append(out, "geometry")
	}
	for i := range e.layer.Fields {
		if f.Value(i) != was.Value(i) {
			out = append(out, e.layer.Fields[i].Name)
		}
	}
	return out
}

// line is that of the audit trail.
func (e *editing) line(action, id string, fields []string) layers.AuditLine {
	l := layers.AuditLine{At: e.api.o.Now().UTC(), Actor: e.subject.ID, Role: e.subject.Role.String(), From: e.subject.Origin, Action: action,
		Object: e.layer.ID + "/" + id, Rows: 1, Purpose: e.subject.Purpose}
	if detail, err := json.Marshal(map[string][]string{"fields": fields}); err == nil && fields != nil {
		l.Detail = string(detail)
	}
	return l
}

// answer ends a request that made or changed the feature called id.
func (e *editing) answer(status int, id string) error {
	ctx, h := e.c.Request().Context(), e.c.Response().Header()
	e.view = e.api.o.City.View()
	if status == http.StatusCreated {
		h.Set("Location", root(e.c)+"/ogc/collections/"+url.PathEscape(e.layer.ID)+"/items/"+url.PathEscape(id))
	}
	now, err := e.current(ctx, id)
	if layers.KindOf(err) == layers.NotFound { // somebody removed it since
		return e.c.NoContent(status)
	}
	if err != nil {
		return err
	}
	if err := e.api.validators(e.c, e.layer, &e.decision, &now.seen); err != nil {
		return err
	}
	e.prefer.declareHandling(h)
	if e.prefer.returns == "" {
		return e.c.NoContent(status)
	}
	e.prefer.declareReturn(h)
	if e.prefer.returns == "minimal" {
		return e.c.NoContent(status)
	}
	if status == http.StatusNoContent {
		status = http.StatusOK
	}
	w := e.system.Writer()
	enc := geojson.Encoder{Layer: e.layer, Sights: e.decision.Sights, To: w.To()}
	b := append(enc.Append(nil, &now.seen, 0), '\n')
	if err := w.Err("Content-Crs"); err != nil { // the geometry was not of this request, and lies outside of its system
		return err
	}
	h.Set("Content-Crs", "<"+e.system.URI+">")
	return e.c.Blob(status, mediaGeoJSON, b)
}

// newID makes an id of 26 letters and digits, 128 random bits.
func (a *API) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(a.o.Rand, b[:]); err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])), nil
}

// options says which methods an address takes from this subject.
func (a *API) options(item bool) openapi.Handler {
	return func(c echo.Context, in *openapi.Input) error {
		subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
		l, err := param.Listable(v, &subject, in.Text("layer"))
		if err != nil {
			return err
		}
		methods := []string{http.MethodGet, http.MethodHead, http.MethodOptions}
		d, h := access.Decide(&subject, l), c.Response().Header()
		switch {
		case item:
			_, err := v.Get(c.Request().Context(), &subject, l.ID, in.Text("id"))
			switch {
			case err == nil && d.Edit:
				methods = slices.Concat(methods, []string{http.MethodPut, http.MethodPatch, http.MethodDelete})
				h.Set("Accept-Patch", mediaPatch)
			case layers.KindOf(err) == layers.NotFound && namesItself(&d):
				methods = []string{http.MethodOptions, http.MethodPut}
			case err != nil:
				return err
			}
		case d.Edit:
			methods = append(methods, http.MethodPost)
			h.Set("Accept-Post", mediaGeoJSON+", "+mediaJSON)
		}
		h.Set("Allow", strings.Join(methods, ", "))
		return c.NoContent(http.StatusOK)
	}
}

// failed reports a precondition that does not hold (RFC 9110, 412).
func failed(detail string) error {
	return &problem.Status{Code: http.StatusPreconditionFailed, Kind: "precondition", Detail: detail}
}
